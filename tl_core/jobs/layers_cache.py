"""Tables of stages that were worked out before, on disk, so that the next answer needs no torch and no assistant."""

from __future__ import annotations

import functools
import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tl_core.platform import atomic_write_json

PACKAGES = ("timm", "torchvision")
BACKBONES = Path(__file__).resolve().parents[1] / "backbones"


def read_layers(cache: Path, backbone: str, image_size: int | None) -> list[dict[str, Any]] | None:
    """The stages of `backbone` as `Stage.to_dict` gave them, or None where they are not known yet."""
    try:
        values = json.loads(_file(cache, backbone, image_size).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, list) and values else None


def write_layers(cache: Path, backbone: str, image_size: int | None, layers: list[dict[str, Any]]) -> None:
    path = _file(cache, backbone, image_size)
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_json(path, layers)


def _file(cache: Path, backbone: str, image_size: int | None) -> Path:
    """Named by all that the table depends on: the network, the packages that define it, our code that cuts it."""
    key = [backbone, image_size, [_version(name) for name in PACKAGES], _own_code()]
    return cache / "layers" / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.json"


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


@functools.cache
def _own_code() -> str:
    """Read once: a version number by hand would be forgotten, and this process keeps the code that it began with."""
    digest = hashlib.sha256()
    for path in sorted(BACKBONES.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
