"""Draws a sample's pictures once for each owner, in a process of its own. Knows no dataset."""

from __future__ import annotations

import shutil
from pathlib import Path

from tl_core.errors import DataError
from tl_core.jobs.workspace import new_identifier
from tl_ui.commanding import run_command

NAMES = ("digits", "garden")
SECONDS = 300.0


def sample_folder(samples: Path, name: str) -> Path:
    """`samples/NAME`, drawn where it is missing and whole when it is there. Takes a few seconds the first time.

    The drawing (scikit-learn, Pillow) is left to the command that a person could type: it would stay in this
    process's memory for good.
    """
    if name not in NAMES:
        raise DataError(f"There is no sample '{name[:40]}'.", f"The samples are: {', '.join(NAMES)}.")
    finished = samples / name
    if finished.is_dir():
        return finished
    samples.mkdir(parents=True, exist_ok=True)
    draft = samples / f".{name}-{new_identifier()}"
    try:
        run_command("sample", name, str(draft), seconds=SECONDS)
        _move(draft, finished)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return finished


def _move(draft: Path, finished: Path) -> None:
    """Whole or not at all; when two asked at once, the first one's stays."""
    try:
        draft.rename(finished)
    except OSError:
        if not finished.is_dir():
            raise
