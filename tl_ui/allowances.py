"""Holds people to the quotas of a hosted server, and says how far they have come. Knows no HTTP.

Without quotas everything is allowed. What streams in is counted in memory, and forgotten when the server ends; what
lies on the disk is counted there.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.jobs.queue import standing
from tl_core.jobs.workspace import OWN_CACHE, Workspace
from tl_ui.disk_sizes import DiskSizes
from tl_ui.guard import QuotaError
from tl_ui.quotas import MEGABYTE, Quotas
from tl_ui.usage import (
    DAY_SECONDS,
    RunCounts,
    entries_of,
    has_something,
    imports_of,
    names_in,
    pictures_of,
    runs_of,
    training_seconds_of,
)
from tl_ui.windows import Window

ALL = "all"  # no owner is called so: they have 26 letters
QUEUE_SECONDS, MINUTE = 2.0, 60.0
LATER = "Try again in a minute."
TOMORROW = "Come back tomorrow, or run Thaw on your own computer, where nothing is limited."
DELETE = "Delete a set of pictures that you no longer need."


@dataclass(frozen=True, slots=True)
class Used:
    """One line of what the page shows: so much of so much."""

    name: str
    used: float
    most: float


class Allowances:
    """One for the server."""

    def __init__(
        self, quotas: Quotas | None, workspace: Workspace, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.quotas = quotas
        self._workspace = workspace
        self._clock = clock
        self._uploaded = Window(DAY_SECONDS, clock)
        self._predicted = Window(MINUTE, clock)
        self._trained = Window(DAY_SECONDS, clock)  # by runs that were erased
        self._uploads = Counter[str]()
        self._disk = DiskSizes(clock)
        self._queue = (-QUEUE_SECONDS, RunCounts())
        self._lock = threading.Lock()

    def admit(self, owner: str) -> None:
        """Before a person brings the first thing; whoever only looks is always welcome."""
        if self.quotas is None or has_something(self._people / owner):
            return
        if sum(has_something(self._people / name) for name in names_in(self._people)) >= self.quotas.all_people:
            raise QuotaError(
                f"This demo is full: {self.quotas.all_people} people are using it.",
                "Come back later; what is old is erased every few minutes.",
            )

    def begin_upload(self, owner: str) -> None:
        """Before the first byte; `end_upload` belongs to it where it raises nothing."""
        if self.quotas is None:
            return
        self.admit(owner)
        self._check_disk(owner)
        self.count_upload(owner, 0)
        with self._lock:
            if sum(self._uploads.values()) >= self.quotas.all_uploads_at_once:
                raise QuotaError(f"{self.quotas.all_uploads_at_once} uploads are under way on this demo.", LATER)
            self._uploads[owner] += 1

    def end_upload(self, owner: str) -> None:
        if self.quotas is not None:
            with self._lock:
                self._uploads[owner] -= 1
                self._uploads += Counter()  # drops who has none

    def count_upload(self, owner: str, size: int) -> None:
        """While it streams: for every piece, in the server's loop, so nothing is looked at on the disk."""
        if self.quotas is None:
            return
        self._uploaded.add(owner, size)
        self._disk.arrived(owner, size)
        self._disk.arrived(ALL, size)
        most = self.quotas.upload_megabytes_a_day * MEGABYTE
        if self._uploaded.total(owner) > most:
            message = f"You have sent {most // MEGABYTE:,} MB in 24 hours, which is what each person may here."
            raise QuotaError(message, TOMORROW)
        self._compare_disk(owner)

    def check_pictures(self, owner: str, more: int) -> None:
        """Before `more` pictures are read."""
        if self.quotas is None:
            return
        person = self._workspace.person(owner)
        there, most = pictures_of(person), self.quotas.pictures
        if there + more > most:
            raise QuotaError(
                f"That would be {there + more:,} pictures; each person may have {most:,} here.",
                "Bring fewer, or delete a set that you no longer need.",
            )
        self._check_disk(owner)

    def check_zips(self, owner: str, zips: Sequence[Path]) -> None:
        """By the number of their entries. What is no zip is said when it is read."""
        if self.quotas is not None:
            self.check_pictures(owner, sum(entries_of(path) for path in zips))

    def check_set(self, owner: str) -> None:
        """Before a set is begun, with or without pictures."""
        if self.quotas is None:
            return
        self.admit(owner)
        sets = len(names_in(self._workspace.person(owner).datasets))
        if sets >= self.quotas.sets:
            raise QuotaError(f"You have {sets} sets of pictures, which is what each person may here.", DELETE)

    def check_import(self, owner: str) -> None:
        """Before a set of pictures is read, which takes a process."""
        if self.quotas is None:
            return
        self.check_set(owner)
        if imports_of(self._workspace.person(owner)):
            raise QuotaError("Another set of your pictures is being read just now.", "Wait until it is done.")
        reading = sum(imports_of(self._workspace.person(name)) for name in names_in(self._people))
        if reading >= self.quotas.all_imports_at_once:
            raise QuotaError(f"{reading} sets of pictures are being read on this demo just now.", LATER)

    def check_run(self, owner: str) -> None:
        """Before a run is put into the queue."""
        if self.quotas is None:
            return
        self.admit(owner)
        own = runs_of(self._workspace.person(owner))
        most = self.quotas.running_runs + self.quotas.waiting_runs
        if own.running + own.waiting >= most:
            raise QuotaError(
                f"{own.running + own.waiting} trainings of yours run or wait; each person may have {most} here.",
                "Wait for one to end, or stop one.",
            )
        minutes = self.quotas.training_minutes_a_day
        if self.training_seconds(owner) >= minutes * MINUTE:
            raise QuotaError(
                f"Your trainings have taken {minutes} minutes in 24 hours, which is what each person may here.",
                TOMORROW,
            )
        waiting = self._count_runs().waiting
        if waiting >= self.quotas.all_waiting_runs:
            raise QuotaError(f"{waiting} trainings are waiting on this demo already.", LATER)
        self._check_disk(owner)

    def count_prediction(self, owner: str) -> None:
        """Before a picture is tried."""
        if self.quotas is None:
            return
        for name, most in ((owner, self.quotas.predictions_a_minute), (ALL, self.quotas.all_predictions_a_minute)):
            if self._predicted.total(name) >= most:
                raise QuotaError(_too_fast(most, is_all=name == ALL), LATER)
        self._predicted.add(owner)
        self._predicted.add(ALL)

    def forget(self, owner: str) -> None:
        """Before what a person has is erased: what was trained counts on, for the day."""
        self._trained.add(owner, training_seconds_of(self._workspace.person(owner)))
        self._disk.forget(owner)

    def training_seconds(self, owner: str) -> float:
        return self._trained.total(owner) + training_seconds_of(self._workspace.person(owner))

    def queue(self) -> RunCounts:
        """Of all people together, as of a moment ago."""
        looked, counted = self._queue
        if self._clock() - looked < QUEUE_SECONDS:
            return counted
        counted = self._count_runs()
        self._queue = (self._clock(), counted)
        return counted

    def _count_runs(self) -> RunCounts:
        queue = standing(self._workspace)
        return RunCounts(len(queue.under_way), len(queue.order))

    def past_their_time(self) -> list[Path]:
        """The folders of trainings under way whose owners have used up their minutes."""
        if self.quotas is None:
            return []
        most = self.quotas.training_minutes_a_day * MINUTE
        return [run.path for owner, run in standing(self._workspace).under_way if self.training_seconds(owner) > most]

    def standing(self, owner: str) -> tuple[Used, ...]:
        """How much of each quota is used; nothing where there are none."""
        if self.quotas is None:
            return ()
        person, most = self._workspace.person(owner), self.quotas
        runs = runs_of(person)
        self._disk.look(owner, self._people / owner, without=OWN_CACHE)
        return (
            Used("pictures", pictures_of(person), most.pictures),
            Used("upload", self._uploaded.total(owner) / MEGABYTE, most.upload_megabytes_a_day),
            Used("disk", self._disk.size(owner) / MEGABYTE, most.disk_megabytes),
            Used("runs", runs.running + runs.waiting, most.running_runs + most.waiting_runs),
            Used("training", self.training_seconds(owner) / MINUTE, most.training_minutes_a_day),
            Used("predictions", self._predicted.total(owner), most.predictions_a_minute),
        )

    @property
    def _people(self) -> Path:
        return self._workspace.root / "people"

    def look_at_disk(self) -> None:
        """What all people together take; walks through everything."""
        self._disk.look(ALL, self._people)

    def _check_disk(self, owner: str) -> None:
        if self._disk.is_old(owner):
            self._disk.look(owner, self._people / owner, without=OWN_CACHE)
        self._compare_disk(owner)

    def _compare_disk(self, owner: str) -> None:
        if self.quotas is None:
            return
        if self._disk.size(owner) > self.quotas.disk_megabytes * MEGABYTE:
            raise QuotaError(
                f"Your pictures and models take {self.quotas.disk_megabytes:,} MB, which is what each person may here.",
                DELETE,
            )
        if self._disk.size(ALL) > self.quotas.all_disk_megabytes * MEGABYTE:
            raise QuotaError("This demo's disk is full.", "Come back later; what is old is erased every few minutes.")


def _too_fast(most: int, *, is_all: bool) -> str:
    whose = "All people together have" if is_all else "You have"
    return f"{whose} tried {most} pictures within a minute, which is the limit here."
