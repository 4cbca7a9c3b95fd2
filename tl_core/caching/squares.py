"""Decoded pictures, cut to squares, kept by the hash of the file they came from and the preprocessing.

Knows neither who decodes nor what the squares are for. A square is uint8 (resize_size, resize_size, 3); the network's
own crop, mean and deviation are no part of the key, because they are applied later.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind
from tl_core.data.preprocessing import Preprocessing


def square_rows(cache: Path, preprocessing: Preprocessing, content_hashes: Sequence[str]) -> RowRequest:
    """These pictures' squares; use it as a context manager."""
    size = preprocessing.resize_size
    part = [preprocessing.part] if preprocessing.part else []
    parts = json.dumps([size, preprocessing.interpolation, preprocessing.version, *part])
    return RowRequest(cache, RowKind("squares", parts, (size, size, 3), "uint8"), content_hashes)
