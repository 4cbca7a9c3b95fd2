"""The runs of one owner in the queue: put in, cancelled, gone on with, ended by force, deleted. Knows no HTTP.

Names are looked up by `OwnedRuns` before; folders that come here are this owner's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from tl_core.errors import RunError
from tl_core.jobs.deleting import delete_run
from tl_core.jobs.launcher import keep_queue, launch_run
from tl_core.jobs.liveness import ENDED, ProcessIdentity, state_of
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.stopping import force_stop, request_stop, see_to_stop, show_stacks
from tl_core.jobs.waits import Wait, waits
from tl_core.jobs.workspace import Person, Workspace

log = logging.getLogger("thaw")


class OwnedQueue:
    """One owner's part of the queue that all people of a workspace share."""

    def __init__(self, person: Person, reserve: Callable[[Path], ProcessIdentity | None]) -> None:
        self._runs = person.runs
        self._workspace = Workspace(person.folder.parents[1])
        self._queue = RunQueue(self._workspace, partial(launch_run, reserve=reserve))

    def put(self, folder: Path) -> None:
        """Starts the run now, or when its turn has come: with and without this process."""
        self._queue.add(folder)
        with suppress(OSError):  # a full disk, somebody else's damaged run: who keeps the queue looks again
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
            self._see_to_it(folder)

    def force(self, folder: Path) -> None:
        """Ends a run at work with all that it started, in seconds, whatever it hangs in. See `force_stop`."""
        if not self._queue.cancel(folder):
            force_stop(folder, grace_seconds=0.0)

    def show_stacks(self, folder: Path) -> None:
        """Into the log of a run at work."""
        show_stacks(folder)

    def _see_to_it(self, folder: Path) -> None:
        """In the background: one that shows no sign of life after Stop is ended by force."""
        name = f"stopping-{folder.name}"
        if all(thread.name != name for thread in threading.enumerate()):
            threading.Thread(target=_ended, args=(folder,), name=name, daemon=True).start()

    def delete(self, folder: Path) -> int:
        """The bytes that are free now. See `delete_run`."""
        return delete_run(folder)

    def wait(self, folder: Path) -> Wait | None:
        """How long one that waits will; None for all others."""
        self.keep(folder)
        return waits(self._workspace, self._runs).get(folder.name)


def _ended(folder: Path) -> None:
    try:
        if see_to_stop(folder):
            log.warning("run %s gave Stop no answer and was ended by force", folder.name)
    except RunError as error:
        log.warning("run %s cannot be ended: %s", folder.name, error)
