"""Gathers rows one at a time into columns, in memory that grows by what a row holds and nothing else.

Rows come in any order and some are given up again: `columns` and `blocks` take those that stay, in the order asked.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import ROW, ROW_COLUMNS, SPLIT_CODES, Columns, gathered_paths, note_mask
from tl_core.data.headers import FORMATS
from tl_core.data.looking import Looked
from tl_core.data.record import ImageRecord, Split

CHUNK = 1 << 13  # rows


class Named(NamedTuple):
    """What a row says by words; the rest of it are numbers. `stored` as in ImageRecord."""

    path: str
    label: str
    split: Split | None
    group: str
    stored: bool


class ColumnsBuilder:
    """Owns the chunks. `labels` come first in the table of labels, used or not."""

    def __init__(self, labels: Sequence[str] = ()) -> None:
        self._chunks: list[NDArray[Any]] = []
        self._rows = 0
        self._path_bytes = bytearray()
        self._path_ends = array("q")
        self._labels = {label: code for code, label in enumerate(labels)}
        self._groups, self._cameras, self._formats = {"": 0}, {"": 0}, {"": 0}

    def __len__(self) -> int:
        return self._rows

    def append(self, record: ImageRecord, *, format: str = "", notes: Iterable[str] = ()) -> int:
        """The row's position. Raises ValueError for a hash that is not 64 hexadecimal digits."""
        position = self._rows
        content = bytes.fromhex(record.sha256)
        if len(content) != 32:
            raise ValueError(f"'{record.sha256}' is no SHA-256 in hexadecimal digits")
        if position % CHUNK == 0:
            self._chunks.append(np.zeros(CHUNK, dtype=ROW))
        row = self._chunks[-1][position % CHUNK]
        row["sha256"] = np.frombuffer(content, dtype=np.uint8)
        row["label"] = self._labels.setdefault(record.label, len(self._labels))
        row["split"] = SPLIT_CODES[record.split]
        row["group"] = self._groups.setdefault(record.group, len(self._groups))
        row["camera"] = self._cameras.setdefault(record.camera, len(self._cameras))
        row["format"] = self._formats.setdefault(format, len(self._formats))
        row["taken"] = math.nan if record.taken is None else record.taken
        row["notes"] = note_mask(notes)
        for name in ("width", "height", "bytes", "near", "stored", "brightness", "contrast"):
            row[name] = getattr(record, name)
        self._path_bytes += record.path.encode("utf-8", "surrogatepass")
        self._path_ends.append(len(self._path_bytes))
        self._rows += 1
        return position

    def extend(self, names: Sequence[Named], indexed: NDArray[Any], cameras: Sequence[str]) -> None:
        """Adds a row for each name, with the numbers that the index pass found (rows of answers.INDEXED)."""
        rows = np.zeros(len(names), dtype=ROW)
        for column in ("sha256", "bytes", "width", "height", "taken"):
            rows[column] = indexed[column]
        for column, table, words in (("camera", self._cameras, cameras), ("format", self._formats, FORMATS)):
            used = np.unique(indexed[column])
            codes = np.zeros(len(words), dtype=np.int32)
            codes[used] = [table.setdefault(words[code], len(table)) for code in used]
            rows[column] = codes[indexed[column]]
        rows["label"] = [self._labels.setdefault(name.label, len(self._labels)) for name in names]
        rows["group"] = [self._groups.setdefault(name.group, len(self._groups)) for name in names]
        rows["split"] = [SPLIT_CODES[name.split] for name in names]
        rows["stored"] = [name.stored for name in names]
        for name in names:
            self._path_bytes += name.path.encode("utf-8", "surrogatepass")
            self._path_ends.append(len(self._path_bytes))
        while len(rows):
            at = self._rows % CHUNK
            if at == 0:
                self._chunks.append(np.zeros(CHUNK, dtype=ROW))
            some, rows = rows[: CHUNK - at], rows[CHUNK - at :]
            self._chunks[-1][at : at + len(some)] = some
            self._rows += len(some)

    def take(self, columns: Columns, at: int, record: ImageRecord) -> None:
        """Adds row `at` of other columns, with what `record` says instead of what it said there."""
        self.append(record, format=columns.formats[columns.format[at]])
        row = self._chunks[-1][(self._rows - 1) % CHUNK]
        for name in ("detail", "notes", "difference_hash", "signature"):
            row[name] = getattr(columns, name)[at]

    def content(self, position: int) -> tuple[str, int]:
        """A row's SHA-256 in hexadecimal digits, and the size of the file."""
        row = self._chunks[position // CHUNK][position % CHUNK]
        return row["sha256"].tobytes().hex(), int(row["bytes"])

    def look(self, position: int, found: Looked, notes: Iterable[str] = ()) -> None:
        """Adds what was seen in the picture of a row."""
        row = self._chunks[position // CHUNK][position % CHUNK]
        row["signature"] = np.frombuffer(found.signature, dtype=np.uint8)
        for name in ("difference_hash", "brightness", "contrast", "detail"):
            row[name] = getattr(found, name)
        row["notes"] |= note_mask(notes)

    @property
    def tables(self) -> dict[str, Any]:
        """The names that the codes of label, group, camera and format stand for."""
        return {
            "labels": tuple(self._labels), "groups": tuple(self._groups), "cameras": tuple(self._cameras),
            "formats": tuple(self._formats),
        }  # fmt: skip

    def columns(self) -> Columns:
        """Every row, in memory."""
        everything = np.arange(self._rows)
        columns: dict[str, Any] = {
            name: np.concatenate(list(self.blocks(name, everything))) for name in (*ROW_COLUMNS, "path_bytes")
        }
        return Columns(**self.tables, **columns, path_ends=np.array(self._path_ends, dtype=np.int64))

    def blocks(self, name: str, positions: NDArray[np.int64]) -> Iterator[NDArray[Any]]:
        """A column of the rows at `positions`, piece by piece; never empty."""
        if name in ("path_bytes", "path_ends"):
            ends = np.frombuffer(self._path_ends, dtype=np.int64)
            text = np.frombuffer(self._path_bytes, dtype=np.uint8)
            yield from gathered_paths(name, text, ends, positions)
            return
        yield np.zeros(0, dtype=ROW)[name]
        for first in range(0, len(positions), CHUNK):
            wanted = positions[first : first + CHUNK]
            block = np.empty(len(wanted), dtype=ROW[name])
            chunks = wanted // CHUNK
            for chunk in np.unique(chunks):
                inside = chunks == chunk
                block[inside] = self._chunks[chunk][name][wanted[inside] % CHUNK]
            yield block
