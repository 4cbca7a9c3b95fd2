"""Rows of six bytes named by letters, for tests: made, kept, read and damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tl_core.caching.kept import KeptRows
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind

KIND = RowKind("squares", "any", (3, 2), "uint8")
ROW_BYTES = 6


def row(key: str) -> np.ndarray:
    return np.full((3, 2), ord(key), dtype=np.uint8)


class Maker:
    """Makes rows, and notes which."""

    def __init__(self, keys: str) -> None:
        self.keys = keys
        self.made: list[int] = []

    def __call__(self, positions: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        for position in positions.tolist():
            self.made.append(position)
            yield position, row(self.keys[position])


def fill(cache: Path, keys: str) -> tuple[KeptRows, Maker]:
    """All rows of the keys, and who makes them: those that were missing, and later those that are damaged."""
    maker = Maker(keys)
    with RowRequest(cache, KIND, list(keys)) as request:
        for position, made in maker(request.missing):
            request.put(position, made)
        return request.finish(maker), maker


def first_bytes(rows: KeptRows) -> str:
    return bytes(rows[:][:, 0, 0]).decode()


def shards(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.shard"))


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 255
    path.write_bytes(bytes(data))
