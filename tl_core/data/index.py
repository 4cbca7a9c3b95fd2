"""What is known about a set of pictures: its columns, seen as one record a picture, and a report.

Knows nothing about how files were read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import SPLIT_CODES, Columns
from tl_core.data.record import SPLITS, ImageRecord, Split

__all__ = [
    "FINDING_KINDS", "SPLITS", "DatasetReport", "Finding", "ImageIndex", "ImageRecord", "Records", "Severity",
    "Skipped", "Split", "TablePreview",
]  # fmt: skip
Severity = Literal["harm", "warning", "note"]
FINDING_KINDS = (
    "unreadable", "duplicate", "near_duplicate", "two_classes", "leak", "imbalance", "few", "empty_class",
    "missing_class", "merged_classes", "unsafe_name", "links", "ignored_folder", "converted", "tiny", "asked",
    "look_alike", "bad_row", "missing_file", "extra_file", "identical", "blank", "dark", "bright", "shape", "detail",
    "shortcut", "outlier", "place",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file that was sent and is not used, with the reason in words."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth knowing about the data: one for a group of pictures. `kind` is one of FINDING_KINDS."""

    kind: str
    severity: Severity
    message: str
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TablePreview:
    """The first rows of a table of labels as they were read: a wrong separator or alphabet is seen at once.

    `used[i]` says what column i was taken for: path, label, split or group, "" for none. `header` is empty where the
    table has none.
    """

    name: str
    used: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TablePreview:
        rows = tuple(tuple(row) for row in values["rows"])
        return cls(values["name"], tuple(values["used"]), tuple(values["header"]), rows)


class Records(Sequence[ImageRecord]):
    """Rows of columns as records, each made when it is asked for. Equal to any sequence of equal records."""

    __slots__ = ("_columns", "_positions")

    def __init__(self, columns: Columns, positions: NDArray[np.int64] | None = None) -> None:
        self._columns = columns
        self._positions = positions

    @property
    def columns(self) -> Columns:
        return self._columns if self._positions is None else self._columns.select(self._positions)

    def __len__(self) -> int:
        return len(self._columns if self._positions is None else self._positions)

    @overload
    def __getitem__(self, position: int) -> ImageRecord: ...

    @overload
    def __getitem__(self, position: slice) -> Records: ...

    def __getitem__(self, position: int | slice) -> ImageRecord | Records:
        if isinstance(position, slice):
            return Records(self._columns, self._all()[position])
        at = position + len(self) if position < 0 else position
        if not 0 <= at < len(self):
            raise IndexError(f"record {position} of {len(self)}")
        return self._columns.record(at if self._positions is None else int(self._positions[at]))

    def __iter__(self) -> Iterator[ImageRecord]:
        return self._columns.records(self._positions)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(len(self))

    def __repr__(self) -> str:
        return f"Records({list(self)!r})"

    def _all(self) -> NDArray[np.int64]:
        return np.arange(len(self._columns)) if self._positions is None else self._positions


@dataclass(frozen=True, slots=True)
class ImageIndex:
    """The pictures of a dataset. `classes` is sorted by name and holds only classes that have a picture.

    `columns.labels` is `classes`, so that the column `label` holds positions in it. Raises ValueError for a record of
    another class.
    """

    classes: tuple[str, ...]
    records: Sequence[ImageRecord]

    def __post_init__(self) -> None:
        held = self.records.columns if isinstance(self.records, Records) else Columns.of(self.records, self.classes)
        object.__setattr__(self, "records", Records(held.with_labels(self.classes)))

    @classmethod
    def of(cls, columns: Columns) -> ImageIndex:
        """The index of columns whose rows are sorted by path; classes are the labels that a row has, by name."""
        used = np.unique(columns.label)
        classes = tuple(sorted(columns.labels[code] for code in used))
        return cls(classes, Records(columns))

    @property
    def columns(self) -> Columns:
        if not isinstance(self.records, Records):
            raise TypeError("records are not columns")
        return self.records.columns

    def of_split(self, split: Split) -> Sequence[ImageRecord]:
        return Records(self.columns, np.flatnonzero(self.columns.split == SPLIT_CODES[split]))

    def counts(self) -> dict[str, dict[str, int]]:
        """Pictures of each class and split; records without a split count as train."""
        counts: dict[str, dict[str, int]] = {name: {} for name in self.classes}
        split = np.where(self.columns.split < 0, SPLIT_CODES["train"], self.columns.split)
        for side in SPLITS:
            table = np.bincount(self.columns.label[split == SPLIT_CODES[side]], minlength=len(self.classes))
            for name, count in zip(self.classes, table, strict=True):
                if count:
                    counts[name][side] = int(count)
        return counts


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What `check` says. images + skipped + system_files is every file that was sent; `tables` gave the kinds."""

    classes: dict[str, dict[str, int]]
    images: int
    skipped: tuple[Skipped, ...]
    system_files: int
    findings: tuple[Finding, ...]
    tables: tuple[TablePreview, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> DatasetReport:
        return cls(
            classes=values["classes"],
            images=values["images"],
            skipped=tuple(Skipped(**item) for item in values["skipped"]),
            system_files=values["system_files"],
            findings=tuple(Finding(**{**item, "paths": tuple(item["paths"])}) for item in values["findings"]),
            tables=tuple(TablePreview.from_dict(item) for item in values.get("tables", ())),
        )
