"""Packs a kept model as one zip. Knows files and their checks, and no torch: it takes milliseconds in any process."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from tl_core import platform
from tl_core.export.manifest import MANIFEST, read_json, read_manifest, verified
from tl_core.export.members import open_members

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same model makes the same zip, byte for byte


def zip_model(model_folder: Path, out: Path, *, more: Mapping[str, bytes] | None = None) -> None:
    """Write the model folder as the bundle `out`, checked before and moved into place when it is whole.

    `more` are files that the bundle has beside the folder's own, or in their place.
    """
    members = open_members(model_folder)
    manifest = read_manifest(members)
    added = dict(more or {})
    told = members.read(MANIFEST)
    if added:
        entries = {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for name, data in added.items()
        }
        values = {**read_json(members, MANIFEST, told), "files": {**manifest, **entries}}
        told = json.dumps(values, indent=1).encode("ascii") + b"\n"
    with platform.replacing(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in dict.fromkeys((*manifest, *added)):
            _write(archive, name, added[name] if name in added else verified(members, manifest, name))
        _write(archive, MANIFEST, told)


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, ZIP_TIME)
    info.create_system = 3  # Unix wherever it is made, so that the bytes are the same
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)
