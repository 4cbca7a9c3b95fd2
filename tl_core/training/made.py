"""What of a training's work is kept from before, and what the rest of it would write to the disk. Knows no torch.

Numbers alone: which rows these are, `rows_ahead` knows; what they mean for seconds and bytes, the estimates know.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tl_core.training.plan_values import TrainingPlan


class Made(NamedTuple):
    """Parts, from 0 to 1: of all pictures that are decoded, and of those that the frozen network has seen.

    `seen` up to the head, of the pictures that it is fitted to and judged on; `scored` the same in 32 bits, of those
    that the finished model is measured on; `judged` and `learned` up to the line of ice, of the pictures that judge an
    epoch, and of those that it learns from with each view that takes turns.
    """

    read: float = 0.0
    seen: float = 0.0
    scored: float = 0.0
    judged: float = 0.0
    learned: float = 0.0


class ToWrite(NamedTuple):
    """Bytes that are not in the cache yet: `first` for the first model, `scored` to measure the head alone,
    `remembered` up to the line of ice.
    """

    first: float = 0.0
    scored: float = 0.0
    remembered: float = 0.0


class Ahead(NamedTuple):
    """`held` bytes are in the cache and wanted: they stay while the training runs."""

    made: Made = Made()
    to_write: ToWrite = ToWrite()
    held: float = 0.0


NOTHING_MADE = Made()
Look = Callable[[TrainingPlan], Ahead]


def nothing_known(_plan: TrainingPlan) -> Ahead:
    return Ahead()
