"""Which pairs of many pictures are worth a closer look. Knows vectors and hashes; decides nothing about pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]
LEAST = 0.25  # likeness without cutting: of pictures cut by a tenth of each side, 97 in 100 have more
MOST_EACH = 8  # the likest ones of each picture
STRANGER = 16  # the nearest before it may be copies
MOST_BITS = 14  # of 64 that differ; a cut by a twentieth of each side changes fewer in 95 of 100
MOST_IN_BAND = 2000  # pictures that share a band of bits; beyond it the band says nothing
MANY = 50_000  # pictures, from which on the bands are wide
_BLOCK = 512  # pictures that are compared with all others at once
_PAIRS = 1 << 14


def nearest(one: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[Positions, Positions]:
    """For each row of `one` the rows of `other`, of another position, that have the greatest product with it."""
    most = min(MOST_EACH, len(one) - 1)
    rows, partners = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(one) if most > 0 else 0, _BLOCK):
        products = one[start : start + _BLOCK] @ other.T  # (block, others)
        here = np.arange(len(products))
        products[here, start + here] = -1
        best = np.argpartition(products, -most, axis=1)[:, -most:]
        kept = products[here[:, None], best] >= LEAST
        rows.append(start + np.nonzero(kept)[0])
        partners.append(best[kept])
    return np.concatenate(rows), np.concatenate(partners)


def crowding(vectors: NDArray[np.float32]) -> float:
    """How near strangers come: the product with the sixteenth nearest, which three in four pictures reach."""
    place = min(STRANGER, len(vectors) - 1)
    if place < 1:
        return 0.0
    some = np.arange(0, len(vectors), max(1, len(vectors) // _BLOCK))
    products = vectors[some] @ vectors.T  # (some, all); the greatest is with itself
    return max(0.0, float(np.percentile(np.partition(products, -place - 1, axis=1)[:, -place - 1], 25)))


def strongest(
    vectors: NDArray[np.float32], one: Positions, other: Positions, least: float
) -> tuple[Positions, Positions]:
    """Of pairs those whose product is `least` or more, and of these the first ones of each row of `one`."""
    products = np.empty(len(one), dtype=np.float32)
    for start in range(0, len(one), _PAIRS):
        block = slice(start, start + _PAIRS)
        products[block] = np.einsum("ij,ij->i", vectors[one[block]], vectors[other[block]])
    kept = np.flatnonzero(products >= least)
    order = kept[np.lexsort((-products[kept], one[kept]))]
    ordered = one[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered, side="left")
    order = order[rank < MOST_EACH]
    return one[order], other[order]


def by_hash(hashes: NDArray[np.uint64]) -> tuple[Positions, Positions]:
    """Pairs of which few bits differ, among those that share one of eight bands of 8 bits.

    In big sets the bands have 16 bits, or there would be too many pairs (Manku et al. 2007, "Detecting near-duplicates
    for web crawling"). A pair may come more than once.
    """
    width = 16 if len(hashes) > MANY else 8
    ones, others = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for band in range(0, 64, width):
        ordered, last = _band(hashes, band, width)
        at, shift = np.arange(len(ordered)), 1
        while len(at := at[at + shift <= last[at]]):
            one, other = ordered[at], ordered[at + shift]
            close = np.bitwise_count(hashes[one] ^ hashes[other]) <= MOST_BITS
            ones.append(one[close])
            others.append(other[close])
            shift += 1
    pairs = np.unique(np.concatenate(ones) * len(hashes) + np.concatenate(others))
    return pairs // max(1, len(hashes)), pairs % max(1, len(hashes))


def _band(hashes: NDArray[np.uint64], band: int, width: int) -> tuple[Positions, Positions]:
    """Pictures ordered by their `width` bits from `band` on, those that share them with few others; and for each the
    last place in that order with the same bits.
    """
    values = ((hashes >> np.uint64(band)) & np.uint64((1 << width) - 1)).astype(np.int64)
    kept = np.flatnonzero(np.bincount(values, minlength=1 << width)[values] <= MOST_IN_BAND)
    order = kept[np.argsort(values[kept], kind="stable")]
    ordered = values[order]
    return order, np.searchsorted(ordered, ordered, side="right") - 1
