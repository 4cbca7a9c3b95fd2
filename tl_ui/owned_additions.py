"""Many pictures that one owner adds to a kind at once: a job in a process of its own, which is followed and stopped.

Knows no HTTP. A few pictures are added at once instead (see owned_uploads.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

from tl_core.errors import RunError
from tl_core.jobs import launcher
from tl_core.jobs.add_requests import JOBS_FOLDER, create_add, read_add
from tl_core.jobs.liveness import ENDED
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import IDENTIFIER, Person
from tl_ui.dataset_shelf import DatasetShelf
from tl_ui.guard import NotFoundError
from tl_ui.owned_datasets import LOST_HINT, OwnedDatasets
from tl_ui.staging import remove


class OwnedAdditions:
    """The jobs inside the datasets of one owner."""

    def __init__(
        self, person: Person, datasets: OwnedDatasets, shelf: DatasetShelf, limits: Literal["local", "hosted"]
    ) -> None:
        self._person = person
        self._datasets = datasets
        self._shelf = shelf
        self._limits: Literal["local", "hosted"] = limits

    def start(self, dataset: str, label: str, files: Sequence[tuple[str, Path]]) -> str:
        """The job's identifier. The files are the job's from now on, and removed when it has ended."""
        self._datasets.ready(dataset)
        job = create_add(self._datasets.own(dataset), label=label, files=files, limits=self._limits)
        launcher.launch(job)
        return job.name

    def view(self, dataset: str, job: str) -> dict[str, Any]:
        """`ended`, and `phase` until then; at the end `added`, `skipped` with the first reasons, and `stopped`.

        Raises RunError where it failed; then nothing was added.
        """
        folder = self._folder(dataset, job)
        seen = read_view(folder)
        if seen.state not in ENDED:
            return {"ended": False, "phase": asdict(seen.phase) if seen.phase else None}
        self._drop_files(folder)
        self._shelf.forget(self._datasets.folder(dataset))
        if seen.failure is not None:
            raise RunError(seen.failure.message, seen.failure.hint)
        if seen.state == "lost":
            raise RunError("Reading the pictures ended unexpectedly.", LOST_HINT)
        result = seen.result or {}
        return {
            "ended": True,
            "stopped": seen.state == "stopped",
            "added": result.get("images", 0),
            "num_skipped": result.get("skipped", 0),
            "skipped": result.get("reasons", []),
        }

    def stop(self, dataset: str, job: str) -> None:
        """Nothing of it is kept; one that has ended is left as it is."""
        self._datasets.own(dataset)
        launcher.request_stop(self._folder(dataset, job))

    def _folder(self, dataset: str, job: str) -> Path:
        folder = self._datasets.folder(dataset) / JOBS_FOLDER / job
        if not IDENTIFIER.match(job) or not folder.is_dir():
            raise NotFoundError("There is nothing under way by this name.", "Reload the page.")
        return folder

    def _drop_files(self, folder: Path) -> None:
        for waited in {path.parent for _, path in read_add(folder).files}:
            if waited.parent == self._person.folder / "incoming":
                remove(waited)
