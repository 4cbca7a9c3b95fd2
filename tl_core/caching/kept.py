"""Rows that lie in several shards, read as if they were one array: `rows[positions]`.

Knows where rows lie, not what they mean. A row's checksum is compared when it is read for the first time, so that
nothing is read twice; what turns out to be damaged is made again by whoever knows how, and kept in a shard of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.caching.shards import Checksums, Keys, Positions, RowKind, Rows, ShardWriter, checksum, read_rows
from tl_core.errors import RunError
from tl_core.held_files import HeldFile

Make = Callable[[Positions], Iterable[tuple[int, Rows]]]  # each of the positions with its row, in any order
ABSENT = -1


class KeptRows:
    """(keys, *shape). Rows that nobody has made are zero. It may be read from several threads."""

    def __init__(self, kind: RowKind, keys: Keys, folder: Path) -> None:
        self.kind, self.shape, self.dtype = kind, (len(keys), *kind.shape), np.dtype(kind.dtype)
        self.make_again: Make | None = None
        self.folder, self._keys = folder, keys
        self._every = np.arange(len(keys))
        self._files: list[HeldFile] = []
        self._file_of = np.full(len(keys), ABSENT, dtype=np.int32)
        self._place = np.zeros(len(keys), dtype=np.int64)
        self._checksum = np.zeros(len(keys), dtype=np.uint32)
        self._is_checked = np.zeros(len(keys), dtype=bool)
        self._mending = threading.Lock()

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, positions: Any) -> NDArray[Any]:
        """A copy of one row, or of those that an array or a slice names."""
        chosen = self._every[positions]
        several = np.atleast_1d(chosen)
        rows, damaged = self._read(several)
        if len(damaged):
            self._mend(set(self._file_of[damaged].tolist()))
            rows, damaged = self._read(several)
        if len(damaged):
            raise RunError(
                f"What is kept in '{self.folder}' is damaged and could not be made again.",
                "Delete that folder and start again; if it comes back, check the disk.",
            )
        found: NDArray[Any] = rows if chosen.ndim else rows[0]
        return found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """Everything, in memory."""
        return np.asarray(self[:], dtype=dtype)

    @property
    def absent(self) -> Positions:
        return np.flatnonzero(self._file_of == ABSENT).astype(np.int64)

    def add(
        self, file: HeldFile, positions: Positions, places: Positions, checksums: Checksums, *, is_checked: bool
    ) -> None:
        """From now on the rows of these positions are read from these places of the file."""
        if file not in self._files:
            self._files.append(file)
        self._place[positions], self._checksum[positions] = places, checksums
        self._is_checked[positions] = is_checked
        self._file_of[positions] = self._files.index(file)

    def put(self, position: int, row: Rows, writer: ShardWriter) -> None:
        """Writes the row; from now on it is read from there."""
        place, known = writer.append(self._keys[position].tobytes(), row)
        at, checksums = np.array([position]), np.array([known], dtype=np.uint32)
        self.add(writer.file, at, np.array([place]), checksums, is_checked=True)

    def keep(self, writer: ShardWriter) -> None:
        """What was put into the writer stays on the disk."""
        if len(writer):
            number = self._files.index(writer.file)
            self._files[number] = writer.finish().file

    def _read(self, positions: Positions) -> tuple[Rows, Positions]:
        """The rows, and those of the positions whose bytes are not what was written."""
        # Asked before the bytes are read, too: what another thread mends meanwhile says nothing about these.
        was_checked, files = self._is_checked[positions], self._file_of[positions]
        numbers = set(files.tolist())
        if len(numbers) == 1 and ABSENT not in numbers:
            rows = self._read_from(numbers.pop(), positions)
        else:
            rows = self.kind.room(len(positions))
            for number in numbers:
                here = files == number
                rows[here] = 0 if number == ABSENT else self._read_from(number, positions[here])
        is_checked = was_checked & self._is_checked[positions]
        new = np.flatnonzero(~is_checked & (files != ABSENT))
        fits = np.array([checksum(rows[at]) == self._checksum[positions[at]] for at in new.tolist()], dtype=bool)
        self._is_checked[positions[new[fits]]] = True
        return rows, positions[new[~fits]]

    def _read_from(self, number: int, positions: Positions) -> Rows:
        rows, is_whole = read_rows(self._files[number], self._place[positions], self.kind)
        if not is_whole:
            self._is_checked[positions] = False
        return rows

    def _mend(self, numbers: set[int]) -> None:
        """Makes again what is damaged in these files: all of it at once, since damage seldom comes alone."""
        with self._mending:
            unknown = np.flatnonzero(np.isin(self._file_of, list(numbers)) & ~self._is_checked)
            damaged = np.unique(
                np.concatenate([unknown[:0], *(self._read(unknown[at : at + 1])[1] for at in range(len(unknown)))])
            )
            if self.make_again is None or not len(damaged):
                return
            writer = ShardWriter(self.folder, self.kind)
            try:
                for position, row in self.make_again(damaged):
                    self.put(position, row, writer)
                self.keep(writer)
            finally:
                writer.discard()
