"""Which pictures make up which step: a pure function of seed and epoch. Knows positions only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


def batch_count(pictures: int, batch_size: int) -> int:
    """A lone last picture joins the batch before it: batch statistics of one picture are none."""
    return max(1, -(-pictures // batch_size) - (pictures % batch_size == 1 and pictures > batch_size))


def epoch_batches(pictures: int, batch_size: int, *, seed: int, epoch: int) -> list[Positions]:
    """Every picture once, in an order that depends on seed and epoch alone."""
    order = np.random.default_rng(np.random.SeedSequence([seed, epoch])).permutation(pictures).astype(np.int64)
    count = batch_count(pictures, batch_size)
    starts = [step * batch_size for step in range(count)]
    return [order[start : start + batch_size] for start in starts[:-1]] + [order[starts[-1] :]]
