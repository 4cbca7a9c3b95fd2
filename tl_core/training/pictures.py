"""The pictures of a run as values: squares on disk, and which of them train, validate and test. Knows no network."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tl_core.caching.kept import KeptRows

Positions = NDArray[np.int64]
Squares = NDArray[np.uint8] | KeptRows  # in memory, or read from the disk as they are asked for

# A stop before there is a model still learns from so many pictures of each class (fewer where classes are many).
QUICK_A_CLASS, QUICK_IN_ALL = 8, 400


@dataclass(frozen=True, slots=True)
class Part:
    """One split: which rows of the squares, and what they show."""

    positions: Positions  # (n,)
    labels: Positions  # (n,)

    def __len__(self) -> int:
        return len(self.positions)

    def within(self, available: NDArray[np.bool_]) -> Part:
        """Only the rows that are available."""
        kept = available[self.positions]
        return Part(self.positions[kept], self.labels[kept])

    def quick(self, num_classes: int) -> Positions:
        """The first few rows of every class."""
        most = max(1, min(QUICK_A_CLASS, QUICK_IN_ALL // num_classes))
        chosen = [self.positions[self.labels == label][:most] for label in range(num_classes)]
        return np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """`squares` has a row for each of `content_hashes` (SHA-256 of the files); the parts point into it."""

    classes: tuple[str, ...]
    content_hashes: tuple[str, ...]
    squares: Squares  # (rows, resize_size, resize_size, 3)
    train: Part
    val: Part
    test: Part
    together: Positions | None = None  # a number for every row of the squares: equal ones are left out together
    folds: tuple[Positions, ...] = ()  # for each repeat the fold of every row of the squares
    paths: tuple[str, ...] = ()  # of each row of the squares, where they have files; of copies the first
    told: NDArray[np.bool_] | None = None  # rows of the squares that teach and never measure

    @property
    def mark(self) -> str:
        """Equal for the same pictures on the same sides."""
        digest = hashlib.sha256("".join(self.content_hashes).encode("ascii"))
        for part in (self.train, self.val):
            digest.update(part.positions.tobytes() + b"/" + part.labels.tobytes())
        return digest.hexdigest()

    @property
    def left_out(self) -> NDArray[np.bool_]:
        """Which of the training pictures may measure heads that were fitted without them."""
        if self.told is None:
            return np.ones(len(self.train), dtype=np.bool_)
        return np.asarray(~self.told[self.train.positions])

    def measured(self, measured_on: str) -> Part:
        """The part that the result is measured on; for "cross-validation" that is none."""
        return {"test": self.test, "validation": self.val}.get(measured_on, empty_part())

    def within(self, available: NDArray[np.bool_]) -> TrainingData:
        parts = {name: getattr(self, name).within(available) for name in ("train", "val", "test")}
        return replace(self, **parts)


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """Where a run keeps what it makes, and where caches lie; and the dataset's folder, for what the run notes of it."""

    model: Path
    checkpoints: Path
    cache: Path
    dataset: Path | None = None


def empty_part() -> Part:
    return Part(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def rows_of(parts: Iterable[Part]) -> Positions:
    """Every row that any of the parts has, once, in order."""
    every = [part.positions for part in parts]
    return np.unique(np.concatenate(every)) if every else np.zeros(0, dtype=np.int64)


def first_of(wanted: Positions, first: Collection[int]) -> Positions:
    """The wanted rows with those in `first` before the others."""
    is_first = np.isin(wanted, np.fromiter(first, dtype=np.int64, count=len(first)))
    return np.concatenate([wanted[is_first], wanted[~is_first]])
