"""Counts what happened to somebody in the last minute, hour or day. Knows no quota; the clock is an argument."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

MOST_KEYS = 20_000


class Window:
    """Amounts by name that are forgotten after `seconds`. A clock that never goes back."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds = seconds
        self._clock = clock
        self._kept: dict[str, deque[tuple[float, float]]] = {}
        self._lock = threading.Lock()

    def add(self, name: str, amount: float = 1.0) -> None:
        with self._lock:
            kept = self._kept.setdefault(name, deque())
            now = self._clock()
            if kept and now - kept[-1][0] < self._seconds / 1000:  # a stream's many pieces are one entry
                kept[-1] = (kept[-1][0], kept[-1][1] + amount)
            else:
                kept.append((now, amount))
            if len(self._kept) > MOST_KEYS:
                self._forget()

    def total(self, name: str) -> float:
        with self._lock:
            kept = self._kept.get(name, deque())
            self._drop_old(kept)
            return sum(amount for _, amount in kept)

    def _drop_old(self, kept: deque[tuple[float, float]]) -> None:
        while kept and kept[0][0] <= self._clock() - self._seconds:
            kept.popleft()

    def _forget(self) -> None:
        for name in list(self._kept):
            self._drop_old(self._kept[name])
            if not self._kept[name]:
                del self._kept[name]
