"""Erases what is older than a hosted server keeps, every few minutes; distrusts a clock that jumped.

Knows folders, their ages and two clocks: the wall's, which may be set, and one that only goes on. Knows no HTTP.
"""

from __future__ import annotations

import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tl_core.data.dataset import delete_dataset
from tl_core.data.store import DATASET_FILE, read_facts
from tl_core.errors import UserError
from tl_core.jobs.deleting import delete_run
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import list_runs
from tl_core.jobs.tries import TRIES_FOLDER
from tl_core.jobs.workspace import IDENTIFIER, OWN_CACHE, Person, Workspace
from tl_core.platform import atomic_write_json
from tl_ui.erasing import clear_erased, end_job
from tl_ui.owned_models import MODELS_FOLDER

HOUR, DAY = 3600.0, 24 * 3600.0
LOOK_SECONDS = 300.0
SECOND_LOOK_SECONDS = HOUR  # what a jump of the clock has made old is left alone so long: somebody may put it right
LOOKED = "sweeper.json"

log = logging.getLogger("thaw")
Clock = Callable[[], float]


class Sweeper:
    """`look` erases what is due; `start` has it done every few minutes until `close`."""

    def __init__(
        self,
        workspace: Workspace,
        keep_seconds: float,
        *,
        spared: tuple[str, ...] = (),
        clock: Clock = time.time,
        steady: Clock = time.monotonic,
    ) -> None:
        """`spared` are owners whose things stay."""
        self._workspace = workspace
        self._keep_seconds = keep_seconds
        self._spared = spared
        self._clock = clock
        self._steady = steady
        self._last: tuple[float, float] | None = None  # by the wall's clock and by the steady one
        self._trusted_from = steady()
        self._seen: dict[Path, float] = {}  # when a thing was first seen, by the steady clock
        self._closing = threading.Event()

    def start(self, beside: Callable[[], None]) -> None:
        """In a thread of its own; `beside` is done after each look."""
        threading.Thread(target=self._watch, args=(beside,), name="sweeper", daemon=True).start()

    def close(self) -> None:
        self._closing.set()

    def look(self) -> list[Path]:
        """What was erased. Nothing within the hour after the clock was found a day or more from where it should be."""
        if self._has_jumped():
            self._trusted_from = self._steady() + SECOND_LOOK_SECONDS
            log.info("what the clock says was not expected: nothing is erased by its word for an hour")
        is_trusted = self._steady() >= self._trusted_from
        erased: list[Path] = []
        there: dict[Path, float] = {}
        for folder in self._people():
            person, gone = Person(folder.name, folder), []
            for path in list(_things(person)):
                there[path] = self._seen.get(path, self._steady())
                if self._is_due(path, there[path], is_trusted=is_trusted) and _erase(path):
                    gone.append(path)
            if not any(True for _ in _things(person)):
                there[folder] = self._seen.get(folder, self._steady())
                if gone or self._steady() - there[folder] > HOUR:
                    _leave(folder)
            erased += gone
        self._seen = there
        return erased

    def _is_due(self, path: Path, first_seen: float, *, is_trusted: bool) -> bool:
        """By its date, or by having been watched for so long: a date from the future must not keep it for ever."""
        if self._steady() - first_seen > self._keep_seconds:
            return True
        return is_trusted and self._clock() - _born(path) > self._keep_seconds

    def _has_jumped(self) -> bool:
        """Compared with the last look of this process; at its first one, with the last of the process before."""
        now, steady = self._clock(), self._steady()
        if self._last is None:
            before = _read_looked(self._workspace.root / LOOKED)
            jumped = before is None or not -HOUR < now - before < DAY
        else:
            jumped = abs(now - self._last[0] - (steady - self._last[1])) > DAY
        self._last = (now, steady)
        with suppress(OSError):
            atomic_write_json(self._workspace.root / LOOKED, {"looked": now})
        return jumped

    def _people(self) -> list[Path]:
        found = (self._workspace.root / "people").glob("*")
        return [path for path in found if path.is_dir() and path.name not in self._spared]

    def _watch(self, beside: Callable[[], None]) -> None:
        while True:
            try:
                self.look()
                clear_erased(self._workspace)
                beside()
            except (OSError, UserError) as error:
                log.warning("what is old could not be erased: %s", error)
            if self._closing.wait(LOOK_SECONDS):
                return


def _things(person: Person) -> Iterator[Path]:
    """Runs before the pictures that they use, then weights, samples, uploads, photos that were tried and models."""
    yield from (run.path for run in list_runs(person.runs))
    for name in ("datasets", "weights", "samples", "incoming", TRIES_FOLDER, MODELS_FOLDER):
        yield from (path for path in (person.folder / name).glob("*") if not path.name.startswith("."))


def _born(path: Path) -> float:
    """When it was made: by what says so, or was written once, else by its own date; now where it has gone."""
    with suppress(UserError):
        return read_facts(path).created
    with suppress(OSError):
        return (path / "config.json").stat().st_mtime
    with suppress(OSError):
        return path.stat().st_mtime
    return time.time()


def _erase(path: Path) -> bool:
    """Whether it has gone. A run at work is ended first; pictures that a run still uses wait for the next look."""
    kind = path.parent.name
    try:
        if kind == "runs":
            end_job(path)
            delete_run(path)
        elif kind == "datasets" and IDENTIFIER.match(path.name):
            if _is_used(path):
                return False
            if not (path / DATASET_FILE).is_file():
                end_job(path)
            delete_dataset(path)
        elif path.is_dir():
            if kind == TRIES_FOLDER:
                end_job(path)
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    except (OSError, UserError) as error:
        log.warning("'%s' could not be erased: %s", path, error)
        return False
    return not path.exists()


def _is_used(dataset: Path) -> bool:
    runs = list_runs(dataset.parents[1] / "runs")
    return any(run.dataset_folder == dataset and state_of(run.path) not in ENDED for run in runs)


def _leave(folder: Path) -> None:
    """Of a person who has nothing any more the cache goes, too: what it holds was made of what they had."""
    shutil.rmtree(folder / OWN_CACHE, ignore_errors=True)
    for name in ("datasets", "runs", "weights", "samples", "incoming", TRIES_FOLDER, MODELS_FOLDER):
        with suppress(OSError):
            (folder / name).rmdir()
    with suppress(OSError):
        folder.rmdir()  # stays where something came meanwhile


def _read_looked(path: Path) -> float | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8")).get("looked")
    except (OSError, ValueError, AttributeError):
        return None
    return float(value) if isinstance(value, int | float) else None
