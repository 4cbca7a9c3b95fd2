"""Changes how a trained model makes its probabilities into answers. Reads and writes no weights; torch-free.

The weights' file stays the very same one on the disk; config and manifest are written anew, and the folder is replaced
as a whole, so that whoever opens it finds the old model or the new one.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from dataclasses import replace
from pathlib import Path

from tl_core import platform
from tl_core.errors import BundleError
from tl_core.export.decision import Decision, decision_problems
from tl_core.export.described import described, model_path
from tl_core.export.manifest import CONFIG, MANIFEST, read_manifest
from tl_core.export.members import open_members
from tl_core.export.model_config import FIRST_VERSION, FORMAT, ModelConfig, config_bytes


def adjust_model(path: Path, *, temperature: float | None = None, decision: Decision | None = None) -> ModelConfig:
    """The model of a run's or a model's folder, with another temperature or decision; what is None stays.

    Raises BundleError for a zip, a damaged model, or a value that no model can have.
    """
    folder = model_path(path)
    if not folder.is_dir():
        raise BundleError(f"'{folder.name}' is a bundle, which stays as it was exported.", "Change the run it is from.")
    config = described(folder)
    if temperature is not None:
        config = replace(config, temperature=temperature)
    if decision is not None:
        problems = list(decision_problems(decision.to_dict(), list(config.classes)))
        if problems:
            raise BundleError(f"The model cannot answer like that: {'; '.join(problems)}.", "Choose other values.")
        config = replace(config, decision=decision)
    checked = ModelConfig.from_dict(json.loads(config_bytes(config)))
    manifest = read_manifest(open_members(folder))
    data = config_bytes(checked)
    manifest[CONFIG] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.tmp")
    temporary.mkdir()
    try:
        for name in manifest:
            if name != CONFIG:
                _same_file(folder / name, temporary / name)
        platform.atomic_write_bytes(temporary / CONFIG, data)
        values = {"format": FORMAT, "format_version": FIRST_VERSION, "files": manifest}
        platform.atomic_write_json(temporary / MANIFEST, values)
        platform.replace_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return checked


def _same_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # a file system without second names
        shutil.copyfile(source, target)
