"""Pictures that a frozen network finds odd: far from all others of their class, or nearly the same as another one.

Works on features and labels as arrays; knows no file, no network and no sentence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Positions = NDArray[np.int64]
NEIGHBOURS = 5  # the nearest ones of a class, whose mean says how near a picture is to it
LEAST_IN_CLASS = 12  # pictures; of fewer, nobody can say what is usual
FAR = 5.0  # robust standard deviations below the class's usual nearness
STRANGER = 16  # the nearest before it may be copies
COPY = 0.2  # of the distance to such a stranger, at most, lies between a picture and its copy
MOST_PICTURES = 4000  # that are compared, all with all; of more, none are: the doctor's hashes must do
_BLOCK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Unusual:
    """`outliers`: positions, the farthest first. `copies` (pairs, 2): positions of pictures nearly the same."""

    outliers: Positions
    copies: Positions


def unusual(features: Floats, labels: Positions) -> Unusual:
    """Of features (n, d) and the class of each."""
    if not LEAST_IN_CLASS <= len(features) <= MOST_PICTURES:
        return Unusual(np.zeros(0, dtype=np.int64), np.zeros((0, 2), dtype=np.int64))
    centred = features - features.mean(axis=0)
    directions = (centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    nearness = np.empty(len(features), dtype=np.float32)  # to the class
    strangers = np.empty(len(features), dtype=np.float32)
    pairs = []
    for start in range(0, len(features), _BLOCK):
        rows = np.arange(start, min(start + _BLOCK, len(features)))
        cosines = directions[rows] @ directions.T  # (block, n)
        cosines[np.arange(len(rows)), rows] = -1
        strangers[rows] = _greatest(cosines, STRANGER)[:, 0]
        nearness[rows] = _to_class(cosines, labels[rows], labels)
        close = cosines >= 1 - COPY * (1 - strangers[rows, None])
        one, other = np.nonzero(close & (rows[:, None] < np.arange(len(features))))
        pairs.append(np.stack([rows[one], other], axis=1))
    return Unusual(_far(nearness, labels), _mutual(np.concatenate(pairs), directions, strangers))


def _greatest(cosines: Floats, count: int) -> Floats:
    """The `count` greatest of each row, the least of them first."""
    count = min(count, cosines.shape[1] - 1)
    found: Floats = np.sort(np.partition(cosines, -count, axis=1)[:, -count:], axis=1)
    return found


def _to_class(cosines: Floats, own: Positions, labels: Positions) -> Floats:
    nearness: Floats = _greatest(np.where(own[:, None] == labels, cosines, np.float32(-1)), NEIGHBOURS).mean(axis=1)
    return nearness


def _far(nearness: Floats, labels: Positions) -> Positions:
    deviations = np.zeros(len(labels))
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        if len(rows) >= LEAST_IN_CLASS:
            usual = np.median(nearness[rows])
            spread = 1.4826 * np.median(np.abs(nearness[rows] - usual))  # a normal distribution's standard deviation
            deviations[rows] = (usual - nearness[rows]) / max(float(spread), 1e-3)
    far = np.flatnonzero(deviations > FAR)
    return far[np.argsort(-deviations[far], kind="stable")]


def _mutual(pairs: Positions, directions: Floats, strangers: Floats) -> Positions:
    """Pairs that are close as the second picture sees it too."""
    cosines = np.einsum("ij,ij->i", directions[pairs[:, 0]], directions[pairs[:, 1]])
    mutual: Positions = pairs[cosines >= 1 - COPY * (1 - strangers[pairs[:, 1]])]
    return mutual
