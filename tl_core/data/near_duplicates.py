"""Groups of pictures that are nearly the same: recompressed, resized, slightly edited. Works on hashes alone.

Two pictures are near when their 64-bit difference hashes differ in at most 7 bits and their tiny RGB versions agree,
brightness and contrast set aside. By the pigeonhole principle 7 differing bits leave one of eight bands of 8 bits
equal, so only pictures that share a band are compared (Manku et al. 2007, "Detecting near-duplicates for web
crawling"); in big sets the bands have 16 bits, and 3 differing ones are sure to be found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tl_core.data.decoder import Inspected
from tl_core.data.index import ImageRecord

MOST_BITS = 7
LEAST_CORRELATION = 0.99  # of the 8 x 8 RGB versions
LEAST_CONTRAST = 4.0  # grey levels of standard deviation; flatter pictures all look the same to a hash
MOST_IN_BAND = 2000  # pictures that share a band; beyond it the band says nothing
MANY = 50_000  # pictures, from which on the bands are wide


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
    colours = tiny.reshape(len(unique), -1, 3).astype(np.float32)  # (pictures, 64, 3)
    colours -= colours.mean(axis=1, keepdims=True)  # each colour by itself: a plain picture has no contrast
    centred = colours.reshape(len(unique), -1)  # (pictures, 192)
    contrast = np.sqrt((centred**2).mean(axis=1, keepdims=True))
    usable = np.flatnonzero(contrast[:, 0] >= LEAST_CONTRAST)
    standard = centred / np.maximum(contrast, 1e-6)
    parent = list(range(len(unique)))
    width = 16 if len(unique) > MANY else 8
    for band in range(0, 64, width):
        for members in _sharing(hashes, usable, band, width):
            _join(members, hashes, standard, parent)
    groups: dict[int, list[ImageRecord]] = defaultdict(list)
    for position, record in enumerate(unique):
        groups[_root(parent, position)].append(record)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _sharing(
    hashes: npt.NDArray[np.uint64], usable: npt.NDArray[np.intp], band: int, width: int
) -> list[npt.NDArray[np.intp]]:
    """Positions of the pictures whose `width` bits from `band` on are equal, in groups of two or more."""
    values = (hashes[usable] >> np.uint64(band)) & np.uint64((1 << width) - 1)
    order = np.argsort(values, kind="stable")
    borders = np.flatnonzero(np.diff(values[order])) + 1
    groups = np.split(usable[order], borders)
    return [group for group in groups if 1 < len(group) <= MOST_IN_BAND]


def _join(
    members: npt.NDArray[np.intp], hashes: npt.NDArray[np.uint64], standard: npt.NDArray[np.float32], parent: list[int]
) -> None:
    for at, one in enumerate(members[:-1]):
        others = members[at + 1 :]
        near = others[_bits(hashes[others] ^ hashes[one]) <= MOST_BITS]
        if len(near):
            correlation = standard[near] @ standard[one] / standard.shape[1]
            for other in near[correlation >= LEAST_CORRELATION]:
                parent[_root(parent, int(other))] = _root(parent, int(one))


def _bits(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint8]:
    return np.asarray(np.bitwise_count(values), dtype=np.uint8)


def _root(parent: list[int], position: int) -> int:
    while parent[position] != position:
        parent[position] = parent[parent[position]]
        position = parent[position]
    return position
