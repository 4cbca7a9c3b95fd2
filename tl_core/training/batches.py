"""Which pictures make up which step, and in which view: pure functions of seed and epoch. Knows positions only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tl_core.config import BOUNDS

Positions = NDArray[np.int64]
VIEWS_APART = 1 + int(BOUNDS["epochs"][1])  # more than there are epochs: no other epoch has the view of a second turn


def batch_count(pictures: int, batch_size: int) -> int:
    """A lone last picture joins the batch before it: batch statistics of one picture are none."""
    return max(1, -(-pictures // batch_size) - (pictures % batch_size == 1 and pictures > batch_size))


def epoch_batches(pictures: int, batch_size: int, *, seed: int, epoch: int) -> list[Positions]:
    """Every picture once, in an order that depends on seed and epoch alone."""
    return parted(numbers_of(seed, epoch).permutation(pictures).astype(np.int64), batch_size)


def balanced_batches(labels: Positions, batch_size: int, *, seed: int, epoch: int) -> list[Positions]:
    """As many pictures as there are, but the same number of each class: rare ones come again, others miss a turn.

    A pure function of labels, seed and epoch.
    """
    numbers = numbers_of(seed, epoch)
    classes = numbers.permutation(np.unique(labels))
    chosen = []
    for place, label in enumerate(classes):
        own = np.flatnonzero(labels == label)
        wanted = len(labels) // len(classes) + (place < len(labels) % len(classes))
        rounds = [numbers.permutation(own) for _ in range(-(-wanted // len(own)))]
        chosen.append(np.concatenate([own[:0], *rounds])[:wanted])
    return parted(numbers.permutation(np.concatenate(chosen)).astype(np.int64), batch_size)


def views_of(batches: Sequence[Positions], epoch: int, *, among: int = 0) -> list[Positions]:
    """Which view of each picture a step sees: the epoch's own, and another one each time it comes again within it.

    With `among` views that take turns it is the next of these, from 1 on; without, there is always another one.
    """
    order = np.concatenate(batches)
    by_picture = np.argsort(order, kind="stable")
    _, first = np.unique(order[by_picture], return_index=True)
    turns = np.empty(len(order), dtype=np.int64)
    turns[by_picture] = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
    ends = np.cumsum([len(batch) for batch in batches])
    views = (epoch - 1 + turns) % among + 1 if among else epoch + turns * VIEWS_APART
    return np.split(views, ends[:-1])


def numbers_of(seed: int, epoch: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence([seed, epoch]))


def parted(order: Positions, batch_size: int) -> list[Positions]:
    starts = [step * batch_size for step in range(batch_count(len(order), batch_size))]
    return [order[start : start + batch_size] for start in starts[:-1]] + [order[starts[-1] :]]
