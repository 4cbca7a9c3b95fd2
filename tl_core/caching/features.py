"""What the frozen part of a network says about each picture, kept by everything that it depends on.

Knows neither network nor picture: the key is the pictures' hashes, how each is varied, the weights' hash, the cut, the
preprocessing, the precision, the engine, and the versions of the libraries that computed it. So after an update of
PyTorch, of OpenVINO or of the library that wrote the network down, features are computed once more, and old and new
ones never stand side by side; decoded squares stay, and what nobody asks for goes when room is needed. bfloat16 has no
numpy type: such rows are kept as int16 with the same bits.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind
from tl_core.data.preprocessing import Preprocessing

FEATURES_VERSION = 1


@dataclass(frozen=True, slots=True)
class FeatureKey:
    """`weights` is the hash of the frozen part's weights; `precision` "bf16" or "fp32" and `engine` computed it."""

    backbone: str
    weights: str
    cut: str
    preprocessing: Preprocessing
    precision: str
    engine: str = "torch"
    version: int = FEATURES_VERSION


def feature_rows(
    cache: Path,
    key: FeatureKey,
    shape: tuple[int, ...],
    content_hashes: Sequence[str],
    *,
    stored: str,
    view: str = "",
) -> RowRequest:
    """These pictures' features, `stored` as "bf16" or "fp32"; use it as a context manager.

    `view` says how the pictures are varied; "" is as they are.
    """
    described = {**asdict(key), "preprocessing": key.preprocessing.to_dict(), "libraries": libraries_of(key)}
    parts = json.dumps(described, sort_keys=True)
    kind = RowKind("features", parts, shape, {"bf16": "int16", "fp32": "float32"}[stored])
    return RowRequest(cache, kind, [f"{content} {view}" for content in content_hashes] if view else content_hashes)


def libraries_of(key: FeatureKey) -> dict[str, str | None]:
    """What computes the numbers, and who wrote the network down that says them; None for what is not installed.

    Engines are called as their packages are; OpenVINO reads what PyTorch has traced.
    """
    network = "torchvision" if key.backbone.startswith("torchvision/") else "timm"
    return {name: installed_version(name) for name in sorted({"torch", key.engine, network})}


@functools.cache
def installed_version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
