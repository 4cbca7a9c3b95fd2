"""Groups of pictures that are nearly the same: recompressed, resized, slightly edited. Works on hashes alone.

Two pictures are near when their 64-bit difference hashes differ in at most 3 bits and their tiny RGB versions agree.
By the pigeonhole principle 3 differing bits leave one of four 16-bit bands equal, so only pictures that share a band
are compared (Manku et al. 2007, "Detecting near-duplicates for web crawling").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tl_core.data.decoder import Inspected
from tl_core.data.index import ImageRecord

MOST_BITS = 3
MOST_DIFFERENCE = 6.0  # grey levels, on average over the 8 x 8 RGB versions
LEAST_CONTRAST = 4.0  # grey levels of standard deviation; flatter pictures all look the same to a hash
MOST_IN_BAND = 2000  # pictures that share a band; beyond it the band says nothing
BANDS = (0, 16, 32, 48)


def near_duplicates(
    records: Sequence[ImageRecord], inspected: Mapping[str, Inspected]
) -> list[tuple[ImageRecord, ...]]:
    """Groups of two or more different pictures (exact copies count once), each sorted by path."""
    first: dict[str, ImageRecord] = {}
    for record in records:
        first.setdefault(record.sha256, record)
    unique = list(first.values())
    if len(unique) < 2:
        return []
    hashes = np.array([inspected[record.path].difference_hash for record in unique], dtype=np.uint64)
    tiny = np.frombuffer(b"".join(inspected[record.path].signature for record in unique), dtype=np.uint8)
    tiny = tiny.reshape(len(unique), -1)  # (pictures, 192)
    usable = np.flatnonzero(tiny.std(axis=1) >= LEAST_CONTRAST)
    parent = list(range(len(unique)))
    for band in BANDS:
        for members in _sharing(hashes, usable, band):
            _join(members, hashes, tiny, parent)
    groups: dict[int, list[ImageRecord]] = defaultdict(list)
    for position, record in enumerate(unique):
        groups[_root(parent, position)].append(record)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _sharing(hashes: npt.NDArray[np.uint64], usable: npt.NDArray[np.intp], band: int) -> list[npt.NDArray[np.intp]]:
    """Positions of the pictures whose 16 bits from `band` on are equal, in groups of two or more."""
    values = (hashes[usable] >> np.uint64(band)) & np.uint64(0xFFFF)
    order = np.argsort(values, kind="stable")
    borders = np.flatnonzero(np.diff(values[order])) + 1
    groups = np.split(usable[order], borders)
    return [group for group in groups if 1 < len(group) <= MOST_IN_BAND]


def _join(
    members: npt.NDArray[np.intp], hashes: npt.NDArray[np.uint64], tiny: npt.NDArray[np.uint8], parent: list[int]
) -> None:
    for at, one in enumerate(members[:-1]):
        others = members[at + 1 :]
        near = others[_bits(hashes[others] ^ hashes[one]) <= MOST_BITS]
        if len(near):
            differences = np.abs(tiny[near].astype(np.int16) - tiny[one].astype(np.int16)).mean(axis=1)
            for other in near[differences <= MOST_DIFFERENCE]:
                parent[_root(parent, int(other))] = _root(parent, int(one))


def _bits(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    return np.asarray(np.bitwise_count(values), dtype=np.uint8)


def _root(parent: list[int], position: int) -> int:
    while parent[position] != position:
        parent[position] = parent[parent[position]]
        position = parent[position]
    return position
