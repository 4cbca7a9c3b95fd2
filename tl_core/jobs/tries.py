"""The folder of a job that answers photos with a run's model: where it lies, what was asked, what came of it.

Written by the screen, read by the worker. It starts nothing, and opens no photo.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.errors import RunError
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import VERSION, JobDir, read_job
from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_core.platform import atomic_write_json

TRIES_FOLDER = "tries"  # among a person's folders
SENT_FOLDER = "sent"  # in the job's: the zips as they came, until they are read


@dataclass(frozen=True, slots=True)
class TryRequest:
    """`model` is a run's folder or a bundle; the zips' photos are answered by it."""

    model: Path
    zips: tuple[Path, ...]
    limits: Literal["local", "hosted"]
    created: float


def create_try(
    person: Person, model: Path, zips: Sequence[Path], *, limits: Literal["local", "hosted"] = "local"
) -> Path:
    """A new job's folder; nothing runs yet. The zips are moved into it, and are the job's from now on."""
    job = JobDir(person.folder / TRIES_FOLDER / new_identifier())
    sent = job.path / SENT_FOLDER
    sent.mkdir(parents=True, mode=0o700)
    names = []
    for number, path in enumerate(zips):
        names.append(f"{SENT_FOLDER}/{number}.zip")
        os.replace(path, job.path / names[-1])
    values = {
        "kind": "predict",
        "version": VERSION,
        "created": time.time(),
        "model": Path(os.path.relpath(model.absolute(), job.path.absolute())).as_posix(),
        "zips": names,
        "limits": limits,
    }
    atomic_write_json(job.import_request, values)
    return job.path


def read_try(folder: Path) -> TryRequest:
    """Raises RunError when the request is damaged."""
    values: dict[str, Any] = read_job(folder)
    try:
        return TryRequest(
            model=Path(os.path.normpath(folder / values["model"])),
            zips=tuple(folder / name for name in values["zips"]),
            limits=values["limits"],
            created=float(values["created"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"What was asked in '{folder.name}' is damaged ({error}).", "Bring the photos again.") from None


def list_tries(person: Person) -> list[Path]:
    """Every job's folder, the newest first."""
    folders = [path for path in (person.folder / TRIES_FOLDER).glob("*") if IDENTIFIER.match(path.name)]
    return sorted(folders, key=_made, reverse=True)


def drop_try(folder: Path) -> None:
    """All of it goes: copies of photos, thumbnails, answers. Raises RunError while it is at work."""
    if state_of(folder) not in ENDED:
        raise RunError("These photos are being looked at just now.", "Stop it first, then drop them.")
    shutil.rmtree(folder, ignore_errors=True)


def _made(folder: Path) -> float:
    try:
        return JobDir(folder).import_request.stat().st_mtime
    except OSError:
        return 0.0
