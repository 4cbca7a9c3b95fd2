"""Columns as one file that is memory-mapped when it is opened: a header of JSON, then each column's bytes.

Written under a temporary name and moved. It knows no dataset; a file that does not fit together is a ValueError.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns import ROW, ROW_COLUMNS, TABLES, Columns
from tl_core.platform import mapped, replacing

MAGIC = b"thawcol2"
_START = struct.Struct("<8sQ")  # magic, bytes of the header
_ALIGNMENT = 64
_DTYPES: dict[str, np.dtype[Any]] = {
    **{name: ROW[name] for name in ROW_COLUMNS},
    "path_bytes": np.dtype(np.uint8),
    "path_ends": np.dtype(np.int64),
}
Blocks = Callable[[str], Iterable[NDArray[Any]]]


def write_columns(path: Path, columns: Columns) -> None:
    tables = {name: getattr(columns, name) for name in TABLES}
    _write(path, len(columns), len(columns.path_bytes), tables, lambda name: [getattr(columns, name)])


def write_built(path: Path, builder: ColumnsBuilder, positions: NDArray[np.int64]) -> None:
    """The rows of a builder at `positions`, in that order, without a second copy in memory."""
    lengths = next(iter(builder.blocks("path_ends", positions)))
    path_bytes = int(lengths[-1]) if len(lengths) else 0
    _write(path, len(positions), path_bytes, builder.tables, lambda name: builder.blocks(name, positions))


def read_columns(path: Path) -> Columns:
    """Mapped, not read. Raises OSError, and ValueError for a file that is damaged."""
    data = mapped(path)
    if len(data) < _START.size:
        raise ValueError("it is cut off")
    magic, header_bytes = _START.unpack_from(data)
    if magic != MAGIC or header_bytes > len(data):
        raise ValueError("it does not start as it should")
    header = json.loads(bytes(data[_START.size : _START.size + header_bytes]))
    rows, path_bytes = int(header["rows"]), int(header["path_bytes"])
    columns: dict[str, Any] = {name: tuple(header["tables"][name]) for name in TABLES}
    end = _START.size + header_bytes
    for name, start, dtype, count in _places(end, rows, path_bytes):
        end = start + dtype.itemsize * count
        if end > len(data):
            raise ValueError(f"{len(data)} bytes, cut off in the column {name}")
        columns[name] = np.frombuffer(data, dtype=dtype.base, count=count * math.prod(dtype.shape), offset=start)
        columns[name] = columns[name].reshape(count, *dtype.shape)
    return Columns(**columns)


def _write(path: Path, rows: int, path_bytes: int, tables: Mapping[str, tuple[str, ...]], blocks: Blocks) -> None:
    header = json.dumps({"rows": rows, "path_bytes": path_bytes, "tables": tables}).encode("ascii")
    with replacing(path) as out:
        out.write(_START.pack(MAGIC, len(header)) + header)
        for name, start, dtype, _ in _places(_START.size + len(header), rows, path_bytes):
            out.write(bytes(start - out.tell()))
            for block in blocks(name):
                out.write(np.ascontiguousarray(block, dtype=dtype.base).data)


def _places(end: int, rows: int, path_bytes: int) -> Iterator[tuple[str, int, np.dtype[Any], int]]:
    """Name, first byte, type of a row and number of rows of each column."""
    for name, dtype in _DTYPES.items():
        count = path_bytes if name == "path_bytes" else rows
        start = -(-end // _ALIGNMENT) * _ALIGNMENT
        yield name, start, dtype, count
        end = start + dtype.itemsize * count
