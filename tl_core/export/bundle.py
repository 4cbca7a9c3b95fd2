"""The one form in which a model is kept: a folder of a few files, and the same folder as a zip.

It knows weights by name and a config; it builds no network (tl_core.export.loading does), runs no picture, and leaves
the zip to tl_core.export.packing, which needs no torch.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import os
import secrets
import shutil
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import nn

from tl_core import platform
from tl_core.export.build_code import build_lines, library_of
from tl_core.export.manifest import (
    CLASSES,
    CONFIG,
    FILES,
    MANIFEST,
    README,
    WEIGHTS,
    read_json,
    read_manifest,
    verified,
)
from tl_core.export.members import damaged, open_members
from tl_core.export.model_config import FIRST_VERSION, FORMAT, ModelConfig, config_bytes
from tl_core.export.readme import readme


def save_model(folder: Path, module: nn.Module, config: ModelConfig) -> None:
    """Write `module`'s weights, under its own state-dict names, and `config` as the model folder `folder`.

    Whoever opens `folder` finds the old model or the new one, whole; an older model there is replaced.
    """
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.tmp")
    temporary.mkdir(parents=True)
    try:
        _write_files(temporary, module, config)
        platform.replace_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def open_model(path: Path) -> tuple[ModelConfig, dict[str, torch.Tensor]]:
    """Config and weights of a model folder or a bundle zip, every byte checked against the manifest.

    Raises BundleError: no such file, of another kind, damaged, edited by hand, or made by a newer version.
    """
    members = open_members(path)
    manifest = read_manifest(members)
    config = ModelConfig.from_dict(read_json(members, CONFIG, verified(members, manifest, CONFIG)))
    for name in manifest:
        if name not in (CONFIG, WEIGHTS):
            verified(members, manifest, name)
    try:
        weights = safetensors.torch.load(verified(members, manifest, WEIGHTS))
    # A wrong header comes as one of these, by which part of it is wrong.
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise damaged(members.shown, f"'{WEIGHTS}' holds no weights that can be read ({error})") from None
    return config, weights


def _write_files(folder: Path, module: nn.Module, config: ModelConfig) -> None:
    # A copy of each tensor: safetensors takes neither shared memory (tied weights) nor channels-last order.
    weights = {name: value.detach().cpu().clone(memory_format=torch.contiguous_format) for name, value in
               module.state_dict().items()}  # fmt: skip
    safetensors.torch.save_file(weights, folder / WEIGHTS, metadata={"format": "pt"})
    library = library_of(config.backbone)
    versions = {**config.versions, "torch": torch.__version__, library: importlib.metadata.version(library)}
    config = dataclasses.replace(config, versions={name: str(version) for name, version in versions.items()})
    (folder / CONFIG).write_bytes(config_bytes(config))
    lines = "".join(" ".join(name.splitlines()) + "\n" for name in config.classes)
    (folder / CLASSES).write_bytes(lines.encode("utf-8", "surrogatepass"))
    (folder / README).write_bytes(readme(config, build_lines(config, module)).encode("utf-8", "surrogatepass"))
    for name in FILES:
        _sync(folder / name)
    manifest = {"format": FORMAT, "format_version": FIRST_VERSION, "files": {n: _entry(folder / n) for n in FILES}}
    platform.atomic_write_json(folder / MANIFEST, manifest)


def _entry(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
