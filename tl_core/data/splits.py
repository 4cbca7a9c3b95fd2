"""Which pictures train and which ones judge: seeded, stratified, written down. Knows no picture's pixels."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.index import SPLITS, ImageIndex, ImageRecord, Split
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


def assign_splits(index: ImageIndex, *, validation_share: float, seed: int) -> ImageIndex:
    """Every record with a split. The person's own are kept; a validation split is cut from train if there is none.

    Stratified: each class gives its share, at least one picture and never its last. Exact duplicates stay on one side,
    and a picture that lies in two classes never judges. A picture's place depends on the seed and its bytes alone, so
    that adding pictures moves few others. Raises DataError for fewer than two classes, and for a class that only
    validation or test has.
    """
    check_classes(index)
    if any(record.split == "val" for record in index.records):
        chosen: frozenset[str] = frozenset()
    else:
        chosen = _validation_hashes(index, validation_share, seed)
    records = tuple(_with_split(record, chosen) for record in index.records)
    return ImageIndex(classes=index.classes, records=records)


def _with_split(record: ImageRecord, chosen: frozenset[str]) -> ImageRecord:
    if record.split in ("val", "test"):
        return record
    split: Split = "val" if record.sha256 in chosen else "train"
    return dataclasses.replace(record, split=split)


def check_classes(index: ImageIndex) -> None:
    """Raises DataError where nothing could be learned or measured: one kind alone, or a kind only in val or test."""
    if len(index.classes) < 2:
        found = f"Only one kind was found: '{index.classes[0]}'." if index.classes else "No pictures were found."
        raise DataError(found, "Put at least two kinds of pictures each in a folder of its own; one may be 'other'.")
    trained = {record.label for record in index.records if record.split in (None, "train")}
    for split, folder in (("val", "validation"), ("test", "test")):
        lacking = sorted({record.label for record in index.records if record.split == split} - trained)
        if lacking:
            names = ", ".join(f"'{name}'" for name in lacking[:10]) + (" ..." if len(lacking) > 10 else "")
            raise DataError(
                f"The {folder} folder has {'kinds' if len(lacking) > 1 else 'a kind'} that train lacks: {names}.",
                "Add training pictures of it, or take it out; folders are matched by their names.",
            )


def _validation_hashes(index: ImageIndex, share: float, seed: int) -> frozenset[str]:
    """The content hashes of the pictures that validate."""
    labels_of: dict[str, set[str]] = defaultdict(set)
    copies: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    tested = {record.sha256 for record in index.records if record.split == "test"}
    for record in index.records:
        labels_of[record.sha256].add(record.label)
        if record.split in (None, "train"):
            copies[record.label][record.sha256] += 1
    chosen: set[str] = set()
    for hashes in copies.values():
        total = sum(hashes.values())
        wanted = min(max(1, round(total * share)), total - 1)
        usable = [name for name in hashes if len(labels_of[name]) == 1 and name not in tested]
        taken = 0
        for name in sorted(usable, key=lambda name: _rank(seed, name)):
            if taken + hashes[name] <= wanted:
                chosen.add(name)
                taken += hashes[name]
    return frozenset(chosen)


def _rank(seed: int, sha256: str) -> bytes:
    return hashlib.sha256(f"{seed}:{sha256}".encode()).digest()


def write_split_csv(index: ImageIndex, path: Path) -> None:
    """Writes path, label, split, group, sha256 of every record, atomically; UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for record in index.records:
        writer.writerow((record.path, record.label, record.split or "train", record.group, record.sha256))
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
        rows.append(SplitRow(cells[0], cells[1], cells[2], cells[3], cells[4]))
    return tuple(rows)


def apply_split(index: ImageIndex, rows: tuple[SplitRow, ...]) -> ImageIndex:
    """The index with the split that the rows say. Raises DataError where a picture has no row or other content."""
    by_path = {row.path: row for row in rows}
    records = []
    for record in index.records:
        row = by_path.get(record.path)
        if row is None or row.sha256 != record.sha256:
            what = "is not in the split" if row is None else "has changed since the split was made"
            raise DataError(f"'{record.path}' {what}.", "Make a new split.")
        records.append(dataclasses.replace(record, split=row.split, group=row.group))
    return ImageIndex(classes=index.classes, records=tuple(records))
