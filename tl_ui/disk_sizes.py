"""How large folders are, without walking through them at every byte that arrives. Knows no owner and no quota."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tl_ui.usage import folder_bytes

BELIEVED_SECONDS = 10.0


class DiskSizes:
    """By name: what a folder held when it was looked at, and what has arrived since."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._looked: dict[str, tuple[float, int]] = {}
        self._arrived = Counter[str]()
        self._lock = threading.Lock()

    def arrived(self, name: str, size: int) -> None:
        with self._lock:
            self._arrived[name] += size

    def is_old(self, name: str) -> bool:
        with self._lock:
            looked, _ = self._looked.get(name, (self._clock() - BELIEVED_SECONDS, 0))
            return self._clock() - looked >= BELIEVED_SECONDS

    def look(self, name: str, folder: Path, *, without: str = "") -> None:
        """Walks through the folder; `without` names an entry of it that does not count."""
        with self._lock:
            before = self._arrived[name]
        size = folder_bytes(folder, without=without)
        with self._lock:
            self._arrived[name] -= before
            self._looked[name] = (self._clock(), size)

    def size(self, name: str) -> int:
        """What has arrived while it was looked at may count twice, until the next look."""
        with self._lock:
            return self._looked.get(name, (0.0, 0))[1] + self._arrived[name]

    def forget(self, name: str) -> None:
        with self._lock:
            self._looked.pop(name, None)
            self._arrived.pop(name, None)
