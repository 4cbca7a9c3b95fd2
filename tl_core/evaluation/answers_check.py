"""Whether the arrays of kept answers fit one another: types, shapes, sizes, ranges. Opens no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from tl_core.data.index import SPLITS

# What each array holds, by type; the first number of each shape but path_bytes' is the number of pictures.
CHECKED = {
    "probabilities": "float32",
    "labels": "int64",
    "sha256": "uint8",
    "splits": "uint8",
    "folds": "int16",
    "path_bytes": "uint8",
    "path_ends": "int64",
}
MOST_PICTURES, MOST_CLASSES, MOST_REPEATS, MOST_PATH_BYTES = 20_000_000, 100_000, 100, 4096
OFF = 1e-3  # from 1, that a row may add up to: sums of a hundred thousand rounded numbers


def problem_of(arrays: Mapping[str, tuple[str, tuple[int, ...]]], classes: Sequence[str]) -> str:
    """What is wrong with types and shapes, before anything is read; "" where they fit."""
    for name, dtype in CHECKED.items():
        if arrays[name][0] != dtype:
            return f"{name} is of the type {arrays[name][0]}, not {dtype}"
    count = arrays["labels"][1][0] if len(arrays["labels"][1]) == 1 else -1
    if not 1 <= count <= MOST_PICTURES or not 2 <= len(classes) <= MOST_CLASSES:
        return f"{count:,} pictures of {len(classes):,} classes"
    wanted = {"probabilities": (count, len(classes)), "sha256": (count, 32), "splits": (count,), "path_ends": (count,)}
    for name, shape in wanted.items():
        if arrays[name][1] != shape:
            return f"{name} has the shape {arrays[name][1]}, not {shape}"
    folds, text = arrays["folds"][1], arrays["path_bytes"][1]
    if len(folds) != 2 or folds[0] != count or folds[1] > MOST_REPEATS:
        return f"folds has the shape {folds}"
    if len(text) != 1 or text[0] > count * MOST_PATH_BYTES:
        return f"path_bytes has the shape {text}"
    return ""


def problem_of_values(arrays: Mapping[str, npt.NDArray[Any]], classes: int) -> str:
    """What is wrong with the numbers themselves; "" where nothing is."""
    probabilities, labels, ends = arrays["probabilities"], arrays["labels"], arrays["path_ends"]
    if not np.isfinite(probabilities).all() or probabilities.min() < 0 or probabilities.max() > 1 + OFF:
        return "probabilities are not all between 0 and 1"
    if np.abs(probabilities.sum(axis=1, dtype=np.float64) - 1).max() > OFF:
        return "probabilities do not add up to 1"
    if labels.min() < 0 or labels.max() >= classes:
        return f"labels go from {labels.min()} to {labels.max()}"
    if arrays["splits"].max() >= len(SPLITS):
        return f"there is no side {arrays['splits'].max()} of a split"
    if (np.diff(ends, prepend=0) < 0).any() or ends[-1] != len(arrays["path_bytes"]):
        return "paths do not end where they should"
    return ""
