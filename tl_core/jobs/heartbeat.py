"""A sign of life that the work itself gives, not a thread beside it: what hangs gives none. Knows no run.

Kept as one line of fixed length that is written over in place, so that it needs no room on a disk that is full. Its
times are of the clock that runs from the machine's start: whoever sets the date moves nothing.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType

import psutil

from tl_core.jobs.memory_kills import counter_file, kills_in
from tl_core.processes import boot_id

LINE_BYTES = 512
BEAT_SECONDS = 1.0
QUIET_SECONDS = 60.0  # nobody worries sooner: loading the libraries from a cold disk is one long silence
TIMES_THE_LONGEST = 5  # a worker is given so many times the longest silence that it came back from


@dataclass(frozen=True, slots=True)
class Pulse:
    """`beat` is the moment of the last sign, `longest` the longest time between two, in seconds.

    `memory` and `peak` are the process's bytes; `kills` what `counter` said when it began (see memory_kills).
    `needs` are the bytes that the disk lacks, while the work waits for them.
    """

    boot: str
    beat: float
    longest: float = 0.0
    memory: int = 0
    peak: int = 0
    counter: str = ""
    kills: int | None = None
    needs: int = 0

    @classmethod
    def read(cls, path: Path) -> Pulse | None:
        """None where there is none, or a damaged one."""
        try:
            values = json.loads(path.read_bytes())
            return cls(str(values.pop("boot")), float(values.pop("beat")), **values)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def silent_seconds(self, now: float | None = None) -> float | None:
        """Since the last sign; None where the machine was started again since then."""
        if self.boot != boot_id():
            return None
        return max(0.0, (time.monotonic() if now is None else now) - self.beat)

    def is_overdue(self, now: float | None = None, *, at_least: float = QUIET_SECONDS) -> bool:
        """Whether it has been silent for longer than this work ever was, by far."""
        silent = self.silent_seconds(now)
        return silent is not None and silent > max(at_least, TIMES_THE_LONGEST * self.longest)


class Heartbeat:
    """Owns the file at `path`. Only the thread that made it beats: others may call, and nothing happens."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._process = psutil.Process()
        self._thread = threading.get_ident()
        self._descriptor = -1
        with suppress(OSError):  # without it the work goes on; it cannot be told from one that hangs
            self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        counter = counter_file()
        self._called = self._clock()
        self._pulse = Pulse(
            boot_id(),
            self._called,
            counter="" if counter is None else str(counter),
            kills=None if counter is None else kills_in(counter),
        )
        self._write()

    def beat(self) -> None:
        """The work has come by here. Cheap: it may be called as often as the work likes."""
        if threading.get_ident() != self._thread:
            return
        now, before = self._clock(), self._called
        self._called = now
        if now - before > self._pulse.longest:
            self._pulse = replace(self._pulse, longest=round(now - before, 3))
        if now - self._pulse.beat >= BEAT_SECONDS:
            self._write()

    def needs(self, count: int) -> None:
        """The work waits until the disk has room for so many bytes; 0 when it goes on."""
        self._pulse = replace(self._pulse, needs=count)
        self._write()

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Heartbeat:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _write(self) -> None:
        memory = int(self._process.memory_info().rss)
        peak = max(memory, self._pulse.peak)
        self._pulse = replace(self._pulse, beat=round(self._clock(), 3), memory=memory, peak=peak)
        line = json.dumps(asdict(self._pulse)).encode("ascii").ljust(LINE_BYTES - 1) + b"\n"
        if self._descriptor >= 0:
            with suppress(OSError):
                os.lseek(self._descriptor, 0, os.SEEK_SET)
                os.write(self._descriptor, line)
