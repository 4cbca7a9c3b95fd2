"""An error that ended a job, as its ending says it: what the person can put right, told from a fault in the program."""

from __future__ import annotations

import errno

from tl_core.events import Failed


def failure_in_words(error: Exception) -> Failed:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        where = f" ('{error.filename}')" if error.filename else ""
        return Failed(f"The disk is full{where}.", "Free some space, then start again.", by_user=True)
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        hint = "Choose a smaller batch size or picture size, or freeze more of the network, then start again."
        return Failed("The memory did not suffice.", hint, by_user=True)
    what = f"{type(error).__name__}: {error}".strip().rstrip(":")
    hint = "The details are in worker.log in the run's folder; please report them."
    return Failed(f"A fault in the program ended it ({what}).", hint, by_user=False)
