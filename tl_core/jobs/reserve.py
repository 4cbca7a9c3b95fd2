"""A worker in reserve: a process that has loaded torch and waits on its standard input for the folder of a run.

Whoever started it holds the pipe's other end, so it ends with its holder, killed or not. Handed a run, it is that run's
worker like any other, outlives whoever held it, and takes no second one. What it loads, `waiting` knows.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tl_core.jobs.launcher import start_python, worker_environment
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.processes import end_group

# The worker's word for it; then by how many steps it lowers its priority at once, by how many once it has a run, and
# the cache to get warm with, or "".
IN_RESERVE = "--reserve"


class Reserve:
    """Owns one waiting process until it is handed a run or closed; threads may call at once."""

    def __init__(self, log: Path, *, niceness: int, cache: Path | None = None, hurries: bool = False) -> None:
        """Without a `cache` it waits and makes nothing ready.

        One that `hurries` gets ready as fast as whoever will soon wait for it, and is nice from its run on.
        """
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._log, self._is_loaded = log, False
        steps = (0, niceness) if hurries else (niceness, 0)
        words = (IN_RESERVE, *map(str, steps), "" if cache is None else str(cache.absolute()))
        self._process = start_python("tl_core.jobs.worker", *words, log=log, listens=True)
        self._identity = ProcessIdentity.of(self._process.pid)
        self._handing = threading.Lock()
        self._is_free = True
        self._was_handed = False

    @property
    def identity(self) -> ProcessIdentity | None:
        return self._identity

    @property
    def was_handed(self) -> bool:
        return self._was_handed

    @property
    def waits(self) -> bool:
        """Whether it can still be handed a run, as far as one can see."""
        return self._is_free and self._process.exit_status is None

    @property
    def is_loaded(self) -> bool:
        """Whether it has got ready: a run that it is handed now begins at once."""
        if not self._is_loaded and self._identity is not None:
            with suppress(OSError):
                self._is_loaded = ready_line(self._identity.pid) in self._log.read_text("utf-8", "replace").splitlines()
        return self._is_loaded

    @property
    def is_over(self) -> bool:
        """Whether its process has ended, with a run or without."""
        return self._process.exit_status is not None

    def hand(self, folder: Path) -> ProcessIdentity | None:
        """Who carries out the run in `folder` from now on; None where nobody waits any more."""
        with self._handing:
            if not self.waits:
                return None
            self._is_free = False
            line = json.dumps({"folder": str(folder)}).encode("ascii") + b"\n"
            self._was_handed = self._process.tell(line)
        return self._identity if self._was_handed else None

    def close(self) -> None:
        """Ends one that still waits, and its process with it; one that was handed a run goes on."""
        with self._handing:
            was_free, self._is_free = self._is_free, False
        if was_free:
            self._process.tell(b"")
            if self._identity is not None and self._identity.is_alive():
                end_group(self._identity.pid, grace_seconds=1.0)


def ready_line(pid: int) -> str:
    """What a worker in reserve prints into its log when it is ready."""
    return f"worker {pid} is ready and waits"


def environment_mark(ours: Mapping[str, str] = os.environ) -> str:
    """Equal where a worker would be given the same environment: torch has read it before the run is known."""
    given = sorted(worker_environment(ours).items())
    return hashlib.sha256(json.dumps(given).encode("ascii")).hexdigest()
