"""Immutable files of rows: written once under a temporary name, moved when whole, read in place ever after.

Knows neither which rows somebody wants nor how they are made. A shard is its rows, then a key (32 bytes) and a CRC-32
for each, then a tail that says how many, of what size, and whether keys and checksums are what was written. Rows are
read by system calls and not through a mapping: mapped pages count as the process's own memory, and 50,000 pictures are
10 GB of them. Whoever reads or writes a shard holds it, so that nobody makes room with it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import struct
import tempfile
import time
import zlib
from array import array
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from tl_core.errors import RunError
from tl_core.held_files import HeldFile
from tl_core.platform import fsync_folder

Rows = NDArray[Any]
Positions = NDArray[np.int64]
Keys = NDArray[np.uint8]  # (rows, KEY_BYTES)
Checksums = NDArray[np.uint32]

LAYOUT = 2
MARK = b"THAWROWS"
TAIL = struct.Struct("<QQI8s")  # rows, bytes of a row, CRC-32 of keys and checksums, mark
KEY_BYTES, CHECKSUM_BYTES = 32, 4
SUFFIX, UNFINISHED = ".shard", ".part"
STAMP = re.compile("[0-9]{20}")  # nanoseconds since 1970, at the beginning of a name
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class RowKind:
    """What makes two rows of the same key equal: `parts` is everything else that the numbers depend on."""

    name: str  # the folder under the cache: one of limits.KINDS
    parts: str
    shape: tuple[int, ...]
    dtype: str

    @property
    def row_bytes(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64)) * np.dtype(self.dtype).itemsize

    def folder(self, cache: Path) -> Path:
        described = json.dumps([LAYOUT, self.parts, list(self.shape), self.dtype])
        return cache / self.name / hashlib.sha256(described.encode()).hexdigest()[:24]

    def room(self, count: int) -> Rows:
        """Rows with nothing in them yet: memory that is not cleared first is several times as fast to fill."""
        return np.empty((count, *self.shape), dtype=self.dtype)


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """A whole file on disk, open for reading."""

    path: Path
    file: HeldFile
    keys: Keys
    checksums: Checksums

    def touch(self) -> None:
        """It was used now."""
        with suppress(OSError):  # gone meanwhile, or not ours: its rows can be read all the same
            os.utime(self.path)


class ShardWriter:
    """A shard that grows: its file comes with the first row, and is a shard from `finish` on, or gone at `discard`."""

    def __init__(self, folder: Path, kind: RowKind) -> None:
        self.kind = kind
        self._folder = folder
        self._file: HeldFile | None = None
        self._temporary = Path()
        self._keys = bytearray()
        self._checksums = array("I")

    @property
    def file(self) -> HeldFile:
        """Where the rows so far can be read."""
        if self._file is None:
            try:
                descriptor, name = tempfile.mkstemp(dir=self._folder, suffix=UNFINISHED)
            except OSError as error:
                full_disk(error, self._folder)
            self._temporary, self._file = Path(name), HeldFile(descriptor)
        return self._file

    def append(self, key: bytes, row: Rows) -> tuple[int, int]:
        """Its place and checksum. Raises ValueError for a row of another kind, RunError where the disk is full."""
        if row.shape != self.kind.shape or row.dtype != np.dtype(self.kind.dtype):
            raise ValueError(f"a row of {row.dtype} {row.shape} for {self.kind.dtype} {self.kind.shape}")
        contiguous = np.ascontiguousarray(row)
        self._write(contiguous.reshape(-1).data.cast("B"))
        self._keys += key
        self._checksums.append(checksum(contiguous))
        return len(self._checksums) - 1, self._checksums[-1]

    def __len__(self) -> int:
        return len(self._checksums)

    def finish(self) -> Shard:
        """The rows so far are on the disk for good."""
        keys, checksums = bytes(self._keys), np.array(self._checksums, dtype="<u4")
        footer = keys + checksums.tobytes()
        tail = TAIL.pack(len(checksums), self.kind.row_bytes, zlib.crc32(footer), MARK)
        self._write(memoryview(footer + tail))
        path = self._folder / shard_name(self._folder)
        try:
            file = self.file.moved(self._temporary, path)
        except OSError as error:
            self.discard()
            full_disk(error, self._folder)
        fsync_folder(self._folder)
        shard = Shard(path, file, as_keys(keys), checksums)
        self._file, self._keys, self._checksums = None, bytearray(), array("I")
        return shard

    def discard(self) -> None:
        """Of what is not finished nothing stays."""
        if self._file is not None:
            self._file.close()
            self._file, self._keys, self._checksums = None, bytearray(), array("I")
            self._temporary.unlink(missing_ok=True)

    def _write(self, data: memoryview) -> None:
        try:
            self.file.append(data)
        except OSError as error:
            self.discard()  # a part of a row may be in it
            full_disk(error, self._folder)


def open_shard(path: Path, kind: RowKind) -> Shard | None:
    """The shard, or None where it is torn or its footer is damaged. Raises FileNotFoundError where it has just gone."""
    file = HeldFile.open(path)
    size, tail = file.size, bytearray(TAIL.size)
    if size < TAIL.size or file.read_at(memoryview(tail), size - TAIL.size) != TAIL.size:
        return None
    count, row_bytes, known, mark = TAIL.unpack(tail)
    footer_bytes = count * (KEY_BYTES + CHECKSUM_BYTES)
    if mark != MARK or row_bytes != kind.row_bytes or size != count * row_bytes + footer_bytes + TAIL.size:
        return None
    footer = bytearray(footer_bytes)
    file.read_at(memoryview(footer), count * row_bytes)
    if zlib.crc32(footer) != known:
        return None
    keys = as_keys(bytes(footer[: count * KEY_BYTES]))
    return Shard(path, file, keys, np.frombuffer(footer, dtype="<u4", offset=count * KEY_BYTES))


def read_rows(file: HeldFile, places: Positions, kind: RowKind) -> tuple[Rows, bool]:
    """The rows at these places, neighbours at once, and whether the disk gave all of them; what it did not is zero."""
    rows, whole = kind.room(len(places)), True
    if not rows.size:
        return rows, True
    memory, size = rows.reshape(-1).data.cast("B"), kind.row_bytes
    starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
    ends = [*starts[1:].tolist(), len(places)]
    for start, end, place in zip(starts.tolist(), ends, places[starts].tolist(), strict=True):
        buffer = memory[start * size : end * size]
        if not filled(file, buffer, place * size):
            rows[start:end], whole = 0, False
    return rows, whole


def filled(file: HeldFile, buffer: memoryview, offset: int) -> bool:
    try:
        return file.read_at(buffer, offset) == len(buffer)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return False


def shard_name(folder: Path) -> str:
    """Later ones sort behind earlier ones, also after the clock was put back: a row that was made again is newer than
    the damaged one.
    """
    stamps = [path.name.partition("-")[0] for path in folder.glob(f"*{SUFFIX}")]
    newest = max((int(stamp) for stamp in stamps if STAMP.fullmatch(stamp)), default=0)
    return f"{max(time.time_ns(), newest + 1):020d}-{secrets.token_hex(6)}{SUFFIX}"


def checksum(row: Rows) -> int:
    return zlib.crc32(row.data)


def keys_of(names: Sequence[str]) -> Keys:
    """A fixed number of bytes for each key, whatever it is made of. (names, KEY_BYTES)"""
    return as_keys(b"".join(hashlib.sha256(name.encode()).digest() for name in names))


def as_keys(data: bytes) -> Keys:
    return np.frombuffer(data, dtype=np.uint8).reshape(-1, KEY_BYTES)


def places_in(shard: Shard, keys: Keys) -> Positions:
    """Where each key's row lies in the shard, -1 where it does not. Of equal keys the last row counts."""
    own, wanted = beginnings(shard.keys), beginnings(keys)
    if not len(own):
        return np.full(len(wanted), -1, dtype=np.int64)
    order = np.argsort(own, kind="stable")
    found = order[np.maximum(np.searchsorted(own[order], wanted, side="right") - 1, 0)]
    return np.where((shard.keys[found] == keys).all(axis=1), found, -1).astype(np.int64)


def beginnings(keys: Keys) -> NDArray[np.uint64]:
    """The first eight bytes of each key as a number to sort by; the whole key is compared afterwards."""
    return np.ascontiguousarray(keys[:, :8]).view(np.uint64)[:, 0]


def full_disk(error: OSError, folder: Path) -> NoReturn:
    if error.errno not in FULL:
        raise error
    raise RunError(
        f"The disk of '{folder}' is full: {error.strerror}.",
        "Free some space, or choose another workspace with --workspace; then start again.",
    ) from error
