"""The request of a job that adds many files to a dataset that is there: written by the screen, read by the worker.

The job lies in a folder of its own inside the dataset's, which has the journal of its import already. Starts nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.jobs.rundir import VERSION, JobDir, read_job
from tl_core.jobs.workspace import new_identifier
from tl_core.platform import atomic_write_json

JOBS_FOLDER = "jobs"


@dataclass(frozen=True, slots=True)
class AddRequest:
    """`files` (name, where its bytes lie) become pictures of `label`; where `source` is given instead, a folder, a zip
    or a table, its own folders and rows tell the kinds.
    """

    label: str
    files: tuple[tuple[str, Path], ...]
    source: Path | None
    limits: Literal["local", "hosted"]


def create_add(
    dataset: Path,
    *,
    label: str = "",
    files: Sequence[tuple[str, Path]] = (),
    source: Path | None = None,
    limits: Literal["local", "hosted"] = "local",
) -> Path:
    """A new job's folder in the dataset's; nothing runs yet. Raises ValueError for files and a source at once."""
    if (source is None) == (not files):
        raise ValueError("either files or a source are added")
    job = JobDir(dataset / JOBS_FOLDER / new_identifier())
    job.path.mkdir(parents=True, mode=0o700)
    values = {
        "kind": "add",
        "version": VERSION,
        "created": time.time(),
        "label": label,
        "files": [[name, str(path.absolute())] for name, path in files],
        "source": str(source.absolute()) if source else "",
        "limits": limits,
    }
    atomic_write_json(job.import_request, values)
    return job.path


def read_add(job: Path) -> AddRequest:
    """Raises RunError when the request is damaged."""
    values: dict[str, Any] = read_job(job)
    return AddRequest(
        label=values["label"],
        files=tuple((name, Path(path)) for name, path in values["files"]),
        source=Path(values["source"]) if values["source"] else None,
        limits=values["limits"],
    )


def dataset_of(job: Path) -> Path:
    """The folder of the dataset that a job adds to."""
    return job.parents[1]
