"""The learning rate of every step: a warm-up, then the schedule. Knows step numbers and losses, no parameter.

The shapes are torch's own (tests hold them to `torch.optim.lr_scheduler`), as functions of the step's number.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tl_core.training.plan_values import TrainingPlan

LAST_FACTOR = 0.01  # of the peak, where the cosine ends: steps of exactly zero would be wasted
# One cycle, as torch has it: up for this share of the steps, from one 25th of the peak, down to a 10,000th of that.
RISE, FIRST_FACTOR, FINAL_FACTOR = 0.3, 1 / 25, 1 / 25 / 10_000
STEP_PARTS, STEP_FACTOR = 3, 0.1
PLATEAU_FACTOR, PLATEAU_PATIENCE, PLATEAU_THRESHOLD = 0.5, 1, 1e-4


class Rates:
    """Gives the rate of each step; owns what a plateau has seen of the validation losses."""

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan = plan
        self.factor = 1.0
        self._best = math.inf
        self._bad_epochs = 0

    def at(self, step: int) -> float:
        """`step` counts from 0."""
        return self.factor * learning_rate_at(self.plan, step)

    def to_dict(self) -> dict[str, Any]:
        best = self._best if math.isfinite(self._best) else None  # JSON knows no infinity
        return {"factor": self.factor, "best": best, "bad_epochs": self._bad_epochs}

    def put_back(self, values: dict[str, Any]) -> None:
        """Goes on from what `to_dict` gave."""
        self.factor, self._bad_epochs = float(values["factor"]), int(values["bad_epochs"])
        self._best = math.inf if values["best"] is None else float(values["best"])

    def judged(self, val_loss: float | None) -> None:
        """An epoch's validation loss: where it stands still, a plateau halves the rate."""
        if self.plan.schedule != "plateau" or val_loss is None:
            return
        if val_loss < self._best * (1.0 - PLATEAU_THRESHOLD):
            self._best, self._bad_epochs = val_loss, 0
        else:
            self._bad_epochs += 1
        if self._bad_epochs > PLATEAU_PATIENCE:
            self.factor, self._bad_epochs = self.factor * PLATEAU_FACTOR, 0


def learning_rate_at(plan: TrainingPlan, step: int) -> float:
    """The rate of a step, counted from 0, as far as it is known beforehand."""
    if plan.extended_at and step >= plan.extended_at and plan.schedule in SHAPES:
        progress = (step - plan.extended_at) / max(1, plan.steps - plan.extended_at - 1)
        return along(plan.extended_rate, LAST_FACTOR * plan.learning_rate, min(1.0, progress))
    steps = plan.steps_before if plan.extended_at else plan.steps
    warmup = min(round(plan.warmup_epochs * plan.steps_per_epoch), steps)
    if step < warmup:
        return plan.learning_rate * (step + 1) / warmup
    shape = SHAPES.get(plan.schedule)
    return plan.learning_rate * (1.0 if shape is None else shape(step - warmup, steps - warmup))


def cosine(step: int, steps: int) -> float:
    progress = min(1.0, step / max(1, steps - 1))
    return LAST_FACTOR + (1.0 - LAST_FACTOR) * 0.5 * (1.0 + math.cos(math.pi * progress))


def one_cycle(step: int, steps: int) -> float:
    """Up and down along cosines; the rise is its own warm-up (arXiv 1708.07120)."""
    top = RISE * steps - 1.0
    if step <= top:
        return along(FIRST_FACTOR, 1.0, step / top)
    return along(1.0, FINAL_FACTOR, min(1.0, (step - top) / max(1e-9, steps - 1 - top)))


def along(start: float, end: float, progress: float) -> float:
    return end + (start - end) * 0.5 * (1.0 + math.cos(math.pi * progress))


def stairs(step: int, steps: int) -> float:
    """A tenth after a third of the steps, a hundredth after two thirds."""
    return float(STEP_FACTOR ** (step // max(1, math.ceil(steps / STEP_PARTS))))


SHAPES: dict[str, Callable[[int, int], float]] = {"cosine": cosine, "one-cycle": one_cycle, "step": stairs}
