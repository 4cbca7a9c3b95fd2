"""The datasets of one owner: bring pictures, see how the import goes and what was found, delete. Knows no HTTP."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.data.dataset import Dataset, create_dataset, delete_dataset, find_unchanged, list_datasets
from tl_core.data.edits import LOCK_FILE, LOCK_SECONDS
from tl_core.data.index import DatasetReport
from tl_core.data.store import read_facts, write_facts
from tl_core.errors import RunError
from tl_core.jobs import launcher
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import create_import, list_runs
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import IDENTIFIER, Person, new_identifier
from tl_core.platform import Lock
from tl_ui.dataset_shelf import DatasetShelf
from tl_ui.dataset_states import READY, import_state, request_of
from tl_ui.guard import LENT, LENT_HINT, NotFoundError, RefusedError
from tl_ui.sample_pictures import check_sample, draw_and_import
from tl_ui.staging import remove

THUMBNAIL_SIZES = (160, 320, 640)  # cards, larger views, the picture that the part is marked on
LOST_HINT = "Bring them again; if it happens again, bring fewer at a time."


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """A line of the list of datasets. `images` and `num_classes` are None until they are known."""

    id: str
    name: str
    state: str
    images: int | None
    num_classes: int | None
    bytes: int | None = None  # that its own folder holds of the pictures
    created: float = 0.0  # seconds since 1970


class OwnedDatasets:
    """One owner's `datasets/`, with `incoming/` (uploads under way) and `samples/` beside it."""

    def __init__(
        self, person: Person, shelf: DatasetShelf, limits: Literal["local", "hosted"], lent: Person | None = None
    ) -> None:
        """`lent` is somebody whose sets everybody may read."""
        self._person = person
        self._lent = lent
        self._shelf = shelf
        self._limits: Literal["local", "hosted"] = limits

    def rows(self) -> list[DatasetRow]:
        """Newest first: those that are ready, and those under way or failed. At the end what is lent."""
        return [*self._rows_of(self._person), *(self._rows_of(self._lent) if self._lent else [])]

    def _rows_of(self, person: Person) -> list[DatasetRow]:
        ready = list_datasets(person.datasets)
        rows = [
            DatasetRow(found.id, found.name, READY, found.images, found.classes, found.bytes, found.created)
            for found in ready
        ]
        known = {found.id for found in ready}
        for folder in _folders(person):
            if folder.name not in known:
                created = float(request_of(folder).get("created", 0.0))
                rows.append(
                    DatasetRow(folder.name, self._name(folder), import_state(folder), None, None, created=created)
                )
        return sorted(rows, key=lambda row: -row.created)

    def folder(self, dataset: str) -> Path:
        """Raises NotFoundError for what is no identifier, is not there, or is somebody else's."""
        places = [person.datasets / dataset for person in (self._person, self._lent) if person]
        found = next((folder for folder in places if folder.is_dir()), None) if IDENTIFIER.match(dataset) else None
        if found is None:
            raise NotFoundError("There is no such set of pictures.", "Choose one from the list on the Pictures tab.")
        return found

    def own(self, dataset: str) -> Path:
        """As `folder`, of what may be changed. Raises RefusedError for what is lent."""
        folder = self.folder(dataset)
        if folder.parent != self._person.datasets:
            raise RefusedError(LENT, LENT_HINT)
        return folder

    def ready(self, dataset: str) -> Dataset:
        """Raises RunError while it is being read, or when reading failed."""
        folder = self.folder(dataset)
        state = import_state(folder)
        if state != READY:
            raise RunError(
                f"These pictures cannot be used yet; the state of their import is '{state}'.",
                "Wait until it has finished, or bring them again.",
            )
        return self._shelf.dataset(folder)

    def view(self, dataset: str) -> dict[str, Any]:
        """`phase` while it is read, then `report` and `summary`, or `failure` (message, hint)."""
        folder = self.folder(dataset)
        state = import_state(folder)
        seen = read_view(folder)
        if state in ENDED:
            self._drop_source(folder)
        found = self._shelf.dataset(folder) if state == READY else None
        return {
            "dataset": dataset,
            "name": found.name if found else self._name(folder),
            "state": state,
            "phase": asdict(seen.phase) if seen.phase and state not in ENDED else None,
            "failure": self._failure(folder, state, seen.failure),
            "report": found.report.to_dict() if found else None,
            "summary": _summary(found.report) if found else None,
        }

    def new_incoming(self, ending: str) -> Path:
        """A free path for an upload under way; what a browser calls it plays no part."""
        folder = self._person.folder / "incoming"
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / f"{new_identifier()}{ending}"

    def start(self, source: Path, name: str) -> str:
        """Launches an import and returns its identifier; what was read before and has not changed is not read again."""
        known = find_unchanged(self._person.datasets, source, self._shelf.limits)
        if known is not None:
            return known.folder.name
        folder = create_import(self._person.datasets, source, name, limits=self._limits)
        launcher.launch(folder)
        return folder.name

    def start_several(self, sources: Sequence[Path], name: str) -> str:
        """One import of several zips into one set."""
        folder = create_import(self._person.datasets, sources, name, limits=self._limits)
        launcher.launch(folder)
        return folder.name

    def create_empty(self, name: str) -> str:
        """A set without pictures, to which they are added kind by kind."""
        folder = self._person.datasets / new_identifier()
        create_dataset(folder, name)
        return folder.name

    def stop(self, dataset: str) -> None:
        """Asks an import under way to stop; one that has ended is left as it is."""
        folder = self.own(dataset)
        if import_state(folder) not in ENDED:
            launcher.request_stop(folder)

    def rename(self, dataset: str, name: str) -> None:
        """Waits for a correction under way, which writes the same file."""
        self.ready(dataset)
        folder = self.own(dataset)
        lock = Lock(folder / LOCK_FILE)
        if not lock.acquire(wait_seconds=LOCK_SECONDS):
            raise RunError("These pictures are being corrected just now.", "Wait a little, then try again.")
        try:
            write_facts(folder, dataclasses.replace(read_facts(folder), name=name))
        finally:
            lock.release()
            self._shelf.forget(folder)

    def start_sample(self, name: str) -> str:
        """Returns at once, whether its pictures are there or have to be drawn first; one at a time of each."""
        check_sample(name)
        drawn = self._person.folder / "samples" / name
        if drawn.is_dir():
            return self.start(drawn, name)
        for folder in _folders(self._person):
            if request_of(folder).get("source") == str(drawn) and import_state(folder) not in ENDED:
                return folder.name
        folder = create_import(self._person.datasets, drawn, name, limits=self._limits)
        draw_and_import(drawn, folder)
        return folder.name

    def thumbnail(self, dataset: str, sha256: str, size: int) -> Path:
        path = None
        if is_content_hash(sha256) and size in THUMBNAIL_SIZES:
            folder = self.folder(dataset)
            if import_state(folder) == READY:
                path = self._shelf.thumbnail(folder, sha256, size)
        if path is None:
            raise NotFoundError("There is no such picture.", "Reload the page.")
        return path

    def delete(self, dataset: str) -> None:
        """An import under way is ended first; a training under way forbids it."""
        folder = self.own(dataset)
        for run in list_runs(self._person.runs):
            if run.dataset_folder == folder and state_of(run.path) not in ENDED:
                raise RunError(
                    f"A training ('{run.label.name or run.id[:8]}') is using these pictures.",
                    "Stop it, or wait until it has finished; then delete them.",
                )
        if import_state(folder) not in ENDED:
            launcher.force_stop(folder)
        self._drop_source(folder)
        self._shelf.forget(folder)
        delete_dataset(folder)

    def _name(self, folder: Path) -> str:
        request = request_of(folder)
        return str(request.get("name") or Path(str(request.get("source", ""))).name or folder.name)

    def _failure(self, folder: Path, state: str, failure: Any) -> dict[str, str] | None:
        """An upload is called by the name that it came with, not by the one that we stored it under."""
        if state == "lost":
            return {"message": "Reading the pictures ended unexpectedly.", "hint": LOST_HINT}
        if failure is None:
            return None
        stored = Path(str(request_of(folder).get("source", ""))).name
        shown = self._name(folder)
        return {
            "message": failure.message.replace(stored, shown) if stored else failure.message,
            "hint": failure.hint.replace(stored, shown) if stored else failure.hint,
        }

    def _drop_source(self, folder: Path) -> None:
        """Uploaded zips have served once their import has ended; a person's own folder or zip is never touched."""
        source = Path(str(request_of(folder).get("source", "")))
        incoming = self._person.folder / "incoming"
        for upload in (source, source.parent):  # a zip, or the folder that several waited in
            if upload.parent == incoming:
                remove(upload)


def _folders(person: Person) -> list[Path]:
    return [path for path in person.datasets.iterdir() if IDENTIFIER.match(path.name)]


def is_content_hash(text: str) -> bool:
    return re.fullmatch("[0-9a-f]{64}", text) is not None


def _summary(report: DatasetReport) -> dict[str, int]:
    return {
        "images": report.images,
        "num_classes": len(report.classes),
        "skipped": len(report.skipped),
        "system_files": report.system_files,
    }
