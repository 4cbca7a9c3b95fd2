"""Groups that file names give away: frames of a film, views of a part, versions of a picture. Knows names alone."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import Columns

_DATE = r"(?:19|20)\d\d[-_.]?(?:0[1-9]|1[0-2])[-_.]?(?:0[1-9]|[12]\d|3[01])"
# Tried in this order; the first that makes sense is taken. Each has one group: what belongs together.
PATTERNS = (
    re.compile(r"(.+?)[._](?:jpe?g|png|bmp|webp)\.rf\.[0-9a-f]{8,}$", re.IGNORECASE),  # versions that Roboflow made
    re.compile(r"(.+?)[ _-]+(?:aug|augmented|copy|crop|rot|flip|version|v)[ _-]?\d*$", re.IGNORECASE),
    re.compile(rf"(?:.*?[^\d])?({_DATE})(?:[^\d].*)?$"),  # IMG_20240518_093012
    re.compile(r"(.*?[^\W\d_].*?)(?:[ _.-]+(?:frame|f|img|image|t)?[ _.-]?|frame|#)\d+$", re.IGNORECASE),  # clip03_0001
    re.compile(r"([^\W_]*\d[^\W_]*)[ _.-]+.+$"),  # SN12345_top
)
LEAST_SHARED = 0.5  # of all pictures are in groups of two or more
LEAST_GROUPS = 2  # of a typical class


def name_groups(columns: Columns) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A code for each picture, -1 where its name says nothing, and what the codes mean."""
    stems = [_stem(path) for path in columns.paths()]
    for pattern in PATTERNS:
        found = [match[1] if (match := pattern.match(stem)) else "" for stem in stems]
        if _makes_sense(found, columns.label):
            names = tuple(sorted(set(found) - {""}))
            code_of = {name: code for code, name in enumerate(names)}
            return np.array([code_of.get(name, -1) for name in found], dtype=np.int64), names
    return np.full(len(columns), -1, dtype=np.int64), ()


def _stem(path: str) -> str:
    name = path.rsplit("/", 1)[-1]
    stem, dot, _ = name.rpartition(".")
    return stem if dot and stem else name


def _makes_sense(found: list[str], label: NDArray[np.int32]) -> bool:
    """Most pictures share their name's part with others, and not with their whole class."""
    sizes = Counter(found)
    del sizes[""]
    shared = sum(count for count in sizes.values() if count > 1)
    if not sizes or shared < LEAST_SHARED * len(found):
        return False
    per_class: dict[int, set[str]] = {code: set() for code in np.unique(label).tolist()}
    for name, code in zip(found, label.tolist(), strict=True):
        if name:
            per_class[code].add(name)
    return bool(np.median([len(names) for names in per_class.values()]) >= LEAST_GROUPS)
