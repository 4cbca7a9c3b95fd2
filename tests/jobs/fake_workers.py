"""Workers without processes: they hold locks, write journals and die as real ones do, in the folders of real runs."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tl_core.config import RunConfig
from tl_core.events import Event, Failed, Finished, Planned, Resumed, Stopped
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.under_way import MARKS
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock

ENDINGS: dict[str, Event] = {
    "finished": Finished(1, 2.0, {"accuracy": 0.5}),
    "stopped": Stopped(1, 2.0, {"accuracy": 0.5}),
    "failed": Failed("No.", "", by_user=True),
}


def dead() -> ProcessIdentity:
    """One whose number belongs to a later process."""
    own = ProcessIdentity.of(os.getpid())
    assert own is not None
    return replace(own, started=own.started - 1)


def new_run(workspace: Workspace, owner: str = "me", **chosen: object) -> RunDir:
    """A run's folder, as pressing Train makes it; nothing is started."""
    person = workspace.person(owner)
    return create_run(person.runs, replace(RunConfig(), **chosen), person.datasets / ("a" * 26))  # type: ignore[arg-type]


class FakeWorkers:
    """`launch` is what a queue calls; the rest is what then happens to the process.

    They all share one that does nothing: what is ended by force is never the tests' own process.
    """

    def __init__(self, workspace: Workspace) -> None:
        waits = [sys.executable, "-S", "-c", "import sys; sys.stdin.read()"]
        self.process = subprocess.Popen(waits, stdin=subprocess.PIPE)
        identity = ProcessIdentity.of(self.process.pid)
        assert identity is not None
        self.identity = identity
        self._marks = workspace.assistant / MARKS
        self._locks: dict[Path, Lock] = {}
        self.launched: list[Path] = []

    def launch(self, folder: Path) -> None:
        self.launched.append(folder)
        RunDir(folder).identity.unlink(missing_ok=True)
        self.identity.write(RunDir(folder).launched)

    def begins(self, run: RunDir) -> None:
        """Takes the lock, is marked, and gives up the ticket: from here on it is at work."""
        lock = Lock(run.lock)
        assert lock.acquire()
        self._locks[run.path] = lock
        self.identity.write(run.identity)
        self._marks.mkdir(parents=True, exist_ok=True)
        self.identity.write(self._mark(run))
        run.ticket.unlink(missing_ok=True)
        with JournalWriter(run.journal) as journal:
            journal.append(Planned({}) if journal.count == 0 else Resumed(epoch=1))

    def dies_before_it_begins(self, run: RunDir) -> None:
        dead().write(run.launched)

    def ends(self, run: RunDir, state: str) -> None:
        with JournalWriter(run.journal) as journal:
            journal.append(ENDINGS[state])
        self._is_gone(run)
        self._mark(run).unlink()

    def is_killed(self, run: RunDir) -> None:
        """Its mark stays behind, with the number of a process that lives no more."""
        dead().write(run.identity)
        dead().write(self._mark(run))
        self._is_gone(run)

    def leave(self) -> None:
        """Whoever is still at work lets go."""
        for lock in self._locks.values():
            lock.release()
        self.process.communicate()

    def _is_gone(self, run: RunDir) -> None:
        dead().write(run.launched)
        self._locks.pop(run.path).release()

    def _mark(self, run: RunDir) -> Path:
        return self._marks / f"{run.id}.json"
