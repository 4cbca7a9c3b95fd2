"""Pausing a run: a wish to stop that says in its file that it will go on. Knows files, and no worker."""

from __future__ import annotations

from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import JobDir

PAUSE = b"pause\n"


def mark_pause(job: JobDir) -> None:
    """Makes the wish to stop a pause: the worker ends as it does when it is stopped, and the computer is free.

    Nothing happens to one that is not at work. Whoever goes on with it takes the file away.
    """
    if state_of(job.path) in ("starting", "running"):
        job.stop.write_bytes(PAUSE)


def is_pause(job: JobDir) -> bool:
    """Whether the last wish to stop was a pause."""
    try:
        with open(job.stop, "rb") as file:
            return file.read(len(PAUSE)) == PAUSE
    except OSError:
        return False
