"""The file split.csv: which picture stands on which side, with its content. Reads and writes; decides nothing."""

from __future__ import annotations

import csv
import dataclasses
import io
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.cells import cell_as_it_was, safe_cell
from tl_core.data.index import SPLITS, ImageIndex, Split
from tl_core.errors import DataError
from tl_core.platform import atomic_write_bytes

COLUMNS = ("path", "label", "split", "group", "sha256")


@dataclass(frozen=True, slots=True)
class SplitRow:
    """A line of split.csv."""

    path: str
    label: str
    split: Split
    group: str
    sha256: str


def write_split_csv(index: ImageIndex, path: Path) -> None:
    """Writes path, label, split, group, sha256 of every record, atomically; UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in index.records:
        path_of, label, group = (safe_cell(text) for text in (record.path, record.label, record.group))
        writer.writerow((path_of, label, record.split or "train", group, record.sha256))
    atomic_write_bytes(path, text.getvalue().encode("utf-8", "surrogateescape"))


def read_split_csv(path: Path) -> tuple[SplitRow, ...]:
    """The rows of a split.csv. Raises DataError with the file's name and the line that does not fit."""
    try:
        text = path.read_bytes().decode("utf-8-sig", "surrogateescape")
    except OSError as error:
        raise DataError(f"'{path.name}' cannot be read ({error.strerror}).", "Choose another file.") from error
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        raise DataError(f"'{path.name}' does not start with the columns {', '.join(COLUMNS)}.", "Bring a split.csv.")
    rows = []
    for cells in reader:
        if len(cells) != len(COLUMNS) or cells[2] not in SPLITS:
            raise DataError(
                f"Line {reader.line_num} of '{path.name}' is no split row: {cells}.",
                f"It needs {len(COLUMNS)} columns, and a split of {', '.join(SPLITS)}.",
            )
        named, label, group = (cell_as_it_was(cells[at]) for at in (0, 1, 3))
        rows.append(SplitRow(named, label, cells[2], group, cells[4]))
    return tuple(rows)


def apply_split(index: ImageIndex, rows: tuple[SplitRow, ...]) -> ImageIndex:
    """The index with the split that the rows say. Raises DataError where a picture has no row or other content."""
    by_path = {row.path: row for row in rows}
    records = []
    for record in index.records:
        row = by_path.get(record.path)
        if row is None:
            raise DataError(f"'{record.path}' is not in the split.", "Make a new split.")
        if row.sha256 != record.sha256:
            raise DataError(f"'{record.path}' has changed since the split was made.", "Make a new split.")
        records.append(dataclasses.replace(record, split=row.split, group=row.group))
    return ImageIndex(classes=index.classes, records=tuple(records))
