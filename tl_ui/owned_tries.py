"""Photos that one owner shows to a model, many at once: a job that is followed, its answers, its copies, what is told.

Knows no HTTP. Nothing lies longer than needed: what was shown to a model goes when the next photos come, or when the
person drops it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from tl_core.data.decoder import THUMBNAIL
from tl_core.data.split_file import read_split_csv
from tl_core.data.store import THUMBNAILS_FOLDER, stored_path, thumbnail_path
from tl_core.errors import DataError, RunError, UserError
from tl_core.evaluation.sheet import SHEET, Line, Order, Sheet, read_sheet, sheet_csv, taken_in_words
from tl_core.evaluation.sorted_copies import sorted_zip
from tl_core.jobs import launcher
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir, RunDir
from tl_core.jobs.tries import TRIES_FOLDER, create_try, drop_try, list_tries, read_try
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import IDENTIFIER, Person
from tl_ui.allowances import Allowances
from tl_ui.guard import NotFoundError
from tl_ui.owned_datasets import is_content_hash
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.owned_runs import OwnedRuns
from tl_ui.staging import Staging

MOST_ON_A_PAGE = 200
LOST = "Looking at the photos ended unexpectedly."
LOST_HINT = "Bring them again; if it happens again, bring fewer."
GONE = "The pictures that this model learned from are not here any more."
GONE_HINT = "Bring them on the Pictures tab, and train again."


class OwnedTries:
    """One owner's `tries/`."""

    def __init__(
        self, person: Person, runs: OwnedRuns, pictures: OwnedPictures, staging: Staging, allowances: Allowances
    ) -> None:
        self._person = person
        self._runs = runs
        self._pictures = pictures
        self._staging = staging
        self._allowances = allowances

    def start(self, model: Path, staged: str, limits: Literal["local", "hosted"]) -> str:
        """Has the zips that came answered by the model in a run's or a model's folder; what was shown before goes."""
        zips = [path for _, path in self._staging.files(self._person, staged)]
        if not zips:
            raise DataError("Nothing was sent.", "Choose pictures, a folder or a zip again.")
        self._allowances.check_import(self._person.owner)
        self._allowances.check_zips(self._person.owner, zips)
        for earlier in list_tries(self._person):
            drop_try(earlier)
        job = create_try(self._person, model, zips, limits=limits)
        self._staging.close(self._person, staged)
        launcher.launch(job)
        return job.name

    def latest(self, model: Path) -> str:
        """The photos that were shown to this model last; "" where there are none."""
        for folder in list_tries(self._person):
            with suppress(UserError):
                if read_try(folder).model == model:
                    return folder.name
        return ""

    def view(self, name: str) -> dict[str, Any]:
        """`state`, `phase` until it has ended; then `summary` and `classes`, or `failure`."""
        folder = self._folder(name)
        seen = read_view(folder)
        told: dict[str, Any] = {"state": seen.state, "phase": asdict(seen.phase) if seen.phase else None}
        if seen.failure is not None:
            told["failure"] = {"message": seen.failure.message, "hint": seen.failure.hint}
        elif seen.state == "lost":
            told["failure"] = {"message": LOST, "hint": LOST_HINT}
        elif seen.state in ENDED:
            told.update(summary=seen.result or {}, classes=list(self._sheet(folder).classes))
        return told

    def page(self, name: str, kind: str, only: str, order: Order, *, start: int, count: int) -> dict[str, Any]:
        """`photos` of one answer or all, and how many there are in all."""
        found = self._sheet(self._folder(name)).chosen(kind, only=only, order=order)
        shown = found[start : start + min(count, MOST_ON_A_PAGE)]
        return {"photos": [_told(line) for line in shown], "total": len(found)}

    def unread(self, name: str) -> list[dict[str, str]]:
        """The first files that could not be read, and why."""
        skipped = self._sheet(self._folder(name)).skipped[:MOST_ON_A_PAGE]
        return [{"path": item.path, "reason": item.reason} for item in skipped]

    def table(self, name: str) -> bytes:
        return sheet_csv(self._sheet(self._folder(name)))

    def copies(self, name: str) -> Iterator[bytes]:
        """A zip of copies in folders by kind, made while it is sent."""
        folder = self._folder(name)
        return sorted_zip(self._sheet(folder), folder)

    def thumbnail(self, name: str, sha256: str) -> Path:
        path = thumbnail_path(self._folder(name) / THUMBNAILS_FOLDER, sha256, THUMBNAIL)
        if not is_content_hash(sha256) or not path.is_file():
            raise NotFoundError("There is no such picture.", "Reload the page.")
        return path

    def stop(self, name: str) -> None:
        """What was answered so far is kept; one that has ended stays as it is."""
        folder = self._folder(name)
        if state_of(folder) not in ENDED:
            launcher.request_stop(folder)

    def drop(self, name: str) -> None:
        drop_try(self._folder(name))

    def tell(self, name: str, sha256: str, label: str) -> int:
        """Puts one of the photos with its right kind among the pictures that the model's next training learns from."""
        folder = self._folder(name)
        line = next((line for line in self._sheet(folder).lines if line.sha256 == sha256), None)
        photo = stored_path(folder, sha256)
        if line is None or not photo.is_file():
            raise NotFoundError("There is no such picture.", "Reload the page.")
        return self.tell_file(read_try(folder).model.name, line.path.rsplit("/", 1)[-1], photo, label)

    def tell_file(self, run: str, name: str, photo: Path, label: str) -> int:
        """How many pictures the dataset has now. Raises DataError where it must not, or cannot, be taken."""
        found = self._runs.run(run)
        self._allowances.check_pictures(self._person.owner, 1)
        measuring = measured_by(found)
        try:
            added = self._pictures.correct(
                found.dataset_folder.name, lambda editor: editor.tell(label, name, photo, measuring)
            )
        except NotFoundError:
            raise RunError(GONE, GONE_HINT) from None
        if not added.images:
            reason = added.skipped[0].reason if added.skipped else "It is no picture."
            raise DataError(f"'{name}' cannot be used. {reason}", "Choose another picture.")
        return int(added.dataset.report.images)

    def _folder(self, name: str) -> Path:
        folder = self._person.folder / TRIES_FOLDER / name
        if not IDENTIFIER.match(name) or not JobDir(folder).import_request.is_file():
            raise NotFoundError("These photos are not here any more.", "Bring them again.")
        return folder

    def _sheet(self, folder: Path) -> Sheet:
        path = folder / SHEET
        if state_of(folder) not in ENDED or not path.is_file():
            raise RunError("The photos have not been looked at yet.", "Wait until that is done.")
        return _opened(path, path.stat().st_mtime_ns)


def measured_by(run: RunDir) -> frozenset[str]:
    """The contents of the pictures that measure this run: its validation and its test."""
    try:
        rows = read_split_csv(run.split_file)
    except DataError:
        return frozenset()
    return frozenset(row.sha256 for row in rows if row.split != "train")


@lru_cache(maxsize=4)
def _opened(path: Path, _changed: int) -> Sheet:
    return read_sheet(path)


def _told(line: Line) -> dict[str, Any]:
    return {
        "path": line.path,
        "sha256": line.sha256,
        "taken": taken_in_words(line.taken),
        "class": line.label,
        "probability": line.probability,
        "sure": line.is_sure,
        "unlike": line.is_unlike,
    }
