"""The files of a kept model and the manifest that each is checked against. Reads bytes and JSON; knows no weights.

Torch-free: the screen's process checks and packs a model with it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tl_core.data.names import listed
from tl_core.errors import BundleError
from tl_core.export.members import EXPORT_AGAIN, Members, damaged
from tl_core.export.model_config import check_format

WEIGHTS, CONFIG, CLASSES, README, MANIFEST = (
    "model.safetensors", "config.json", "classes.txt", "README.md", "manifest.json",
)  # fmt: skip
FILES = (WEIGHTS, CONFIG, CLASSES, README)
# What an export adds to them; a model's own folder has none of these.
ONNX, PREDICT, LICENCES, SAMPLES = "model.onnx", "predict.py", "LICENSES", "samples.json"
MAX_TEXT_BYTES = 64 * 2**20  # config.json of 100,000 classes with long names


def read_manifest(members: Members) -> dict[str, Any]:
    """The manifest's files, after its format: a foreign or newer one is told from a damaged one."""
    if MANIFEST not in members.sizes or CONFIG not in members.sizes:
        missing = [name for name in (*FILES, MANIFEST) if name not in members.sizes]
        if len(missing) > len(FILES):
            raise BundleError(
                f"'{members.shown}' is no model of Thaw.", "Give a run's folder, or a bundle (zip) that Thaw exported."
            )
        raise damaged(members.shown, f"{listed(missing)} is missing")
    values = read_json(members, MANIFEST, text_bytes(members, MANIFEST))
    check_format(values)
    check_format(read_json(members, CONFIG, text_bytes(members, CONFIG)))
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


def verified(members: Members, manifest: Mapping[str, Any], name: str) -> bytes:
    data = members.read(name)
    if hashlib.sha256(data).hexdigest() != manifest[name].get("sha256"):
        raise BundleError(
            f"'{name}' in the model '{members.shown}' was changed or damaged after it was made.", EXPORT_AGAIN
        )
    return data


def text_bytes(members: Members, name: str) -> bytes:
    if members.sizes[name] > MAX_TEXT_BYTES:
        raise damaged(members.shown, f"'{name}' is {members.sizes[name] / 1e6:,.0f} MB long")
    return members.read(name)


def read_json(members: Members, name: str, data: bytes) -> Any:
    try:
        return json.loads(data.decode("utf-8", "surrogatepass"), parse_constant=no_constant)
    except (ValueError, RecursionError):
        raise damaged(members.shown, f"'{name}' is no JSON") from None


def no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
