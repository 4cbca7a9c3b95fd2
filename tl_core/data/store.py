"""The files of a dataset's folder and their forms. Reads and writes; decides nothing.

Format 2 keeps the index as columns, memory-mapped when it is opened; datasets of format 1 (JSON lines) open as well.

JSON is kept in ASCII, since a path may hold bytes that are no UTF-8 (as lone surrogates).
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tl_core.data.columns import Columns
from tl_core.data.columns_file import read_columns, write_columns
from tl_core.data.index import DatasetReport, ImageIndex, ImageRecord
from tl_core.data.names import shown
from tl_core.errors import DataError
from tl_core.platform import atomic_write_bytes

FORMAT = 2
DATASET_FILE = "dataset.json"
INDEX_FILE = "index.columns"
LINES_FILE = "index.jsonl"  # of format 1
REPORT_FILE = "report.json"
FILES_FOLDER = "files"
THUMBNAILS_FOLDER = "thumbnails"
READY = "ready"
DAMAGED_HINT = "Delete this dataset and bring the pictures in again."


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """What dataset.json says. `root` is empty where the pictures lie in the dataset's own folder (from a zip).

    Once a person has changed something: `current` is the folder of the state that counts ("" as brought in), `edits`
    the lines of edits.jsonl that led to it, `edited` how many changes are in force.
    """

    id: str
    name: str
    source: str
    root: str
    created: float  # seconds since 1970
    state: str
    fingerprint: str
    images: int
    classes: int
    bytes: int  # that the dataset's own folder holds of the pictures
    format: int = FORMAT
    current: str = ""
    edits: int = 0
    edited: int = 0


def write_dataset(folder: Path, facts: DatasetFacts, index: ImageIndex, report: DatasetReport) -> None:
    """Index and report first; dataset.json, which means "complete", last."""
    write_columns(folder / INDEX_FILE, index.columns)
    atomic_write_bytes(folder / REPORT_FILE, _json(report.to_dict()))
    write_facts(folder, facts)


def write_facts(folder: Path, facts: DatasetFacts) -> None:
    atomic_write_bytes(folder / DATASET_FILE, _json(dataclasses.asdict(facts)))


def read_facts(folder: Path) -> DatasetFacts:
    """Raises DataError when there is no complete dataset, or one of a newer version."""
    try:
        values = json.loads((folder / DATASET_FILE).read_bytes())
    except FileNotFoundError:
        raise DataError(f"There is no complete dataset in '{shown(folder.name)}'.", "Bring the pictures in.") from None
    except (OSError, ValueError) as error:
        raise _damaged(folder, DATASET_FILE, error) from None
    if isinstance(values, dict) and values.get("format", FORMAT) > FORMAT:
        raise DataError(f"The dataset '{shown(folder.name)}' was made by a newer version of Thaw.", "Update Thaw.")
    names = {field.name for field in dataclasses.fields(DatasetFacts)}
    try:
        return DatasetFacts(**{name: value for name, value in values.items() if name in names})
    except (TypeError, AttributeError) as error:
        raise _damaged(folder, DATASET_FILE, error) from None


def read_index(folder: Path, facts: DatasetFacts) -> ImageIndex:
    """Raises DataError when the index is missing, damaged or has not as many records as the facts say."""
    name = INDEX_FILE if facts.format > 1 else LINES_FILE
    try:
        index = ImageIndex.of(read_columns(folder / name)) if facts.format > 1 else _of_lines(folder / name)
    except (OSError, ValueError, TypeError, KeyError, IndexError) as error:
        raise _damaged(folder, name, error) from None
    if len(index.records) != facts.images:
        raise _damaged(folder, name, ValueError(f"{len(index.records)} of {facts.images} pictures"))
    return index


def _of_lines(path: Path) -> ImageIndex:
    with path.open("rb") as lines:
        return make_index([ImageRecord(**json.loads(line)) for line in lines])


def read_report(folder: Path) -> DatasetReport:
    """Raises DataError when report.json is missing or damaged."""
    try:
        return DatasetReport.from_dict(json.loads((folder / REPORT_FILE).read_bytes()))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise _damaged(folder, REPORT_FILE, error) from None


def make_index(records: Iterable[ImageRecord]) -> ImageIndex:
    """Records by path, classes by name."""
    return ImageIndex.of(Columns.of(sorted(records, key=lambda record: record.path)))


def stored_path(folder: Path, sha256: str) -> Path:
    """Where an unpacked picture lies: under its content's hash, so that no name of a stranger reaches the disk."""
    return folder / FILES_FOLDER / sha256[:2] / sha256


def own_bytes(columns: Columns, *, has_root: bool) -> int:
    """What the dataset's own folder holds of the pictures: each content once."""
    own = columns.select(columns.stored) if has_root else columns
    firsts = np.unique(own.content_codes(), return_index=True)[1]
    return int(own.bytes[firsts].sum())


def thumbnail_path(thumbnails: Path, sha256: str, size: int) -> Path:
    """In one of 256 folders: a folder of 100,000 files is slow to list on some systems."""
    return thumbnails / sha256[:2] / f"{sha256}-{size}.jpg"


def write_thumbnail(path: Path, jpeg: bytes) -> None:
    """Whole or not at all; not synced, since it can be made again."""
    partial = path.with_suffix(".partial")
    try:
        partial.write_bytes(jpeg)
    except FileNotFoundError:
        partial.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
        partial.write_bytes(jpeg)
    os.replace(partial, path)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode("ascii")


def _damaged(folder: Path, name: str, error: Exception) -> DataError:
    return DataError(f"The dataset '{shown(folder.name)}' is damaged: {name} ({error}).", DAMAGED_HINT)
