"""Rows of numbers kept on disk by the hash of the picture they came from: one file a set of pictures.

Knows neither what the rows mean nor how they are made. A file is the rows, then a footer of JSON (keys and a CRC-32 a
row), then the footer's length and a mark; it is written under a temporary name and moved, so it is whole or absent.
Rows whose checksum does not fit are missing again, and whoever needs them makes them again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from tl_core.errors import RunError

Rows = NDArray[Any]
MARK = b"THAWROWS"
TAIL_BYTES = 8 + len(MARK)
LEFTOVER_SECONDS = 24 * 3600
SPARE_BYTES = 200 * 2**20  # left free on the disk for journals, checkpoints and the model


@dataclass(frozen=True, slots=True)
class RowKind:
    """What makes two rows of the same picture equal: `parts` is everything the numbers depend on."""

    name: str  # the folder under the cache: "squares", "features"
    parts: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def row_bytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize

    def folder(self, cache: Path) -> Path:
        described = json.dumps([self.parts, list(self.shape), self.dtype])
        return cache / self.name / hashlib.sha256(described.encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on disk: where each key's row lies, and the checksum it had when it was written."""

    path: Path
    positions: dict[str, int]
    checksums: tuple[int | None, ...]
    rows: Rows

    def row(self, key: str) -> Rows | None:
        """The row, or None where it is not here, was never put, or its bytes were damaged."""
        position = self.positions.get(key)
        if position is None or self.checksums[position] is None:
            return None
        if checksum(self.rows[position]) != self.checksums[position]:
            return None
        return np.asarray(self.rows[position])


class RowFile:
    """The rows of `keys`, in order: what is stored already is found, the rest is put, then `finish` keeps them.

    Rows that were never put (somebody stopped, a picture is broken) are zero, and missing again the next time.
    A context manager that owns one temporary file. `missing` holds the positions that still have to be put.
    """

    def __init__(self, cache: Path, kind: RowKind, keys: Sequence[str]) -> None:
        self.kind = kind
        self.keys = tuple(keys)
        self.missing: list[int] = []
        self._folder = kind.folder(cache)
        self._path = self._folder / f"{set_name(self.keys)}.rows"
        self._checksums: list[int | None] = [None] * len(self.keys)
        self._file: BinaryIO | None = None
        self._temporary: Path | None = None
        self._complete: Stored | None = None

    def __enter__(self) -> RowFile:
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = read_stored(self._path, self.kind)
        if whole is not None and all(whole.row(key) is not None for key in self.keys):
            self._complete = whole
            return self
        self._begin(whole)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    def put(self, position: int, row: Rows) -> None:
        """Keeps the row of keys[position]."""
        if row.shape != self.kind.shape or row.dtype != np.dtype(self.kind.dtype):
            raise ValueError(f"a row of {row.dtype} {row.shape} for {self.kind.dtype} {self.kind.shape}")
        file = self._writing()
        contiguous = np.ascontiguousarray(row)
        file.seek(position * self.kind.row_bytes)
        file.write(contiguous.data)
        self._checksums[position] = checksum(contiguous)

    def so_far(self) -> Rows:
        """Every row put until now, mapped from the unfinished file; the others are zero."""
        if self._complete is not None:
            return self._complete.rows
        self._writing().flush()
        return mapped(self._temporary_path(), self.kind, len(self.keys))

    def finish(self) -> Rows:
        """Keeps what was put, and gives the rows (len(keys), *shape) mapped from the file."""
        if self._complete is not None:
            return self._complete.rows
        file = self._writing()
        footer = json.dumps({"keys": self.keys, "checksums": self._checksums}).encode()
        file.seek(len(self.keys) * self.kind.row_bytes)
        file.write(footer + len(footer).to_bytes(8, "little") + MARK)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        self._file = None
        os.replace(self._temporary_path(), self._path)
        self._temporary = None
        return mapped(self._path, self.kind, len(self.keys))

    def _begin(self, damaged: Stored | None) -> None:
        clear_leftovers(self._folder)
        needed = len(self.keys) * self.kind.row_bytes
        check_space(self._folder, needed)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
        self._temporary, self._file = Path(name), os.fdopen(handle, "w+b")
        self._file.truncate(needed)
        others = [damaged, *(read_stored(path, self.kind) for path in newest_first(self._folder))]
        sources = [stored for stored in others if stored is not None]
        for position, key in enumerate(self.keys):
            row = next((row for stored in sources if (row := stored.row(key)) is not None), None)
            if row is None:
                self.missing.append(position)
            else:
                self.put(position, row)

    def _writing(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("the file is not open for writing")
        return self._file

    def _temporary_path(self) -> Path:
        if self._temporary is None:
            raise ValueError("the file is finished")
        return self._temporary


def read_stored(path: Path, kind: RowKind) -> Stored | None:
    """The file, or None where it is absent, torn or of another shape."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            if size < TAIL_BYTES:
                return None
            file.seek(size - TAIL_BYTES)
            tail = file.read(TAIL_BYTES)
            length = int.from_bytes(tail[:8], "little")
            if tail[8:] != MARK or length > size - TAIL_BYTES:
                return None
            file.seek(size - TAIL_BYTES - length)
            footer = json.loads(file.read(length))
        keys, checksums = list(footer["keys"]), tuple(footer["checksums"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if len(keys) != len(checksums) or size != len(keys) * kind.row_bytes + length + TAIL_BYTES:
        return None
    positions = {str(key): position for position, key in enumerate(keys)}
    return Stored(path, positions, checksums, mapped(path, kind, len(keys)))


def mapped(path: Path, kind: RowKind, count: int) -> Rows:
    if count == 0:
        return np.zeros((0, *kind.shape), dtype=kind.dtype)
    return np.memmap(path, dtype=kind.dtype, mode="r", shape=(count, *kind.shape))


def set_name(keys: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(keys).encode()).hexdigest()[:24]


def checksum(row: Rows) -> int:
    return zlib.crc32(np.ascontiguousarray(row).data)


def newest_first(folder: Path) -> Iterator[Path]:
    dated = []
    for path in folder.glob("*.rows"):
        with contextlib.suppress(OSError):
            dated.append((path.stat().st_mtime, path))
    yield from (path for _, path in sorted(dated, reverse=True))


def clear_leftovers(folder: Path) -> None:
    """Removes what writers that were killed left behind; a day old, it belongs to nobody alive."""
    for path in folder.glob("*.part"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > LEFTOVER_SECONDS:
                path.unlink()


def check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed + SPARE_BYTES > free:
        raise RunError(
            f"The disk of '{folder}' has {free / 1e9:.1f} GB free; the prepared pictures need {needed / 1e9:.1f} GB.",
            "Free some space, choose another workspace with --workspace, or use fewer pictures.",
        )
