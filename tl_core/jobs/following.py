"""The records of a job as they are written, until its ending. Knows no output; whoever prints, prints."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tl_core.events import ENDING_KINDS
from tl_core.jobs.journal import read_records
from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import JobDir

POLL_SECONDS = 0.05
LOOK_EVERY = 10  # polls without news between two looks whether the worker lives


def follow(folder: Path, offset: int = 0) -> Iterator[dict[str, Any] | None]:
    """Each record after `offset` once, in order, and None at every look without news, for the caller to act between.

    Ends after the journal's ending, or without one when the worker is lost.
    """
    journal = JobDir(folder).journal
    quiet = 0
    while True:
        is_lost = quiet % LOOK_EVERY == LOOK_EVERY - 1 and state_of(folder) == "lost"
        records, offset = read_records(journal, offset)  # after the look: what it wrote before it died still comes
        yield from records
        if is_lost or (records and records[-1].get("kind") in ENDING_KINDS):
            return
        quiet = 0 if records else quiet + 1
        yield None
        if not records:
            time.sleep(POLL_SECONDS)
