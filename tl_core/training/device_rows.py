"""Rows on disk (squares or features) as tensors on the device: held there, or copied for each step ahead of time.

Knows which rows are wanted, not what they mean. On a processor rows are read as they are asked for.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tl_core.caching.kept import KeptRows
from tl_core.training.pictures import Positions
from tl_core.training.sending import sent

HELD_AT_ONCE = 256  # rows that are copied together when all go to the device: 50 MB of the usual squares
ABSENT = -1
AHEAD = 2  # what comes next is told while the present step has not asked for its own yet


class Copied(NamedTuple):
    """Rows on their way to the device, and the moment when they are there; None where they are there already."""

    rows: Tensor
    arrival: torch.cuda.Event | None


class Coming(NamedTuple):
    positions: Positions
    copied: Future[Copied]


class DeviceRows:
    """`rows[positions]` on the device; owns what it holds there, and a thread that reads what comes next."""

    def __init__(self, rows: NDArray[Any] | KeptRows, device: str) -> None:
        self._rows, self._device = rows, torch.device(device)
        self._stream = torch.cuda.Stream(self._device) if self._device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rows-ahead")
        self._coming: deque[Coming] = deque(maxlen=AHEAD)
        self._held: Tensor | None = None
        self._place = np.full(len(rows), ABSENT, dtype=np.int64)

    def hold(self, wanted: Positions) -> None:
        """From now on these rows lie in the device's memory. Raises torch's own error where that has no room."""
        kind = torch.from_numpy(np.zeros(0, dtype=self._rows.dtype)).dtype
        held = torch.empty((len(wanted), *self._rows.shape[1:]), dtype=kind, device=self._device)
        for start in range(0, len(wanted), HELD_AT_ONCE):
            some = wanted[start : start + HELD_AT_ONCE]
            held[start : start + len(some)].copy_(self._read(some))
        self._place[wanted] = np.arange(len(wanted))
        self._held = held

    def expect(self, positions: Positions) -> None:
        """These are asked for next: they are read and copied while the device is busy with what it has."""
        if not self._holds(positions):
            self._coming.append(Coming(positions, self._reader.submit(self._read_aside, positions)))

    def __getitem__(self, positions: Positions) -> Tensor:
        if self._held is not None and self._holds(positions):
            return self._held.index_select(0, sent(torch.from_numpy(self._place[positions]), self._device))
        if not any(np.array_equal(coming.positions, positions) for coming in self._coming):
            return self._read(positions)  # what is on its way is for a later step
        while not np.array_equal((coming := self._coming.popleft()).positions, positions):
            pass  # nobody asked for it in its turn
        rows, arrival = coming.copied.result()
        if arrival is not None:
            present = torch.cuda.current_stream(self._device)
            present.wait_event(arrival)
            rows.record_stream(present)  # or their memory would be given away while steps still read it
        return rows

    def _holds(self, positions: Positions) -> bool:
        return self._held is not None and bool((self._place[positions] != ABSENT).all())

    def _read(self, positions: Positions) -> Tensor:
        return sent(torch.from_numpy(np.asarray(self._rows[positions])), self._device)

    def _read_aside(self, positions: Positions) -> Copied:
        """In the thread; on a stream of its own, so that the copy does not queue behind the present step."""
        if self._stream is None:
            return Copied(self._read(positions), None)
        with torch.cuda.stream(self._stream):
            rows = self._read(positions)
            return Copied(rows, self._stream.record_event())
