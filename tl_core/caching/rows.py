"""Rows of numbers kept on disk by key, so that each is made once: what is wanted, what is missing, what was made.

Knows neither what the rows mean nor how they are made. Every request writes what it lacked into one new shard and
copies nothing; a row is found in whichever shard it lies. Two runs at once write a shard each, and either's rows serve.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

import numpy as np

from tl_core.caching.kept import KeptRows, Make
from tl_core.caching.limits import CacheLimit, cache_limit
from tl_core.caching.shards import (
    SUFFIX,
    Positions,
    RowKind,
    Rows,
    Shard,
    ShardWriter,
    keys_of,
    open_shard,
    places_in,
)
from tl_core.caching.upkeep import make_room, merged
from tl_core.errors import RunError
from tl_core.held_files import delete_unless_held

LOOKS = 5  # at a folder whose shards somebody else merges or deletes meanwhile


class RowRequest:
    """The rows of `keys`, in order: what is stored already is found, the rest is put, then `finish` keeps them.

    Rows that were never put (somebody stopped, a picture is broken) are zero, and missing again the next time.
    A context manager that owns one unfinished shard, and keeps it when the block ends early. `missing` holds the
    positions that have to be put.
    """

    def __init__(self, cache: Path, kind: RowKind, keys: Sequence[str], *, limit: CacheLimit | None = None) -> None:
        self.kind = kind
        self.missing: Positions = np.zeros(0, dtype=np.int64)
        self._cache, self._folder, self._limit = cache, kind.folder(cache), limit
        self._keys = keys_of(keys)
        self._rows = KeptRows(kind, self._keys, self._folder)
        self._writer = ShardWriter(self._folder, kind)

    def __enter__(self) -> RowRequest:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._find()
        self.missing = self._rows.absent
        if len(self.missing):
            limit = self._limit or cache_limit(self._cache)
            make_room(self._cache, len(self.missing) * self.kind.row_bytes, limit)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """However the block ends, what was put until then is kept, unless the disk is what ended it."""
        self.close(quietly=kind is not None)

    def close(self, *, quietly: bool) -> None:
        """Keeps what was put until then. `quietly` a disk that refuses it is no error: the rows are missing again."""
        try:
            with suppress(RunError, OSError) if quietly else nullcontext():
                self._rows.keep(self._writer)
        finally:
            self._writer.discard()

    def __len__(self) -> int:
        return len(self._keys)

    def count_missing(self) -> int:
        """How many have to be made as things are now; asked outside of the block, where nothing is held or merged."""
        absent = np.arange(len(self._keys))
        for shard in shards_of(self._folder, self.kind):
            absent = absent[places_in(shard, self._keys[absent]) < 0]
        return len(absent)

    def lacks(self, position: int) -> bool:
        """Whether the row has to be put."""
        at = int(np.searchsorted(self.missing, position))
        return at < len(self.missing) and int(self.missing[at]) == position

    def put(self, position: int, row: Rows) -> None:
        """Keeps the row of keys[position]; from now on it can be read."""
        self._rows.put(position, row, self._writer)

    def so_far(self, make_again: Make | None = None) -> KeptRows:
        """Every row that was found or put until now; more come in as they are put.

        `make_again` makes the rows of positions that turn out to be damaged when they are read; without it, reading
        raises RunError then.
        """
        self._rows.make_again = make_again
        return self._rows

    def finish(self, make_again: Make | None = None) -> KeptRows:
        """The same, kept on the disk."""
        self._rows.keep(self._writer)
        return self.so_far(make_again)

    def _find(self) -> None:
        """Takes each row from the newest shard that has it. Shards that have none are let go of here."""
        for shard in merged(self._folder, self.kind, shards_of(self._folder, self.kind)):
            absent = self._rows.absent
            places = places_in(shard, self._keys[absent])
            found = places >= 0
            if found.any():
                places = places[found]
                self._rows.add(shard.file, absent[found], places, shard.checksums[places], is_checked=False)
                shard.touch()


def shards_of(folder: Path, kind: RowKind) -> list[Shard]:
    """Every whole shard, newest first; torn ones are deleted. Looks again where the folder changes meanwhile."""
    found: list[Shard] = []
    for _ in range(LOOKS):
        paths = sorted(folder.glob(f"*{SUFFIX}"), reverse=True)
        found = [shard for path in paths if (shard := whole_or_deleted(path, kind)) is not None]
        if {shard.path for shard in found} == set(folder.glob(f"*{SUFFIX}")):
            break
    return found


def whole_or_deleted(path: Path, kind: RowKind) -> Shard | None:
    try:
        shard = open_shard(path, kind)
    except OSError:  # deleted by somebody else meanwhile, or not ours to read
        return None
    if shard is None:
        delete_unless_held(path)
    return shard
