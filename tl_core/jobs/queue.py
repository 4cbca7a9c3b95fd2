"""The queue of trainings of a workspace: everybody's runs wait here for their turn. Knows no worker and no screen.

A waiting run is a ticket in its folder; whatever changes the queue holds its lock, so any process may do it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tl_core.errors import RunError, UserError
from tl_core.events import Failed, Stopped
from tl_core.jobs.journal import JournalWriter, last_record
from tl_core.jobs.liveness import ending_of, is_launched, state_of
from tl_core.jobs.rundir import JobDir, RunDir
from tl_core.jobs.tickets import (
    QueueFiles,
    Ticket,
    found,
    queue_held,
    read_policy,
    read_turns,
    ticketed,
    took_turn,
)
from tl_core.jobs.turns import Policy, Waiting, next_run, order_of
from tl_core.jobs.under_way import runs_under_way
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock, atomic_write_json, is_locked

ATTEMPTS = 3  # the first one and two more: a worker that dies each time before it begins is not started for ever

Launch = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Queue:
    """One look at it: `order` has the runs that wait, as they will start; `under_way` the owner of each that trains."""

    order: tuple[RunDir, ...]
    under_way: tuple[tuple[str, RunDir], ...]
    policy: Policy


class RunQueue:
    """Every method may be called from any process. `launch` starts the worker of a run's folder."""

    def __init__(self, workspace: Workspace, launch: Launch) -> None:
        self._workspace = workspace
        self._files = QueueFiles(workspace.queue)
        self._launch = launch

    def add(self, folder: Path) -> None:
        """Puts a run into the queue, behind all others; one that waits already keeps its place.

        Raises RunError for one that is at work.
        """
        job = JobDir(folder)
        with queue_held(self._workspace):
            state = state_of(folder)
            if is_locked(job.lock) or (state == "starting" and is_launched(job)):
                raise RunError(f"The run '{job.id}' is under way already.")
            if state == "queued":
                return
            numbers = [ticket.number for _owner, _run, ticket in ticketed(self._workspace)]
            job.stop.unlink(missing_ok=True)
            Ticket(max(numbers, default=0) + 1).write(job.ticket)

    def cancel(self, folder: Path) -> bool:
        """Takes a waiting run out of the queue; False where it does not wait any more.

        One that never began is stopped then; one that was to go on is again as it was.
        """
        job = JobDir(folder)
        with queue_held(self._workspace):
            if state_of(folder) != "queued":
                return False
            if last_record(job.journal) is None:
                _write_ending(job, Stopped(epochs=0, seconds=0.0, result={}))
            job.resume_request.unlink(missing_ok=True)
            job.ticket.unlink(missing_ok=True)
        return True

    def look(self) -> list[Path]:
        """Starts every run whose turn it is; the folders of those that were started."""
        started = []
        with queue_held(self._workspace):
            while (run := self._next()) is not None:
                if self._begin(run):
                    started.append(run.path)
        return started

    def now(self) -> Queue:
        """How it stands; nothing is started."""
        return standing(self._workspace)

    def _next(self) -> RunDir | None:
        waiting, under_way = _everybody(self._workspace)
        policy = read_policy(self._workspace)
        chosen = next_run([one for one, _run in waiting], [owner for owner, _run in under_way], policy)
        return next((run for one, run in waiting if one is chosen), None)

    def _begin(self, run: RunDir) -> bool:
        """Whether a worker was started. One that cannot be started gets an ending, and the next one has its turn."""
        ticket = Ticket.read(run.ticket)
        if ticket is None:
            return False
        if ticket.attempts >= ATTEMPTS:
            message = f"Its worker was started {ATTEMPTS} times and ended each time before it could begin."
            self._give_up(run, Failed(message, "The log of the run says more; then train again.", by_user=False))
            return False
        Ticket(ticket.number, ticket.attempts + 1).write(run.ticket)
        owner = run.path.parents[1].name
        atomic_write_json(self._files.turns, took_turn(read_turns(self._workspace), owner))
        try:
            self._launch(run.path)
        except UserError as error:
            self._give_up(run, Failed(error.message, error.hint, by_user=True))
            return False
        return True

    def _give_up(self, run: RunDir, failure: Failed) -> None:
        _write_ending(run, failure)
        run.ticket.unlink(missing_ok=True)


def standing(workspace: Workspace) -> Queue:
    """How the queue of a workspace stands."""
    waiting, under_way = _everybody(workspace)
    runs = {run.id: run for _one, run in waiting}
    policy = read_policy(workspace)
    order = order_of([one for one, _run in waiting], [owner for owner, _run in under_way], policy)
    return Queue(tuple(runs[one.run] for one in order), tuple(under_way), policy)


def _everybody(workspace: Workspace) -> tuple[list[tuple[Waiting, RunDir]], list[tuple[str, RunDir]]]:
    """Who waits, and who is under way: at work, or with a ticket and a living process that is about to be."""
    turns = read_turns(workspace)
    waiting: list[tuple[Waiting, RunDir]] = []
    starting: list[tuple[str, RunDir]] = []
    for owner, run, ticket in ticketed(workspace):
        if state_of(run.path) == "queued":
            waiting.append((Waiting(run.id, owner, ticket.number, turns.get(owner, 0)), run))
        else:
            starting.append((owner, run))
    elsewhere = runs_under_way(workspace) - {run.id for _owner, run in starting}
    return waiting, [*found(workspace, elsewhere), *starting]


def _write_ending(job: JobDir, ending: Stopped | Failed) -> None:
    """Under the worker's lock, as its one writer; where it has an ending, or somebody is at work, nothing happens."""
    lock = Lock(job.lock)
    if not lock.acquire(wait_seconds=1.0):
        return
    try:
        if ending_of(job) is None:
            with JournalWriter(job.journal) as journal:
                journal.append(ending)
    finally:
        lock.release()
