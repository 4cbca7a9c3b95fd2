"""How far a set of pictures has come, and what was asked for when it was made. Knows folders, and no owner."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from tl_core.data.store import DATASET_FILE
from tl_core.errors import RunError
from tl_core.jobs.liveness import State, state_of
from tl_core.jobs.rundir import read_job

READY: State = "finished"


def request_of(folder: Path) -> dict[str, Any]:
    """What was asked for; empty where the folder is damaged, which its state then shows."""
    with suppress(RunError):
        return read_job(folder)
    return {}


def import_state(folder: Path) -> State:
    """A complete dataset is ready, whoever made it: commands import without a worker and its journal."""
    if (folder / DATASET_FILE).is_file():
        return READY
    state = state_of(folder)
    return "lost" if state == READY else state
