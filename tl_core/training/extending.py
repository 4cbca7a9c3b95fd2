"""What going on with a run may ask for: more epochs, or another checkpoint. Knows plans and numbers, no tensor.

What more epochs mean for the learning rate: schedules with an end (cosine, one-cycle, steps) go down once more along a
cosine, from the rate they had come to, or from a tenth of the peak where that is more, to a hundredth of the peak at
the new end. Constant rates stay, and a plateau goes on waiting. Early stopping begins to count anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tl_core.config import BOUNDS
from tl_core.errors import ConfigError, RunError
from tl_core.training.checkpoint_files import Checkpoint
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.schedules import SHAPES, learning_rate_at

SHARE_OF_PEAK = 0.1
MOST_EPOCHS = int(BOUNDS["epochs"][1])


@dataclass(frozen=True, slots=True)
class Asked:
    """`epochs` in all, or so many `more` after the checkpoint; `from_epoch`: after which, instead of the last one."""

    epochs: int | None = None
    more: int | None = None
    from_epoch: int | None = None

    def __post_init__(self) -> None:
        if self.epochs is not None and self.more is not None:
            raise ConfigError("epochs and more are both given.", "Give the epochs in all, or how many more.")
        for name, value in (("epochs", self.epochs), ("more", self.more)):
            if value is not None and not 1 <= value <= MOST_EPOCHS:
                raise ConfigError(f"{name} is {value}; it goes from 1 to {MOST_EPOCHS}.")

    @property
    def wants_epochs(self) -> bool:
        return self.epochs is not None or self.more is not None

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Asked:
        return cls(**{name: values.get(name) for name in ("epochs", "more", "from_epoch")})

    def total(self, done: int) -> int:
        """The epochs in all after `done` whole ones. Raises ConfigError where nothing would be left to train."""
        total = self.epochs if self.epochs is not None else done + (self.more or 0)
        if total <= done:
            raise ConfigError(
                f"{done} epochs are done already, so {total} in all leave nothing to train.", "Ask for more epochs."
            )
        if total > MOST_EPOCHS:
            raise ConfigError(f"epochs would be {total}; it goes from 1 to {MOST_EPOCHS}.")
        return total


def extended(plan: TrainingPlan, done: int, step: int, epochs: int) -> tuple[TrainingPlan, str]:
    """The plan with so many epochs in all, asked for after `done` whole ones and `step` steps; and a sentence."""
    before = learning_rate_at(plan, max(0, step - 1))
    start = max(before, SHARE_OF_PEAK * plan.learning_rate)
    longer = replace(plan, epochs=epochs, extended_at=step, extended_rate=start, steps_before=plan.steps)
    counted = f"It goes on to {epochs} epochs in all, {done} of them done"
    if plan.schedule in SHAPES:
        return longer, f"{counted}; the learning rate starts again at {start:.2g} and falls along a cosine to the end."
    return longer, f"{counted}; the learning rate stays as it was."


def with_patience_anew(checkpoint: Checkpoint) -> Checkpoint:
    """Early stopping counts from here: who asks for more epochs means to see them."""
    leader = {**checkpoint.state["leader"], "epoch": checkpoint.state["epoch"]}
    return replace(checkpoint, state={**checkpoint.state, "leader": leader})


def after_epoch(found: Sequence[Checkpoint], epoch: int) -> Checkpoint:
    """The checkpoint at the end of an epoch. Raises RunError that names those that are kept."""
    ends = {checkpoint.state["epoch"]: checkpoint for checkpoint in reversed(found) if not checkpoint.state["batch"]}
    if epoch in ends:
        return ends[epoch]
    kept = ", ".join(str(number) for number in sorted(ends))
    raise RunError(
        f"There is no checkpoint at the end of epoch {epoch}.",
        f"Kept are those of the best epoch and of the last ones: {kept}." if kept else "No end of an epoch is kept.",
    )
