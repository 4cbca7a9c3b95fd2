"""What one person takes of a server, read from their folder: bytes, pictures, runs, time. Knows no quota."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.archives import open_zip
from tl_core.data.dataset import list_datasets
from tl_core.data.limits import HOSTED
from tl_core.data.store import DATASET_FILE
from tl_core.errors import UserError
from tl_core.jobs.journal import last_record
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.tries import list_tries
from tl_core.jobs.workspace import IDENTIFIER, Person

DAY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class RunCounts:
    running: int = 0
    waiting: int = 0


def folder_bytes(folder: Path, *, without: str = "") -> int:
    """Of every file below, links not followed; `without` names an entry of the folder itself that does not count."""
    total, waiting = 0, [folder]
    while waiting:
        try:
            entries = list(os.scandir(waiting.pop()))
        except OSError:  # removed meanwhile
            continue
        for entry in entries:
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != without or Path(entry.path).parent != folder:
                        waiting.append(Path(entry.path))
                else:
                    total += entry.stat(follow_symlinks=False).st_size
            except OSError:
                continue
    return total


def pictures_of(person: Person) -> int:
    """In use, in every set that has been read."""
    return sum(found.images for found in list_datasets(person.datasets))


def entries_of(zipped: Path) -> int:
    """Files in a zip; 0 for what is none, which is said when it is read."""
    with suppress(UserError), closing(open_zip(zipped, HOSTED)) as archive:
        return len(archive.listing.entries)
    return 0


def has_something(person: Path) -> bool:
    """Whether anything lies there that somebody brought or made."""
    return any(names_in(person / name) for name in ("datasets", "runs", "weights", "incoming"))


def imports_of(person: Person) -> int:
    """Sets, and photos that are tried, that are being read just now."""
    folders = [path for path in _children(person.datasets) if IDENTIFIER.match(path.name)]
    tries = list_tries(person)
    return sum(not (path / DATASET_FILE).is_file() and state_of(path) not in ENDED for path in (*folders, *tries))


def runs_of(person: Person) -> RunCounts:
    states = [state_of(run.path) for run in list_runs(person.runs)]
    return RunCounts(
        running=sum(state in ("starting", "running") for state in states), waiting=sum(s == "queued" for s in states)
    )


def training_seconds_of(person: Person, *, now: Callable[[], float] = time.time) -> float:
    """What runs that were worked on in the last day took, and take."""
    return sum(seconds_of(run, now()) for run in list_runs(person.runs))


def seconds_of(run: RunDir, now: float) -> float:
    """How long a run has trained: what its ending says, else from its journal's first entry on; 0 before that."""
    last = last_record(run.journal)
    if last is None or _time_of(last) < now - DAY_SECONDS:
        return 0.0
    said = last.get("seconds")
    if isinstance(said, int | float) and last.get("kind") in ("finished", "stopped"):
        return float(said)
    began = _first_time(run.journal)
    until = _time_of(last) if state_of(run.path) in ENDED else now
    return max(0.0, until - began) if began else 0.0


def _first_time(journal: Path) -> float:
    with open(journal, encoding="utf-8") as file:
        line = file.readline(2**20)
    try:
        return _time_of(json.loads(line))
    except ValueError:
        return 0.0


def _time_of(record: object) -> float:
    value = record.get("t") if isinstance(record, dict) else None
    return float(value) if isinstance(value, int | float) else 0.0


def names_in(folder: Path) -> list[str]:
    """The folders in it; none where it is not there."""
    return [path.name for path in _children(folder) if path.is_dir()]


def _children(folder: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(folder)]
    except OSError:
        return []
