"""The lines of the list of runs: each from small files of the run's folder, and from the end of its journal.

A run that has ended is read once and again when a file of it has changed, so that a list of hundreds costs little.
Knows no words and no HTTP.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tl_core.errors import UserError
from tl_core.jobs.journal import last_record
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.losses import Loss, loss_of
from tl_core.jobs.pausing import is_pause
from tl_core.jobs.rundir import RunDir, list_runs

log = logging.getLogger("thaw")
FOLDERS_KEPT = 200  # of so many people the lines are kept

Signature = tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class RunRow:
    """A line of the list of runs. `accuracy` and its interval are None until it was measured.

    `sign` says more than `state` where there is more to say: how it was stopped. `created` is in seconds since 1970,
    `seconds` how long it took until its last ending; `loss` is of a lost one.
    """

    id: str
    name: str
    note: str
    state: str
    backbone: str
    freeze: str
    created: float
    dataset: str
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None
    measured_on: str | None = None
    images: int | None = None
    epochs: int | None = None
    seconds: float | None = None
    sign: str = ""
    loss: Loss | None = None


class KeptRows:
    """Owns the lines that were read last, of every owner's folder of runs."""

    def __init__(self) -> None:
        self._kept: dict[Path, dict[str, tuple[Signature, RunRow]]] = {}
        self._lock = threading.Lock()

    def rows(self, runs: Path) -> list[RunRow]:
        """Newest first; a damaged run is left out of the list and said in the log."""
        with self._lock:
            known = dict(self._kept.get(runs, {}))
        kept: dict[str, tuple[Signature, RunRow]] = {}
        found = []
        for run in list_runs(runs):
            signed = signature_of(run)  # before the files are read: what changes meanwhile is read again
            before = known.get(run.id)
            try:
                row = before[1] if before and before[0] == signed else row_of(run)
            except UserError as error:
                log.warning("a run is left out: %s", error)
                continue
            found.append(row)
            if row.state in ENDED:
                kept[run.id] = (signed, row)
        with self._lock:
            self._kept.pop(runs, None)
            self._kept[runs] = kept
            while len(self._kept) > FOLDERS_KEPT:
                self._kept.pop(next(iter(self._kept)))
        return found


def signature_of(run: RunDir) -> Signature:
    """Changes with everything that a line of an ended run is made of, and with every step towards going on."""
    going_on = (run.ticket, run.identity, run.launched, run.resume_request)
    return tuple(_stamp(path) for path in (run.config_file, run.label_file, run.journal, run.stop, *going_on))


def row_of(run: RunDir) -> RunRow:
    """Raises RunError where the run's folder is damaged."""
    config, label, state = run.config, run.label, state_of(run.path)
    last = last_record(run.journal) or {}
    result = last.get("result") or {}
    return RunRow(
        id=run.id,
        name=label.name,
        note=label.note,
        state=state,
        backbone=config.backbone,
        freeze="some" if config.train_stages else config.freeze,
        created=run.created,
        dataset=run.dataset_folder.name,
        accuracy=result.get("accuracy"),
        accuracy_low=result.get("accuracy_low"),
        accuracy_high=result.get("accuracy_high"),
        measured_on=result.get("measured_on"),
        images=result.get("images"),
        epochs=last.get("epochs") if state in ENDED else None,
        seconds=last.get("seconds") if state in ENDED else None,
        sign=_how_stopped(run, last) if state == "stopped" else state,
        loss=loss_of(run.path) if state == "lost" else None,
    )


def _how_stopped(run: RunDir, ending: dict[str, Any]) -> str:
    if ending.get("forced") is True:
        return "forced"
    if not ending.get("result") and not ending.get("epochs"):
        return "cancelled"
    return "paused" if is_pause(run) else "stopped"


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
