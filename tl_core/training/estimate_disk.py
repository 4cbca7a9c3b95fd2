"""What a training will newly write to the disk, and whether the disk has that room. Knows no torch and no file.

Rows that are kept already count nothing. Of new rows no more is promised than the cache may hold, or than a training
holds at once where that is more; what is older may go for them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from tl_core.caching.limits import SPARE_BYTES
from tl_core.training.checkpoint_files import KEPT
from tl_core.training.made import Ahead
from tl_core.training.plan_values import TrainingPlan

BYTES_A_NUMBER = 4  # of weights, in a model and in a checkpoint
OPTIMIZER_NUMBERS = {"adamw": 2, "adam": 2, "sgd": 1, "rmsprop": 2, "adagrad": 1}  # kept for each that learns


class Room(NamedTuple):
    """`free` bytes of the disk; `older` ones are rows, which may go for new ones; `bound` is what rows may take."""

    free: float = math.inf
    older: float = 0.0
    bound: float = math.inf


ANY_ROOM = Room()


class OnDisk(NamedTuple):
    """`new` bytes stay after the training; `missing` are those that the disk lacks for it, 0 where it has room."""

    new: float
    missing: float


def on_disk(plans: Sequence[TrainingPlan], aheads: Sequence[Ahead], room: Room) -> OnDisk:
    """Of one plan, or of all that a preset carries out one after the other: they share what the first model needs."""
    writing = [ahead.to_write for ahead in aheads]
    first = max(one.first for one in writing)
    scored = writing[0].scored if len(plans) == 1 else 0.0
    remembered = [one.remembered for one in writing]
    at_once = first + max(scored, *remembered)
    rows = max(at_once, min(first + scored + sum(remembered), room.bound))
    run = run_bytes(plans)
    can_go = max(0.0, room.older - max(ahead.held for ahead in aheads))
    return OnDisk(rows + run, max(0.0, at_once + max(run, SPARE_BYTES) - room.free - can_go))


def run_bytes(plans: Sequence[TrainingPlan]) -> float:
    """Of a run's folder: its model, and the checkpoints of whatever learned most."""
    checkpoints = [checkpoint_numbers(plan) for plan in plans if plan.method == "fine-tune"]
    return BYTES_A_NUMBER * float(max(plan.total_parameters for plan in plans) + max(checkpoints, default=0))


def checkpoint_numbers(plan: TrainingPlan) -> int:
    """Of two checkpoints: each has what learns, what the optimizer knows of it and its average."""
    each = 1 + OPTIMIZER_NUMBERS.get(plan.optimizer, 2) + (1 if plan.ema_decay else 0)
    return KEPT * each * plan.trainable_parameters
