"""The smallest and the largest picture of a set, and how many there are of each format. Reads columns alone."""

from __future__ import annotations

import numpy as np

from tl_core.data.columns import Columns


def extremes(columns: Columns) -> tuple[int, int] | None:
    """Where the pictures with the fewest and the most pixels stand; None without any."""
    if not len(columns):
        return None
    pixels = columns.width.astype(np.int64) * columns.height
    return int(pixels.argmin()), int(pixels.argmax())


def formats(columns: Columns) -> list[tuple[str, int]]:
    """Formats with their pictures, the commonest first; "" stands for those of which it is not known."""
    counted = np.bincount(columns.format, minlength=len(columns.formats))
    named = [(name, int(count)) for name, count in zip(columns.formats, counted, strict=True) if count]
    return sorted(named, key=lambda pair: (-pair[1], pair[0]))
