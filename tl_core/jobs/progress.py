"""Counts of a long call made into events: a few a second, with the first and the last of each phase always.

Knows no job; where the events go, its maker says.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from tl_core.events import Event, Phase

PROGRESS_SECONDS = 0.25


class Progress:
    """Turns counts into `phase` events, a few a second, with the first and the last always."""

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._phase = ""
        self._started = 0.0
        self._told = float("-inf")

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if phase != self._phase:
            self._phase, self._started, self._told = phase, now, float("-inf")
        if done < total and now - self._told < PROGRESS_SECONDS:
            return
        self._told = now
        rate = done / (now - self._started) if done and now > self._started else None
        left = (total - done) / rate if rate else None
        self._emit(Phase(phase, done, total, images_per_second=rate, seconds_left=left))
