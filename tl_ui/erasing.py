"""Erases all that one person has, at once: work is ended, the folder leaves its place, then its files go.

Knows no HTTP. Nothing of it is kept: pictures, runs, weights, and the cache that is the person's own.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from tl_core.data.store import DATASET_FILE
from tl_core.errors import RunError
from tl_core.jobs import launcher
from tl_core.jobs.add_requests import JOBS_FOLDER
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.tickets import queue_held
from tl_core.jobs.tries import TRIES_FOLDER
from tl_core.jobs.workspace import Workspace, new_identifier

ERASED = "erased"  # beside `people`: what is on its way out


def erase_person(workspace: Workspace, owner: str) -> None:
    """Also where trainings are under way: they are ended by force. Nothing happens where there is no such person."""
    folder = workspace.root / "people" / owner
    if not folder.is_dir():
        return
    with queue_held(workspace):  # nobody starts a run of theirs meanwhile
        for job in _jobs(folder):
            end_job(job)
        gone = workspace.root / ERASED / new_identifier()
        gone.parent.mkdir(mode=0o700, exist_ok=True)
        folder.rename(gone)
    clear_erased(workspace)


def end_job(folder: Path) -> None:
    """Without waiting for what it might still keep; one that cannot be reached from here is left to itself."""
    JobDir(folder).ticket.unlink(missing_ok=True)
    if state_of(folder) not in ENDED:
        with suppress(RunError):
            launcher.force_stop(folder, grace_seconds=0.0)


def clear_erased(workspace: Workspace) -> None:
    """What a server that was killed meanwhile left of it, too. A worker's last file may come late; it goes later."""
    for gone in (workspace.root / ERASED).glob("*"):
        shutil.rmtree(gone, ignore_errors=True)


def _jobs(folder: Path) -> list[Path]:
    """Runs, imports, pictures that are being added, and photos that are tried."""
    runs = list((folder / "runs").glob("*"))
    sets = list((folder / "datasets").glob("*"))
    adding = [job for one in sets for job in (one / JOBS_FOLDER).glob("*")]
    imports = [one for one in sets if not (one / DATASET_FILE).is_file()]
    tries = (folder / TRIES_FOLDER).glob("*")
    return [path for path in (*runs, *adding, *imports, *tries) if path.is_dir()]
