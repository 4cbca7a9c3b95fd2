"""Packs a kept model as one zip. Knows files and their checks, and no torch: it takes milliseconds in any process."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tl_core import platform
from tl_core.export.manifest import MANIFEST, read_manifest, verified
from tl_core.export.members import open_members

ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the same model makes the same zip, byte for byte


def zip_model(model_folder: Path, out: Path) -> None:
    """Write the model folder as the bundle `out`, checked before and moved into place when it is whole."""
    members = open_members(model_folder)
    manifest = read_manifest(members)
    with platform.replacing(out) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name in (*manifest, MANIFEST):
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.create_system = 3  # Unix wherever it is made, so that the bytes are the same
            info.external_attr = 0o644 << 16
            archive.writestr(info, members.read(MANIFEST) if name == MANIFEST else verified(members, manifest, name))
