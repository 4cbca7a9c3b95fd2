"""Pictures and numbers to fit ridge regressions to, for the tests of what is left out and of the head."""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_digits

from tl_core.training.decomposing import decompose
from tl_core.training.heads import one_hot, penalties
from tl_core.training.leaving_out import Ridges, groups_of


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    bunch = load_digits()
    return bunch.data[:count], bunch.target[:count]


def wide(count: int, width: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    labels = np.arange(count) % classes
    return random.normal(size=(count, width)) + labels[:, None] * 0.1, labels


def ridges_of(features: np.ndarray, labels: np.ndarray, *chosen: float, together: np.ndarray | None = None) -> Ridges:
    """With the penalties of a head where none are given."""
    parts = decompose(features)
    targets = one_hot(labels, int(labels.max()) + 1).astype(parts.rotated.dtype)
    return Ridges(parts, targets, chosen or penalties(parts.eigenvalues), groups_of(together))
