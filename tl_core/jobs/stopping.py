"""Asks a job's worker to stop, sees to one that does not answer, ends it by force. Knows processes, no training.

Nobody is signalled whose number, start and machine are not those of the worker.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from tl_core.errors import RunError
from tl_core.events import Stopped
from tl_core.jobs.heartbeat import QUIET_SECONDS, Pulse
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.liveness import ProcessIdentity, ending_of, is_launched, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.view import read_view
from tl_core.platform import Lock, is_locked
from tl_core.processes import end_group

STOP_GRACE_SECONDS = 10.0
TERM_GRACE_SECONDS = 2.0
LOOK_SECONDS = 0.05


def request_stop(folder: Path) -> None:
    """Ask the job in `folder` to stop and keep a usable model; nothing happens to one that has ended."""
    job = JobDir(folder)
    if state_of(folder) in ("starting", "running"):
        job.stop.touch()


def force_stop(
    folder: Path,
    *,
    grace_seconds: float = STOP_GRACE_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Ask the job to stop, wait, then end its process group; the journal says so. Nothing is left behind.

    Raises RunError, and signals nobody, when the worker's identity is not that of a living process of this machine.
    """
    job = JobDir(folder)
    with suppress(OSError):  # on a full disk nothing can be asked
        request_stop(folder)
    deadline = clock() + grace_seconds
    while is_locked(job.lock) or is_launched(job):
        if clock() >= deadline:
            _end_worker(job)
            return
        pause(LOOK_SECONDS)


def see_to_stop(
    folder: Path,
    *,
    grace_seconds: float = STOP_GRACE_SECONDS,
    silent_seconds: float = QUIET_SECONDS,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """After a wish to stop: waits for the end, and ends by force what shows no sign of life. Whether that was needed.

    One that still saves or measures its model shows signs of life, and is left to it: a person may end it, too.
    """
    job = JobDir(folder)
    asked = clock()
    while is_locked(job.lock) or is_launched(job):
        pulse = Pulse.read(job.heartbeat)
        if clock() - asked >= grace_seconds and (pulse is None or pulse.is_overdue(at_least=silent_seconds)):
            force_stop(folder, grace_seconds=0.0, clock=clock, pause=pause)
            return True
        pause(LOOK_SECONDS)
    return False


def show_stacks(folder: Path) -> None:
    """Lets the worker print where each of its threads is into its log, whatever it hangs in.

    Raises RunError where its process is not here, or where the system has no signal for it.
    """
    if sys.platform == "win32":
        raise RunError("This system cannot ask a process where it is.", "Look at the last lines of the log.")
    os.kill(_worker(JobDir(folder)).pid, signal.SIGUSR1)


def _end_worker(job: JobDir) -> None:
    try:
        worker = _worker(job)
    except RunError:
        if is_locked(job.lock):
            raise
        return  # it has ended by itself just now
    job.ticket.unlink(missing_ok=True)  # else it would be started again
    end_group(worker.pid, grace_seconds=TERM_GRACE_SECONDS)
    _write_forced_ending(job)


def _worker(job: JobDir) -> ProcessIdentity:
    """Whoever holds the lock, or was started and has not got it yet; alive, and truly that process."""
    identity = ProcessIdentity.read(job.identity) or ProcessIdentity.read(job.launched)
    if identity is None or not identity.is_alive():
        raise RunError(
            f"The worker of '{job.path.name}' cannot be ended from here: "
            "its process number belongs to another program, or it runs on another computer.",
            "Stop it where it was started.",
        )
    return identity


def _write_forced_ending(job: JobDir) -> None:
    """As the lock's new holder we are the one writer, and close the journal of the worker that we ended."""
    lock = Lock(job.lock)
    if not lock.acquire(wait_seconds=5.0):
        raise RunError(f"The worker of '{job.path.name}' did not end.", "Restart the computer, or end it by hand.")
    try:
        if ending_of(job) is None:
            view = read_view(job.path)
            seconds = (view.updated or 0.0) - (view.started or 0.0)
            epochs = view.epochs[-1].epoch if view.epochs else 0
            with JournalWriter(job.journal) as journal:
                journal.append(Stopped(epochs=epochs, seconds=max(0.0, round(seconds, 3)), result={}, forced=True))
    finally:
        lock.release()
