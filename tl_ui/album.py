"""The pictures of a dataset class by class and page by page. Knows no owner, no HTTP and no component.

A page costs what it shows: a million pictures are sorted by class once, as numbers, and no record is made before it is
asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data import overview
from tl_core.data.columns import Columns
from tl_core.data.edit_replay import find_path
from tl_core.data.index import SPLITS, ImageRecord

SAMPLES = 8  # pictures of a class on its card
MOST_ON_A_PAGE = 400


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a longer list, with how many there are in all."""

    items: tuple[dict[str, Any], ...]
    total: int

    def to_dict(self, name: str) -> dict[str, Any]:
        return {name: list(self.items), "total": self.total}


class Album:
    """Reads one opened dataset's columns; holds positions and counts, never records."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._order = np.argsort(columns.label, kind="stable")
        labels = len(columns.labels)
        self._starts = np.searchsorted(columns.label[self._order], np.arange(labels + 1))
        sides = np.maximum(columns.split, 0).astype(np.int64)  # without a split: to be divided, as the report counts
        counted = np.bincount(columns.label.astype(np.int64) * len(SPLITS) + sides, minlength=labels * len(SPLITS))
        self._counts = counted.reshape(labels, len(SPLITS))
        self._code_of = {name: code for code, name in enumerate(columns.labels)}
        self._names = sorted(name for name, code in self._code_of.items() if self._counts[code].any())

    def classes(self, start: int = 0, count: int = 48, query: str = "") -> Page:
        """Classes by name, those that hold `query` where one is given; `largest` of any stands with each."""
        wanted = query.casefold()
        names = [name for name in self._names if wanted in name.casefold()] if wanted else self._names
        shown = names[start : start + min(count, MOST_ON_A_PAGE)]
        return Page(tuple(self._class(name) for name in shown), len(names))

    @property
    def largest_class(self) -> int:
        """Pictures of the largest class."""
        return int(self._counts.sum(axis=1).max(initial=0))

    def pictures(self, label: str, start: int = 0, count: int = 120) -> Page:
        """The pictures of a class, by path; none where there is no such class."""
        positions = self._of_class(label)
        shown = positions[start : start + min(count, MOST_ON_A_PAGE)]
        return Page(tuple(picture(self.columns.record(int(position))) for position in shown), len(positions))

    def record_of(self, sha256: str) -> ImageRecord | None:
        """The first picture with this content."""
        wanted = np.frombuffer(bytes.fromhex(sha256), dtype=np.uint8)
        order, keys = self._by_hash
        key = _beginnings(wanted[None])[0]
        for at in range(int(np.searchsorted(keys, key)), int(np.searchsorted(keys, key, side="right"))):
            if np.array_equal(self.columns.sha256[order[at]], wanted):
                return self.columns.record(int(order[at]))
        return None

    def records_of(self, paths: Iterable[str]) -> list[ImageRecord]:
        """The records of some paths, in their order; paths of no picture are passed over."""
        found = []
        for path in paths:
            at = find_path(self.columns, path)
            if at >= 0:
                found.append(self.columns.record(at))
        return found

    @cached_property
    def extremes(self) -> tuple[ImageRecord, ImageRecord] | None:
        """The smallest and the largest picture by their pixels; None without any."""
        ends = overview.extremes(self.columns)
        return (self.columns.record(ends[0]), self.columns.record(ends[1])) if ends else None

    @cached_property
    def formats(self) -> list[tuple[str, int]]:
        """Formats with their pictures, the commonest first."""
        return overview.formats(self.columns)

    def spread(self, count: int) -> list[ImageRecord]:
        """Some pictures from all over the dataset."""
        step = max(1, len(self.columns) // count)
        return [self.columns.record(at) for at in range(0, len(self.columns), step)[:count]]

    @cached_property
    def _by_hash(self) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        keys = _beginnings(self.columns.sha256)
        order = np.argsort(keys, kind="stable")
        return order, keys[order]

    def _of_class(self, label: str) -> NDArray[np.int64]:
        code = self._code_of.get(label)
        return self._order[:0] if code is None else self._order[self._starts[code] : self._starts[code + 1]]

    def _class(self, name: str) -> dict[str, Any]:
        """Its first pictures are spread over it, so that not all come from one shoot."""
        positions = self._of_class(name)
        spread = positions[:: max(1, len(positions) // SAMPLES)][:SAMPLES]
        counts = self._counts[self._code_of[name]]
        return {
            "name": name,
            "images": len(positions),
            "splits": {split: int(n) for split, n in zip(SPLITS, counts, strict=True) if n},
            "samples": [picture(self.columns.record(int(position))) for position in spread],
        }


def _beginnings(hashes: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """The first eight bytes of each hash, as a number to sort by."""
    return np.ascontiguousarray(hashes[:, :8]).view(np.uint64).ravel()


def picture(record: ImageRecord) -> dict[str, Any]:
    """What the page needs of a picture."""
    return {
        "path": record.path,
        "sha256": record.sha256,
        "split": record.split or "",
        "label": record.label,
        "width": record.width,
        "height": record.height,
    }
