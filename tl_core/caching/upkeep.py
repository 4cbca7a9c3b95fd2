"""Keeps the cache small and tidy: makes room by what was used longest ago, merges small shards, clears leftovers.

Knows files and their ages; nothing that somebody holds is touched, so a run keeps what it uses even above the limit.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from tl_core.caching.limits import (
    SPARE_BYTES,
    UNFINISHED_COMPILED,
    CacheLimit,
    FreeBytes,
    by_age,
    everything_kept,
    free_bytes,
    kept_files,
)
from tl_core.caching.shards import KEY_BYTES, UNFINISHED, RowKind, Shard, ShardWriter, checksum, read_rows
from tl_core.errors import RunError
from tl_core.held_files import delete_unless_held

YOUNG_SECONDS = 60  # between a file's beginning and its being held
MANY_SHARDS = 16  # so many small ones are merged
SMALL_BYTES = 64 * 2**20
COPIED_AT_ONCE = 8 * 2**20


def make_room(cache: Path, needed: int, limit: CacheLimit, *, free: FreeBytes = free_bytes) -> None:
    """Deletes until `needed` bytes more fit under the limit and on the disk.

    Raises RunError where the disk has no room for them all the same.
    """
    clear_leftovers(cache)
    files = everything_kept(cache)
    too_much = sum(item.size for item in files) + needed - limit.bytes
    missing = needed + limit.spare - free(cache)
    can_help = missing <= sum(item.size for item in files)
    freed = 0
    for item in files:
        if freed >= max(too_much, missing if can_help else 0):
            break
        if not item.path.name.endswith(UNFINISHED) and delete_unless_held(item.path):
            freed += item.size
    if needed + limit.spare > free(cache):
        raise RunError(
            f"The disk of '{cache}' has {free(cache) / 1e9:.1f} GB free; "
            f"the prepared pictures need {needed / 1e9:.1f} GB.",
            "Free some space, choose another workspace with --workspace, or use fewer pictures.",
        )


def clear_leftovers(cache: Path) -> None:
    """Removes what writers that were killed left behind: unfinished, and held by nobody."""
    for item in (*kept_files(cache, f"*{UNFINISHED}"), *by_age(cache.glob(UNFINISHED_COMPILED))):
        if time.time() - item.used > YOUNG_SECONDS:
            delete_unless_held(item.path)


def merged(folder: Path, kind: RowKind, shards: Sequence[Shard], *, free: FreeBytes = free_bytes) -> list[Shard]:
    """The shards, newest first; where too many are small, the smaller half of these has become one.

    So a row is copied a few times at most, however often a few are added. Damaged rows stay behind. What was merged
    while others held it is deleted by a later call, and not merged again.
    """
    shards = without_superseded(shards) if len(small_ones(shards)) > MANY_SHARDS else list(shards)
    small = small_ones(shards)
    chosen = {shard.path for shard in small[: len(small) // 2]} if len(small) > MANY_SHARDS else set()
    old = [shard for shard in shards if shard.path in chosen]
    if not old or sum(shard.file.size for shard in old) + SPARE_BYTES > free(folder):
        return list(shards)
    new = copied(old, folder, kind)
    for shard in old:
        shard.file.close()
        delete_unless_held(shard.path)
    return [*new, *(shard for shard in shards if shard.path not in chosen)]


def small_ones(shards: Iterable[Shard]) -> list[Shard]:
    return sorted((shard for shard in shards if shard.file.size < SMALL_BYTES), key=lambda shard: shard.file.size)


def without_superseded(shards: Sequence[Shard]) -> list[Shard]:
    """Those of which a row is still read; the others, whose every row lies in newer ones too, are let go of."""
    found, known = list[Shard](), set[bytes]()
    for shard in shards:
        data = shard.keys.tobytes()
        keys = {data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)}
        if keys <= known:
            shard.file.close()
            delete_unless_held(shard.path)
        else:
            found.append(shard)
            known |= keys
    return found


def copied(shards: Iterable[Shard], folder: Path, kind: RowKind) -> list[Shard]:
    """One shard with every whole row of the others, if there is any; of equal keys, the row of the first."""
    writer, known = ShardWriter(folder, kind), set[bytes]()
    at_once = max(1, COPIED_AT_ONCE // kind.row_bytes)
    try:
        for shard in shards:
            for start in range(0, len(shard.keys), at_once):
                places = np.arange(start, min(start + at_once, len(shard.keys)))
                rows, _ = read_rows(shard.file, places, kind)
                for place, row in zip(places.tolist(), rows, strict=True):
                    key = shard.keys[place].tobytes()
                    if key not in known and checksum(row) == shard.checksums[place]:
                        writer.append(key, row)
                        known.add(key)
        return [writer.finish()] if len(writer) else []
    finally:
        writer.discard()
