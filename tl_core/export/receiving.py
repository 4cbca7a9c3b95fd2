"""Takes in a bundle that somebody brings: every byte checked, nothing run, and only what a model needs is kept.

Knows files alone, and no torch: whether the weights fit their network, `loading` finds out. What else is in a bundle
(a script, an ONNX file, pictures) stays behind: Thaw itself needs none of it, and it may be anybody's.
"""

from __future__ import annotations

import secrets
import shutil
from pathlib import Path

import safetensors

from tl_core import platform
from tl_core.errors import BundleError
from tl_core.export.manifest import CONFIG, FILES, MANIFEST, WEIGHTS, read_json, read_manifest, verified
from tl_core.export.members import MAX_BYTES, damaged, open_members
from tl_core.export.model_config import FIRST_VERSION, FORMAT, ModelConfig


def keep_bundle(bundle: Path, folder: Path, *, limit_bytes: int = MAX_BYTES) -> ModelConfig:
    """Writes the bundle's model as the new folder `folder`, whole or not at all; `predict` and `--start` take that.

    Raises BundleError with the file's name: too large, of another kind, damaged, edited by hand or of a newer version.
    """
    members = open_members(bundle)
    total = sum(members.sizes.values())
    if total > limit_bytes:
        raise BundleError(
            f"'{members.shown}' unpacks to {total / 1e6:,.0f} MB; at most {limit_bytes / 1e6:,.0f} are taken.",
            "Export a smaller network.",
        )
    manifest = read_manifest(members)
    config = ModelConfig.from_dict(read_json(members, CONFIG, verified(members, manifest, CONFIG)))
    for name in manifest:
        if name not in FILES:
            verified(members, manifest, name)
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.tmp")
    temporary.mkdir(parents=True)
    try:
        for name in FILES:
            platform.atomic_write_bytes(temporary / name, verified(members, manifest, name), mode=0o600)
        _check_header(temporary / WEIGHTS, members.shown)
        kept = {name: manifest[name] for name in FILES}
        values = {"format": FORMAT, "format_version": FIRST_VERSION, "files": kept}
        platform.atomic_write_json(temporary / MANIFEST, values, mode=0o600)
        platform.replace_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return config


def _check_header(weights: Path, shown: str) -> None:
    """Names, shapes and places of the tensors fit one another and the file; no tensor is read."""
    try:
        with safetensors.safe_open(weights, framework="numpy") as file:
            for name in file.keys():  # noqa: SIM118 - it is no dictionary
                file.get_slice(name).get_shape()
    except (safetensors.SafetensorError, ValueError, KeyError, TypeError, RuntimeError, OverflowError) as error:
        raise damaged(shown, f"'{WEIGHTS}' holds no weights that can be read ({error})") from None
