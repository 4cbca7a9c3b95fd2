"""Groups of pictures that are nearly the same: recompressed, resized, slightly edited. Works on columns alone.

Two pictures are near when their 64-bit difference hashes differ in at most 7 bits and their signatures agree,
brightness and contrast set aside. By the pigeonhole principle 7 differing bits leave one of eight bands of 8 bits
equal, so only pictures that share a band are compared (Manku et al. 2007, "Detecting near-duplicates for web
crawling"); in big sets the bands have 16 bits, and 3 differing ones are sure to be found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import Columns
from tl_core.data.looking import GREY_SIDE

GREYS = GREY_SIDE**2  # bytes of a signature; the rest are colours
MOST_BITS = 7
LEAST_CORRELATION = 0.99  # of the signatures
LEAST_CONTRAST = 4.0  # grey levels of standard deviation; flatter pictures all look the same to a hash
MOST_IN_BAND = 2000  # pictures that share a band; beyond it the band says nothing
MANY = 50_000  # pictures, from which on the bands are wide
_BLOCK = 1 << 14  # pictures or pairs whose signatures are held as floats at once

Positions = NDArray[np.int64]


def with_near_groups(columns: Columns) -> Columns:
    """The same pictures with the column `near` made anew."""
    return columns.with_(near=near_groups(columns))


def near_groups(columns: Columns) -> NDArray[np.int32]:
    """For each row the number, from 1, of its group of two or more different pictures; 0 for none.

    Exact copies share the number and do not make a group by themselves. Numbers rise with the first row of a group.
    """
    _, first, content = np.unique(columns.content_codes(), return_index=True, return_inverse=True)
    root = np.arange(len(first))
    hashes = columns.difference_hash[first]
    usable = np.flatnonzero(_contrasts(columns.signature, first) >= LEAST_CONTRAST)
    width = 16 if len(first) > MANY else 8
    for band in range(0, 64, width):
        ordered, last = _bands(hashes, usable, band, width)
        at, shift = np.arange(len(ordered)), 1
        while len(at := at[at + shift <= last[at]]):
            root = _joined(root, *_alike(columns.signature, first, hashes, root, (ordered[at], ordered[at + shift])))
            shift += 1
    return _numbered(root, content)


def _contrasts(signature: NDArray[np.uint8], rows: Positions) -> NDArray[np.float32]:
    """Standard deviation of each signature: a plain picture has none."""
    found = np.zeros(len(rows), dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        centred = _centred(signature[rows[start : start + _BLOCK]])
        found[start : start + _BLOCK] = np.sqrt((centred**2).mean(axis=1))
    return found


def _centred(tiny: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Without their brightness: the grey levels, and each colour by itself."""
    greys, colours = tiny[:, :GREYS].astype(np.float32), tiny[:, GREYS:].reshape(len(tiny), -1, 3).astype(np.float32)
    greys -= greys.mean(axis=1, keepdims=True)
    colours -= colours.mean(axis=1, keepdims=True)
    return np.concatenate([greys, colours.reshape(len(tiny), -1)], axis=1)


def _bands(hashes: NDArray[np.uint64], usable: Positions, band: int, width: int) -> tuple[Positions, Positions]:
    """Pictures ordered by their `width` bits from `band` on, those that share them with few others; and for each the
    last place in that order with the same bits.
    """
    values = (hashes[usable] >> np.uint64(band)) & np.uint64((1 << width) - 1)
    sizes = np.bincount(values.astype(np.int64), minlength=1 << width)
    kept = sizes[values.astype(np.int64)] <= MOST_IN_BAND
    order = np.argsort(values[kept], kind="stable")
    ordered = values[kept][order]
    return usable[kept][order], np.searchsorted(ordered, ordered, side="right") - 1


def _alike(
    signature: NDArray[np.uint8],
    first: Positions,
    hashes: NDArray[np.uint64],
    root: Positions,
    pairs: tuple[Positions, Positions],
) -> tuple[Positions, Positions]:
    """The pairs that are near, those that are known to belong together left out."""
    one, other = pairs
    close = (np.bitwise_count(hashes[one] ^ hashes[other]) <= MOST_BITS) & (root[one] != root[other])
    one, other = one[close], other[close]
    near = np.zeros(len(one), dtype=np.bool_)
    for start in range(0, len(one), _BLOCK):
        block = slice(start, start + _BLOCK)
        a, b = _centred(signature[first[one[block]]]), _centred(signature[first[other[block]]])
        scale = np.sqrt((a**2).sum(axis=1) * (b**2).sum(axis=1))
        near[block] = (a * b).sum(axis=1) >= LEAST_CORRELATION * scale
    return one[near], other[near]


def _joined(root: Positions, one: Positions, other: Positions) -> Positions:
    """`root` gives each picture the first of its group; the groups of each pair become one."""
    while len(one):
        low, high = np.minimum(root[one], root[other]), np.maximum(root[one], root[other])
        apart = low != high
        one, other = one[apart], other[apart]
        root = root.copy()
        np.minimum.at(root, high[apart], low[apart])
        while not np.array_equal(root, shorter := root[root]):
            root = shorter
    return root


def _numbered(root: Positions, content: Positions) -> NDArray[np.int32]:
    sizes = np.bincount(root, minlength=len(root))
    group = root[content]
    group[sizes[group] < 2] = -1
    found, where, numbers = np.unique(group, return_index=True, return_inverse=True)
    rank = np.empty(len(found), dtype=np.int32)
    real = found >= 0
    rank[~real] = 0
    rank[real] = np.argsort(np.argsort(where[real])) + 1
    return rank[numbers] if len(numbers) else np.zeros(0, dtype=np.int32)
