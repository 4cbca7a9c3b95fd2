"""Writes a record where the disk may be full: the work pauses, says how much is needed, and goes on. Knows no event.

A row that could not be written whole is not there at all, and comes once there is room.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from tl_core.jobs.rundir import RunDir
from tl_core.platform import is_full

LOOK_SECONDS = 0.5
MARGIN_BYTES = 10_000_000  # for the journal, the log and what is small

Pause = Callable[[float], None]
Written = TypeVar("Written")


def written(
    write: Callable[[], Written],
    *,
    needs: Callable[[int], None],
    bytes_needed: Callable[[], int],
    pause: Pause = time.sleep,
) -> Written:
    """What `write` gives back, tried again until the disk has room; `needs` is told how many bytes, and 0 at the end.

    Raises every other error at once.
    """
    told = 0
    while True:
        try:
            done = write()
            break
        except OSError as error:
            if not is_full(error):
                raise
        told = told or bytes_needed()
        needs(told)
        pause(LOOK_SECONDS)
    if told:
        needs(0)
    return done


def room_for(run: RunDir) -> int:
    """What a run has saved so far lies there twice for a moment when it is saved again."""
    saved = sum(
        path.lstat().st_size for folder in (run.model, run.checkpoints) for path in folder.rglob("*") if path.is_file()
    )
    return saved + MARGIN_BYTES
