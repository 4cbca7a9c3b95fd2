"""Clears away what killed imports and runs left behind. Touches no dataset, no run, and nothing somebody works on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tl_core.data.importing import LOCK_FILE, tidy
from tl_core.data.store import DATASET_FILE
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.workspace import IDENTIFIER
from tl_core.platform import is_locked

YOUNG_SECONDS = 60.0  # between making a folder and claiming it
KEPT_SECONDS = 24 * 3600.0  # a job's journal, for the screen to say what became of it


def sweep_imports(datasets: Path, *, clock: Callable[[], float] = time.time) -> list[Path]:
    """The folders of imports that ended without a dataset: their pictures go at once, the rest after a day."""
    swept = []
    for folder in _unfinished(datasets):
        age = clock() - max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
        is_job = JobDir(folder).import_request.exists()
        if age > (KEPT_SECONDS if is_job else YOUNG_SECONDS):
            shutil.rmtree(folder, ignore_errors=True)
            swept.append(folder)
        elif is_job:
            tidy(folder)
            swept.append(folder)
    return swept


def sweep_runs(runs: Path, *, clock: Callable[[], float] = time.time) -> list[Path]:
    """What a kill left under a name that nobody reads: drafts and deleted runs at once, parts of files in runs at rest.

    What is young is left alone: whoever writes it may be another process.
    """
    swept = []
    for left in (*runs.glob(".*"), *_parts(runs)):
        if abs(clock() - left.lstat().st_mtime) < YOUNG_SECONDS:
            continue
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)
        swept.append(left)
    return swept


def _parts(runs: Path) -> Iterator[Path]:
    for run in sorted(runs.glob("*")):
        if IDENTIFIER.match(run.name) and state_of(run) in ENDED:
            yield from run.glob(".*.tmp")
            yield from run.glob("*/.*.tmp")


def _unfinished(datasets: Path) -> Iterator[Path]:
    """No dataset, and nobody at work: neither a job's worker nor a command."""
    for folder in sorted(datasets.glob("*")):
        if folder.is_symlink() or not folder.is_dir() or not IDENTIFIER.match(folder.name):
            continue
        if (folder / DATASET_FILE).exists() or is_locked(folder / LOCK_FILE):
            continue
        if not (JobDir(folder).import_request.exists() and state_of(folder) in ("starting", "running")):
            yield folder
