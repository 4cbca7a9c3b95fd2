"""The one form in which a model is kept: a folder of a few files, and the same folder as a zip.

It knows weights by name and a config; it builds no network (tl_core.export.loading does) and runs no picture.
"""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import nn

from tl_core import platform
from tl_core.data.names import listed
from tl_core.errors import BundleError
from tl_core.export.members import EXPORT_AGAIN, Members, damaged, open_members
from tl_core.export.model_config import FORMAT, FORMAT_VERSION, ModelConfig, check_format
from tl_core.export.readme import build_lines, library_of, readme

WEIGHTS, CONFIG, CLASSES, README, MANIFEST = (
    "model.safetensors", "config.json", "classes.txt", "README.md", "manifest.json",
)  # fmt: skip
FILES = (WEIGHTS, CONFIG, CLASSES, README)
MAX_TEXT_BYTES = 64 * 2**20  # config.json of 100,000 classes with long names
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same model makes the same zip, byte for byte


def save_model(folder: Path, module: nn.Module, config: ModelConfig) -> None:
    """Write `module`'s weights, under its own state-dict names, and `config` as the model folder `folder`.

    Whoever opens `folder` finds the old model or the new one, whole; an older model there is replaced.
    """
    temporary = folder.with_name(f".{folder.name}.{secrets.token_hex(6)}.tmp")
    temporary.mkdir(parents=True)
    try:
        _write_files(temporary, module, config)
        _take_place(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def zip_model(model_folder: Path, out: Path) -> None:
    """Write the model folder as the bundle `out`, checked before and moved into place when it is whole."""
    members = open_members(model_folder)
    manifest = _manifest(members)
    with platform.replacing(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in (*manifest, MANIFEST):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = 3  # Unix wherever it is made, so that the bytes are the same
            info.external_attr = 0o644 << 16
            archive.writestr(info, members.read(MANIFEST) if name == MANIFEST else _verified(members, manifest, name))


def open_model(path: Path) -> tuple[ModelConfig, dict[str, torch.Tensor]]:
    """Config and weights of a model folder or a bundle zip, every byte checked against the manifest.

    Raises BundleError: no such file, of another kind, damaged, edited by hand, or made by a newer version.
    """
    members = open_members(path)
    manifest = _manifest(members)
    config = ModelConfig.from_dict(_json(members, CONFIG, _verified(members, manifest, CONFIG)))
    for name in manifest:
        if name not in (CONFIG, WEIGHTS):
            _verified(members, manifest, name)
    try:
        weights = safetensors.torch.load(_verified(members, manifest, WEIGHTS))
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
    text = json.dumps(config.to_dict(), ensure_ascii=False, allow_nan=False, indent=1)
    (folder / CONFIG).write_bytes(text.encode("utf-8", "surrogatepass") + b"\n")
    lines = "".join(" ".join(name.splitlines()) + "\n" for name in config.classes)
    (folder / CLASSES).write_bytes(lines.encode("utf-8", "surrogatepass"))
    (folder / README).write_bytes(readme(config, build_lines(config, module)).encode("utf-8", "surrogatepass"))
    for name in FILES:
        _sync(folder / name)
    manifest = {"format": FORMAT, "format_version": FORMAT_VERSION, "files": {n: _entry(folder / n) for n in FILES}}
    platform.atomic_write_json(folder / MANIFEST, manifest)


def _take_place(temporary: Path, folder: Path) -> None:
    """No call replaces a folder that has files, so the old model steps aside first, and comes back if that fails."""
    if not folder.exists():
        os.rename(temporary, folder)
    else:
        aside = temporary.with_name(temporary.name + ".old")
        os.rename(folder, aside)
        try:
            os.rename(temporary, folder)
        except OSError:
            os.rename(aside, folder)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    platform.fsync_folder(folder.parent)


def _entry(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        return {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "bytes": path.stat().st_size}


def _sync(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _manifest(members: Members) -> dict[str, Any]:
    """The manifest's files, after its format: a foreign or newer one is told from a damaged one."""
    if MANIFEST not in members.sizes or CONFIG not in members.sizes:
        missing = [name for name in (*FILES, MANIFEST) if name not in members.sizes]
        if len(missing) > len(FILES):
            raise BundleError(
                f"'{members.shown}' is no model of Thaw.", "Give a run's folder, or a bundle (zip) that Thaw exported."
            )
        raise damaged(members.shown, f"{listed(missing)} is missing")
    values = _json(members, MANIFEST, _text_bytes(members, MANIFEST))
    check_format(values)
    check_format(_json(members, CONFIG, _text_bytes(members, CONFIG)))
    files = values.get("files")
    if not isinstance(files, dict) or not all(isinstance(entry, dict) for entry in files.values()):
        raise damaged(members.shown, f"'{MANIFEST}' lists no files")
    missing = sorted({*files, *FILES} - set(members.sizes))
    if missing:
        raise damaged(members.shown, f"{listed(missing)} is missing")
    unlisted = sorted({*FILES, *members.sizes} - {*files, MANIFEST})
    if unlisted:
        raise damaged(members.shown, f"{listed(unlisted)} does not belong to it")
    return files


def _verified(members: Members, manifest: Mapping[str, Any], name: str) -> bytes:
    data = members.read(name)
    if hashlib.sha256(data).hexdigest() != manifest[name].get("sha256"):
        raise BundleError(
            f"'{name}' in the model '{members.shown}' was changed or damaged after it was made.", EXPORT_AGAIN
        )
    return data


def _text_bytes(members: Members, name: str) -> bytes:
    if members.sizes[name] > MAX_TEXT_BYTES:
        raise damaged(members.shown, f"'{name}' is {members.sizes[name] / 1e6:,.0f} MB long")
    return members.read(name)


def _json(members: Members, name: str, data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise damaged(members.shown, f"'{name}' is no JSON") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
