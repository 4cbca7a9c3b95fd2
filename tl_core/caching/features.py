"""What the frozen part of a network says about each picture, kept by everything that it depends on.

Knows neither network nor picture: the key is the pictures' hashes, how each is varied, the weights' hash, the cut, the
preprocessing, the precision and the engine. bfloat16 has no numpy type: such rows are kept as int16 with the same bits.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
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
    parts = json.dumps({**asdict(key), "preprocessing": key.preprocessing.to_dict()}, sort_keys=True)
    kind = RowKind("features", parts, shape, {"bf16": "int16", "fp32": "float32"}[stored])
    return RowRequest(cache, kind, [f"{content} {view}" for content in content_hashes] if view else content_hashes)
