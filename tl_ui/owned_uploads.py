"""What one owner sends in several files: taken in one by one, then imported together or added to a dataset.

Knows no HTTP. The files are opened by nobody here: an import has its worker, and a picture its decoding child.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tl_core.errors import DataError
from tl_core.jobs.workspace import Person
from tl_ui.allowances import Allowances
from tl_ui.owned_additions import OwnedAdditions
from tl_ui.owned_datasets import OwnedDatasets
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.staging import Staging

MOST_AT_ONCE = 200  # pictures that are added while the page waits; more become a job that can be stopped


class OwnedUploads:
    def __init__(
        self,
        person: Person,
        staging: Staging,
        datasets: OwnedDatasets,
        pictures: OwnedPictures,
        additions: OwnedAdditions,
        allowances: Allowances,
    ) -> None:
        self._person = person
        self._staging = staging
        self._datasets = datasets
        self._pictures = pictures
        self._additions = additions
        self._allowances = allowances

    def begin(self) -> str:
        return self._staging.open(self._person)

    def reserve(self, staged: str, name: str) -> tuple[Path, int]:
        """A free path for the next file, and how many bytes may come."""
        return self._staging.reserve(self._person, staged, name)

    def arrived(self, staged: str, path: Path, name: str) -> int:
        return self._staging.arrived(self._person, staged, path, name)

    def drop(self, staged: str) -> None:
        self._staging.close(self._person, staged)

    def start_import(self, staged: str, name: str) -> str:
        """One import of all the zips that came; they are removed when it has ended."""
        files = [path for _, path in self._files(staged)]
        self._allowances.check_import(self._person.owner)
        self._allowances.check_zips(self._person.owner, files)
        dataset = self._datasets.start_several(files, name)
        self._staging.close(self._person, staged, keep=True)
        return dataset

    def add(self, staged: str, dataset: str, label: str) -> dict[str, Any]:
        """Adds the pictures that came to a class, which may be new; says what was skipped and why.

        Of many pictures it says only which job adds them.
        """
        files = self._files(staged)
        self._allowances.check_pictures(self._person.owner, len(files))
        if len(files) > MOST_AT_ONCE:
            job = self._additions.start(dataset, label, files)
            self._staging.close(self._person, staged, keep=True)
            return {"job": job}
        try:
            found = self._pictures.correct(dataset, lambda editor: editor.add(label, files))
        finally:
            self._staging.close(self._person, staged)
        return {
            "added": found.images,
            "skipped": [{"path": item.path, "reason": item.reason} for item in found.skipped],
            "images": found.dataset.report.images,
        }

    def _files(self, staged: str) -> list[tuple[str, Path]]:
        files = self._staging.files(self._person, staged)
        if not files:
            raise DataError("Nothing was sent.", "Choose pictures, a folder or a zip again.")
        return files
