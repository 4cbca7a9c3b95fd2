"""The runs of one owner in the queue: put in, cancelled, gone on with, ended by force, deleted. Knows no HTTP.

Names are looked up by `OwnedRuns` before; folders that come here are this owner's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tl_core.jobs.deleting import delete_run
from tl_core.jobs.launcher import keep_queue, launch_run, request_stop
from tl_core.jobs.liveness import ENDED, ProcessIdentity, state_of
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.waits import Wait, waits
from tl_core.jobs.workspace import Person, Workspace


class OwnedQueue:
    """One owner's part of the queue that all people of a workspace share."""

    def __init__(self, person: Person, reserve: Callable[[Path], ProcessIdentity | None]) -> None:
        self._runs = person.runs
        self._workspace = Workspace(person.folder.parents[1])
        self._queue = RunQueue(self._workspace, partial(launch_run, reserve=reserve))

    def put(self, folder: Path) -> None:
        """Starts the run now, or when its turn has come: with and without this process."""
        self._queue.add(folder)
        self._queue.look()
        self.keep(folder)

    def keep(self, folder: Path) -> None:
        """Sees to it that a run that waits does not wait for nobody."""
        if state_of(folder) == "queued":
            keep_queue(self._workspace)

    def stop(self, folder: Path) -> None:
        """Asks a run at work to end with a usable model; one that waits is cancelled; one that has ended stays."""
        if not self._queue.cancel(folder) and state_of(folder) not in ENDED:
            request_stop(folder)

    def delete(self, folder: Path) -> int:
        """The bytes that are free now. See `delete_run`."""
        return delete_run(folder)

    def wait(self, folder: Path) -> Wait | None:
        """How long one that waits will; None for all others."""
        self.keep(folder)
        return waits(self._workspace, self._runs).get(folder.name)
