"""How far a fine-tuning has come, and its best weights so far. Knows numbers and copies of weights, no network."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tl_core.training.checkpoint import Weights
from tl_core.training.metrics import Running


@dataclass(slots=True)
class Best:
    """The best weights so far by validation; owns copies of them. `checkpoint` is the number of its epoch's own."""

    weights: Weights
    accuracy: float
    loss: float
    epoch: int = 0
    checkpoint: int | None = None

    @classmethod
    def none(cls) -> Best:
        """Beaten by anything."""
        return cls({}, -math.inf, math.inf)

    def beaten_by(self, accuracy: float | None, loss: float | None) -> bool:
        """Higher accuracy, or the same with a lower loss."""
        if accuracy is None or loss is None:
            return False
        return (accuracy, -loss) > (self.accuracy, -self.loss)

    def to_dict(self) -> dict[str, Any]:
        """All but the weights; JSON knows no infinity."""
        return {
            "accuracy": self.accuracy if math.isfinite(self.accuracy) else None,
            "loss": self.loss if math.isfinite(self.loss) else None,
            "epoch": self.epoch,
            "checkpoint": self.checkpoint,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], weights: Weights) -> Best:
        accuracy = -math.inf if values["accuracy"] is None else float(values["accuracy"])
        loss = math.inf if values["loss"] is None else float(values["loss"])
        return cls(weights, accuracy, loss, int(values["epoch"]), values["checkpoint"])


@dataclass(slots=True)
class HowFar:
    """`epochs` whole ones are done and `batches` of the one after them, whose means `running` has.

    Early stopping compares fine-tuned epochs alone (`leader`): the first ones are often worse than the head they start
    from. `last` is what the last epoch was worth.
    """

    best: Best
    epochs: int = 0
    batches: int = 0
    running: Running = field(default_factory=Running)
    leader: Best = field(default_factory=Best.none)
    last: Best = field(default_factory=Best.none)

    def epoch_ends(self, accuracy: float | None, loss: float | None) -> bool:
        """One more whole epoch, judged so; True where it is the best, whose weights the caller then brings."""
        self.epochs, self.batches, self.running = self.epochs + 1, 0, Running()
        if accuracy is None or loss is None:
            return False
        self.last = Best({}, accuracy, loss, self.epochs)
        if self.leader.beaten_by(accuracy, loss):
            self.leader = Best({}, accuracy, loss, self.epochs)
        return self.best.beaten_by(accuracy, loss)

    def stands_still(self, patience: int | None) -> bool:
        return patience is not None and self.epochs - self.leader.epoch >= patience

    def to_dict(self) -> dict[str, Any]:
        return {
            "epoch": self.epochs,
            "batch": self.batches,
            "running": self.running.to_list(),
            "best": self.best.to_dict(),
            "leader": self.leader.to_dict(),
            "last": self.last.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any], weights: Weights) -> HowFar:
        """`weights` are the best ones."""
        return cls(
            best=Best.from_dict(values["best"], weights),
            epochs=int(values["epoch"]),
            batches=int(values["batch"]),
            running=Running.from_list(values["running"]),
            leader=Best.from_dict(values["leader"], {}),
            last=Best.from_dict(values["last"], {}),
        )
