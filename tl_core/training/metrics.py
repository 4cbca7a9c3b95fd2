"""Means over a run's batches, and the clock's say in how often something is told. Knows no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
SECONDS_BETWEEN_EVENTS = 0.25


@dataclass(slots=True)
class Running:
    """Loss and accuracy over the pictures added since it was made."""

    loss_sum: float = 0.0
    correct: int = 0
    count: int = 0

    def add(self, mean_loss: float, correct: int, count: int) -> None:
        self.loss_sum += mean_loss * count
        self.correct += correct
        self.count += count

    def to_list(self) -> list[float]:
        return [self.loss_sum, self.correct, self.count]

    @classmethod
    def from_list(cls, values: list[float]) -> Running:
        loss_sum, correct, count = values
        return cls(float(loss_sum), int(correct), int(count))

    @property
    def loss(self) -> float:
        return self.loss_sum / max(self.count, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.count, 1)


class Pace:
    """Says whether it is time to report again; owns the time of the last report."""

    def __init__(self, clock: Clock, seconds: float = SECONDS_BETWEEN_EVENTS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._started = clock()
        self._last: float | None = None

    def due(self) -> bool:
        now = self._clock()
        if self._last is not None and now - self._last < self._seconds:
            return False
        self._last = now
        return True

    def skip(self, seconds: float) -> None:
        """So many seconds went into something else than what is counted."""
        self._started += seconds

    @property
    def elapsed(self) -> float:
        """Seconds since it was made."""
        return self._clock() - self._started

    def rate(self, done: int) -> float:
        """Things a second, 0 where no time has passed."""
        return done / self.elapsed if self.elapsed > 0 else 0.0

    def left(self, done: int, total: int) -> float:
        """Seconds left at the pace so far, 0 where nothing is known."""
        rate = self.rate(done)
        return (total - done) / rate if rate > 0 else 0.0
