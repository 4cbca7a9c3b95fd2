"""Draws a sample's pictures once for each owner, in a process of its own, before their import. Knows no HTTP."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import threading
from pathlib import Path

from tl_core.errors import DataError, UserError
from tl_core.events import Failed
from tl_core.jobs import launcher
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.workspace import new_identifier
from tl_ui.commanding import run_command

NAMES = ("digits", "garden")
SECONDS = 300.0
HINT = "Try again, or bring pictures of your own."

log = logging.getLogger("thaw")


def check_sample(name: str) -> None:
    if name not in NAMES:
        raise DataError(f"There is no sample '{name[:40]}'.", f"The samples are: {', '.join(NAMES)}.")


def draw_and_import(drawn: Path, job: Path) -> None:
    """Draws the sample named like the folder `drawn` into it, in the background; then the import in `job` starts.

    Until then `job` is "starting", and launched by this process: should we die first, it is "lost".
    """
    identity = ProcessIdentity.of(os.getpid())
    if identity is None:
        raise RuntimeError("this process has no identity")
    identity.write(JobDir(job).launched)
    threading.Thread(target=_draw_and_import, args=(drawn, job), name=f"draw-{drawn.name}", daemon=True).start()


def _draw_and_import(drawn: Path, job: Path) -> None:
    try:
        _draw(drawn)
        launcher.launch(job)
    except UserError as error:
        _fail(job, Failed(error.message, error.hint, by_user=True))
    except (OSError, RuntimeError, subprocess.SubprocessError) as error:
        log.error("the sample '%s' could not be drawn", drawn.name, exc_info=error)
        _fail(job, Failed(f"The sample '{drawn.name}' could not be drawn: {error}", HINT, by_user=False))


def _draw(drawn: Path) -> None:
    """Whole when it is there. The drawing is left to the command that a person could type (see commanding)."""
    if drawn.is_dir():
        return
    drawn.parent.mkdir(parents=True, exist_ok=True)
    draft = drawn.with_name(f".{drawn.name}-{new_identifier()}")
    try:
        run_command("sample", drawn.name, str(draft), seconds=SECONDS)
        draft.rename(drawn)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _fail(job: Path, failed: Failed) -> None:
    if job.is_dir():  # else it was deleted meanwhile
        with JournalWriter(JobDir(job).journal) as journal:
            journal.append(failed)
