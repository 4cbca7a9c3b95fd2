"""A dataset's folder on disk: what is known about a set of pictures, kept so that nothing is read twice.

`dataset.json` is written last and means "complete". It knows no job and no screen; `importing.py` fills the folder.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.columns import Columns
from tl_core.data.decoder import THUMBNAIL, DecoderPool
from tl_core.data.edit_state import LeftOut, read_left_out
from tl_core.data.importing import fingerprint_of, import_into, never, nobody_watches
from tl_core.data.index import DatasetReport, ImageIndex, ImageRecord
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.noted import with_noted
from tl_core.data.reading import ImportStopped, OnProgress, SquareKeeper
from tl_core.data.store import (
    DATASET_FILE,
    READY,
    THUMBNAILS_FOLDER,
    DatasetFacts,
    read_facts,
    read_index,
    read_report,
    stored_path,
    thumbnail_path,
    write_dataset,
    write_thumbnail,
)
from tl_core.errors import DataError

__all__ = [
    "Dataset", "DatasetSummary", "ImportStopped", "LeftOut", "SquareKeeper", "create_dataset", "delete_dataset",
    "find_unchanged", "import_source", "list_datasets", "open_dataset",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dataset:
    """A complete dataset, opened."""

    folder: Path
    facts: DatasetFacts
    index: ImageIndex
    report: DatasetReport

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What a person left out; the index and the counts are without it."""
        return read_left_out(self.folder / self.facts.current) if self.facts.current else ()

    def path_of(self, record: ImageRecord) -> Path:
        """Where the picture's bytes lie now."""
        if record.stored or not self.facts.root:
            return stored_path(self.folder, record.sha256)
        return Path(self.facts.root) / record.path

    def thumbnail(self, record: ImageRecord, pool: DecoderPool, size: int = THUMBNAIL) -> Path:
        """A small JPEG, made once. Raises DataError where the picture can no longer be read."""
        path = thumbnail_path(self.folder / THUMBNAILS_FOLDER, record.sha256, size)
        if not path.exists():
            write_thumbnail(path, pool.thumbnail(self.path_of(record), size))
        return path


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """A line in the list of datasets; `bytes` is what deleting it frees."""

    id: str
    name: str
    folder: Path
    source: str
    created: float
    images: int
    classes: int
    bytes: int


def import_source(
    source: Path | Sequence[Path],
    folder: Path,
    *,
    limits: Limits = LOCAL,
    name: str = "",
    on_progress: OnProgress = nobody_watches,
    should_stop: Callable[[], bool] = never,
    squares: SquareKeeper | None = None,
) -> Dataset:
    """Reads folders, zips and tables beside pictures into the dataset folder `folder`; of several, kinds of one name
    become one kind.

    The folder is made if need be, and a job's files in it stay. `on_progress(phase, done, total)` counts files,
    "reading" them and then "looking" at them; `squares` gets what a network will see of each. Raises DataError with a
    remedy, ImportStopped when asked to stop; either way nothing half done stays behind.
    """
    import_into(
        source, folder, limits=limits, name=name, on_progress=on_progress, should_stop=should_stop, squares=squares
    )
    return open_dataset(folder)


def create_dataset(folder: Path, name: str) -> Dataset:
    """An empty dataset, to which pictures are added kind by kind (see edits.py)."""
    folder.mkdir(parents=True, exist_ok=True)
    index = ImageIndex.of(Columns.of([]))
    facts = DatasetFacts(
        id=folder.name, name=name, source="", root="", created=time.time(), state=READY, fingerprint="", images=0,
        classes=0, bytes=0,
    )  # fmt: skip
    write_dataset(folder, facts, index, DatasetReport(index.counts(), 0, (), 0, ()))
    return open_dataset(folder)


def open_dataset(folder: Path) -> Dataset:
    """The dataset as its last change left it. Raises DataError when the folder holds no complete one."""
    facts = read_facts(folder)
    state = folder / facts.current
    index = read_index(state, facts)
    return Dataset(folder, facts, index, with_noted(folder, index, read_report(state)))


def find_unchanged(datasets: Path, source: Path | Sequence[Path], limits: Limits = LOCAL) -> Dataset | None:
    """The newest dataset made of `source` as it is now: same names, sizes and times. Reads no picture.

    One that a person has changed since is none: it says other things than the source does.
    """
    wanted = "\n".join(os.path.realpath(path) for path in ([source] if isinstance(source, Path) else source))
    known = [(folder, facts) for folder, facts in _complete(datasets) if facts.source == wanted and not facts.edited]
    if not known:
        return None
    fingerprint = fingerprint_of(source, limits)
    same = [(facts.created, folder) for folder, facts in known if facts.fingerprint == fingerprint]
    return open_dataset(max(same)[1]) if same else None


def list_datasets(datasets: Path) -> list[DatasetSummary]:
    """The complete datasets, newest first; a damaged one is left out."""
    names = {field.name for field in dataclasses.fields(DatasetSummary)}
    found = []
    for folder, facts in _complete(datasets):
        values = {name: value for name, value in dataclasses.asdict(facts).items() if name in names}
        found.append(DatasetSummary(folder=folder, **values))
    return sorted(found, key=lambda summary: -summary.created)


def delete_dataset(folder: Path) -> None:
    """Removes a dataset's folder, never the person's own pictures. Raises DataError for any other folder."""
    if not any((folder / name).is_file() for name in (DATASET_FILE, "job.json")) or folder.is_symlink():
        raise DataError(f"'{folder.name}' is no dataset.", "Choose one from the list.")
    (folder / DATASET_FILE).unlink(missing_ok=True)  # first: half deleted is not listed
    shutil.rmtree(folder)


def _complete(datasets: Path) -> Iterator[tuple[Path, DatasetFacts]]:
    for path in datasets.glob(f"*/{DATASET_FILE}"):
        try:
            yield path.parent, read_facts(path.parent)
        except DataError:
            continue
