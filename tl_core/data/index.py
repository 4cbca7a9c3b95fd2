"""What is known about a set of pictures: one record a file, and a report. Knows nothing about how files were read."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")
Severity = Literal["harm", "warning", "note"]
FINDING_KINDS = (
    "unreadable", "duplicate", "near_duplicate", "two_classes", "leak", "imbalance", "few", "empty_class",
    "missing_class", "merged_classes", "unsafe_name", "links", "ignored_folder", "converted", "tiny", "asked",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One accepted picture. `path` is relative to the dataset's root, with '/'; `split` is None until one is made."""

    path: str
    label: str
    split: Split | None
    sha256: str
    width: int
    height: int
    bytes: int
    group: str = ""


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
class ImageIndex:
    """The pictures of a dataset. `classes` is sorted by name and holds only classes that have a picture."""

    classes: tuple[str, ...]
    records: tuple[ImageRecord, ...]

    def of_split(self, split: Split) -> tuple[ImageRecord, ...]:
        return tuple(record for record in self.records if record.split == split)

    def counts(self) -> dict[str, dict[str, int]]:
        """Pictures of each class and split; records without a split count as train."""
        counts: dict[str, dict[str, int]] = {name: {} for name in self.classes}
        for record in self.records:
            split = record.split or "train"
            counts[record.label][split] = counts[record.label].get(split, 0) + 1
        return counts


@dataclass(frozen=True, slots=True)
class DatasetReport:
    """What `check` says. images + skipped + system_files is every file that was sent."""

    classes: dict[str, dict[str, int]]
    images: int
    skipped: tuple[Skipped, ...]
    system_files: int
    findings: tuple[Finding, ...]

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
        )


def class_counts(records: Iterable[ImageRecord]) -> Counter[str]:
    return Counter(record.label for record in records)
