"""The pictures of one owner's datasets: pages of them, corrections, how they will be used, the split as a table.

Corrections are written beside the pictures and never into them (see data/edits.py). Knows no HTTP.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tl_core.caching.importing import squares_for
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.edits import DatasetEditor
from tl_core.data.groups import Grouping
from tl_core.data.index import SPLITS, ImageIndex
from tl_core.data.limits import Limits
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.splits import assign_splits, read_split_csv, write_split_csv
from tl_core.errors import DataError
from tl_core.jobs.workspace import workspace_of
from tl_ui.album import MOST_ON_A_PAGE, Album, Page, picture
from tl_ui.dataset_shelf import DatasetShelf
from tl_ui.dataset_use import DatasetUse
from tl_ui.doctor import Offer, copies, correction
from tl_ui.guard import NotFoundError
from tl_ui.owned_datasets import OwnedDatasets, is_content_hash
from tl_ui.standings import Named, Standing, standings

VIEW_SIZES = range(28, 1025)  # RunConfig's image_size
Part = tuple[float, float, float, float]
VALIDATION_SHARE = 0.2  # what a training takes where nobody says; a test holds it
MOST_DIVIDED = 100_000  # pictures that are divided while somebody waits for the page
PLAIN: dict[str, Any] = {"interpolation": "bicubic", "mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}


@dataclasses.dataclass(frozen=True, slots=True)
class Corrections:
    """What was corrected so far, and what can be taken back or done again."""

    history: tuple[dict[str, Any], ...]
    can_undo: bool
    can_redo: bool


class OwnedPictures:
    """Looks a dataset up among its owner's alone, through OwnedDatasets."""

    def __init__(self, datasets: OwnedDatasets, shelf: DatasetShelf, limits: Limits) -> None:
        self._datasets = datasets
        self._shelf = shelf
        self._limits = limits

    def dataset(self, dataset: str) -> Dataset:
        return self._datasets.ready(dataset)

    def album(self, dataset: str) -> Album:
        self._datasets.ready(dataset)
        return self._shelf.album(self._datasets.folder(dataset))

    def network_view(
        self, dataset: str, sha256: str, size: int, part: tuple[float, float, float, float] | None
    ) -> bytes:
        """A PNG of the square that a network of this input size is given. Raises NotFoundError, DataError."""
        self._datasets.ready(dataset)
        seen = None
        if size in VIEW_SIZES and is_content_hash(sha256):
            preprocessing = Preprocessing(image_size=size, resize_size=size, part=part, **PLAIN)
            seen = self._shelf.seen_by_a_network(self._datasets.folder(dataset), sha256, preprocessing)
        if seen is None:
            raise NotFoundError("There is no such picture.", "Reload the page.")
        return seen

    def correct(self, dataset: str, change: Callable[[DatasetEditor], Any]) -> Any:
        """Does one correction; what the shelf held open is read anew after it."""
        self._datasets.ready(dataset)
        folder = self._datasets.own(dataset)
        try:
            squares = squares_for(RunConfig(), workspace_of(folder).cache)
            return change(DatasetEditor(folder, self._shelf.pool(), self._limits, squares=squares))
        finally:
            self._shelf.forget(folder)

    def corrections(self, dataset: str) -> Corrections:
        folder = self._datasets.folder(dataset)
        editor = DatasetEditor(folder, self._shelf.pool(), self._limits)
        history = editor.history()
        return Corrections(
            history=tuple(dataclasses.asdict(entry) for entry in history),
            can_undo=any(not entry.is_undone for entry in history),
            can_redo=any(entry.is_undone for entry in history),
        )

    def groupings(self, dataset: str) -> tuple[Grouping, ...]:
        """What pictures could be kept together by, as it is found in folders, dates, cameras and names."""
        self._datasets.ready(dataset)
        return self._shelf.groupings(self._datasets.folder(dataset))

    def split_counts(self, dataset: str) -> dict[str, int]:
        """Pictures of each side of the split in use; nothing where there is none, or where dividing takes long."""
        found = self._datasets.ready(dataset)
        if len(found.index.records) > MOST_DIVIDED:
            return {}
        use = self.use(dataset)
        return self._shelf.divided(self._datasets.folder(dataset), use, lambda opened: _counts(opened, use))

    def use(self, dataset: str) -> DatasetUse:
        return DatasetUse.read(self._datasets.folder(dataset))

    def set_use(self, dataset: str, **changes: str) -> DatasetUse:
        """Raises ConfigError with what does not fit, and then keeps what was there."""
        use = dataclasses.replace(self.use(dataset), **changes)
        RunConfig.from_text({name: text for name, text in dataclasses.asdict(use).items() if text})
        use.write(self._datasets.own(dataset))
        return use

    def act_on_finding(self, dataset: str, *, at: str, kind: str, first: str, offer: Offer) -> bool:
        """Does what was offered for a finding of the report; False where the findings have changed since."""
        findings = self._datasets.ready(dataset).report.findings
        finding = findings[int(at)] if at.isdecimal() and int(at) < len(findings) else None
        if finding is None or finding.kind != kind or finding.paths[:1] != ((first,) if first else ()):
            return False
        wanted = correction(finding, self.album(dataset).records_of(finding.paths), offer)
        if wanted is None:
            return False
        if wanted.label:
            self.correct(dataset, lambda editor: editor.relabel(wanted.paths, wanted.label))
        else:
            self.correct(dataset, lambda editor: editor.leave_out(wanted.paths, wanted.why))
        return True

    def leave_out_copies(self, dataset: str, expected: str) -> bool:
        """Of every picture that is there more than once the first stays; False where it is about others by now."""
        paths = copies(self._datasets.ready(dataset).report.findings)
        if not paths or str(len(paths)) != expected:
            return False
        self.correct(dataset, lambda editor: editor.leave_out(paths, "a copy"))
        return True

    def left_out(self, dataset: str, start: int = 0, count: int = 120) -> Page:
        """What the person left out, and why."""
        self._datasets.ready(dataset)
        found = self._shelf.left_out(self._datasets.folder(dataset))
        shown = found[start : start + min(count, MOST_ON_A_PAGE)]
        return Page(tuple({**picture(item.record), "why": item.why} for item in shown), len(found))

    def standings(self, dataset: str, named: Sequence[Named]) -> list[Standing]:
        """What pictures are now, in the order of `named`: paths with the contents that they had."""
        columns = self.album(dataset).columns
        return standings(columns, self._shelf.left_out(self._datasets.folder(dataset)), named)

    def path_of(self, dataset: str, sha256: str) -> Path | None:
        """Where a picture of this content lies, those that were left out among them; None where there is none."""
        found = self._datasets.ready(dataset)
        record = self._shelf.record_of(self._datasets.folder(dataset), sha256)
        return None if record is None else found.path_of(record)

    def bring_split(self, dataset: str, table: Path) -> Dataset:
        """Puts the pictures on the sides that a split.csv says; rows that fit no picture become a finding."""
        self._datasets.ready(dataset)
        rows = read_split_csv(table)
        brought: Dataset = self.correct(dataset, lambda editor: editor.set_splits(rows))
        return brought

    def write_split(self, dataset: str, table: Path) -> None:
        """The split in use as a table: the one that was brought, else what a training with these answers would make."""
        use = self.use(dataset)
        found = self._datasets.ready(dataset)
        if not found.report.images:
            raise DataError("There are no pictures to divide yet.", "Add pictures first.")
        write_split_csv(split_of(found, use), table)


def _counts(dataset: Dataset, use: DatasetUse) -> dict[str, int]:
    try:
        divided = split_of(dataset, use)
    except DataError:  # one kind alone, say: the doctor's findings tell it
        return {}
    return {split: n for split in SPLITS if (n := len(divided.of_split(split)))}


def split_of(dataset: Dataset, use: DatasetUse) -> ImageIndex:
    """The sides that a training would put the pictures on, all else being left to the plan."""
    return assign_splits(
        dataset.index,
        validation_share=VALIDATION_SHARE,
        seed=0,
        used_in=use.used_in or None,
        group_by=use.group_by or None,
    )
