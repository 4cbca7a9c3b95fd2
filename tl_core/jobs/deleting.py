"""Deletes a run: its folder with model, checkpoints and journal. What others use stays, or the run stays, too.

Knows no screen and no dataset; caches are keyed by content and have limits of their own.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from tl_core.errors import RunError, UserError
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.tickets import queue_held
from tl_core.jobs.workspace import workspace_of
from tl_core.platform import fsync_folder

DELETED = ".deleted"  # how the name of a folder ends that is on its way out; what is left of one is swept


def delete_run(folder: Path) -> int:
    """The bytes that are free now. One that waits for its turn leaves the queue.

    Raises RunError for one that is at work, and for one that another run, which has not ended, begins with.
    """
    run = RunDir(folder)
    with queue_held(workspace_of(folder)):
        if state_of(folder) in ("starting", "running"):
            raise RunError(f"The training '{called(run)}' is under way.", "Stop it first; then delete it.")
        for other in list_runs(folder.parent):
            if other.id != run.id and state_of(other.path) not in ENDED and begins_with(other) == run.id:
                message = f"The training '{called(other)}' begins with the model of this one."
                raise RunError(message, "Wait until it has ended, or cancel it; then delete this one.")
        gone = folder.with_name(f".{folder.name}{DELETED}")
        folder.rename(gone)  # all of it at once: half a run is never seen
        fsync_folder(folder.parent)
    freed = sum(path.lstat().st_size for path in gone.rglob("*") if path.is_file())
    shutil.rmtree(gone, ignore_errors=True)
    return freed


def called(run: RunDir) -> str:
    """Its name, or what else tells it apart; also for a damaged one."""
    with suppress(UserError):
        return run.label.name or run.id[:8]
    return run.id[:8]


def begins_with(run: RunDir) -> str:
    """The identifier of the run that it starts from, or a word that is none."""
    with suppress(UserError):
        return Path(run.config.start).name
    return ""
