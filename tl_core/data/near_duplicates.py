"""Groups of pictures that are nearly the same: recompressed, resized, a little cut or edited. Works on columns alone.

Two pictures are near when they are alike (`likeness.py`), have the same colours and, where one is a part of the other,
nearly the same shape. How alike is enough depends on the set: the pictures are also compared with each other's mirror
images, which are as ordinary as they are and copies of nothing. The bar is the lowest at which mirror images make up
less than a tenth of what is found (a decoy search: Elias and Gygi 2007, doi:10.1038/nmeth1019), and higher where
strangers come near, as scans of one digit do.

imagehash (which cleanvision uses too; with 120 MB of scipy and PyWavelets) was tried on the same pictures: at 8 of 64
bits it found 60 % of the copies cut by a twentieth of each side and 8 % of those cut by a tenth (here 98 and 91), and
called 1,181 pairs of 1,500 Fashion-MNIST pictures alike (here 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.candidates import Positions, by_hash, crowding, nearest, strongest
from tl_core.data.columns import Columns
from tl_core.data.likeness import POINTS, Likeness, likeness_in, mirrored, points_of
from tl_core.data.looking import COLOUR_SIDE

LEAST_CONTRAST = 4.0  # grey levels of standard deviation; flatter pictures all look the same
SURE = 0.97  # likeness from which on two pictures are near in every set: recompressed, resized
UNLIKE_IN_CROWD = 0.25  # a crowd of digits, all much alike, raises the bar: to 0.95 where photographs have 0.84
BARS = np.arange(0.84, SURE, 0.01)  # below 0.84, strangers among ordinary photographs begin to meet
MIRROR_SHARE = 0.1  # of what is found
LEAST_COLOURS = 0.5  # correlation of the 4 x 4 colours, which a cut of a tenth lowers; and at most as much ...
MOST_HUE = 0.15  # ... of their squared difference in what is no grey: a red flag is no green one
SMALL = 64  # pixels of the short side; below, two scans of one digit differ no more than a picture and its part
MOST_STRETCH = 1.15  # how far the shapes of a picture and its part differ
COMPARED_ALL = 6_000  # pictures; beyond, only those whose hashes meet are compared, and the bar comes from a sample
SAMPLE = 4_000
_BLOCK = 1 << 14  # pictures whose signatures are held as floats at once
_PAIRS = 1 << 14  # pairs of a big set that are judged at once
LEAST_IN_MANY = 0.5  # likeness without cutting from which on a pair of a big set is looked at closer


@dataclass(frozen=True, slots=True, eq=False)
class _Looks:
    """What pairs are judged by; row i is picture i of the compared ones."""

    points: NDArray[np.float32]  # (pictures, 144)
    colours: NDArray[np.float32]  # (pictures, 48), length 1
    shape: NDArray[np.float64]  # log of width / height
    is_small: NDArray[np.bool_]

    @classmethod
    def of(cls, columns: Columns, rows: Positions) -> _Looks:
        signature = columns.signature[rows]
        width, height = columns.width[rows], columns.height[rows]
        shape = np.log(width / np.maximum(height, 1))
        return cls(points_of(signature), _colours(signature), shape, np.minimum(width, height) < SMALL)


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    one: Positions
    other: Positions
    likeness: NDArray[np.float32]

    def from_bar(self, bar: float) -> _Pairs:
        kept = self.likeness >= bar
        return _Pairs(self.one[kept], self.other[kept], self.likeness[kept])


def with_near_groups(columns: Columns) -> Columns:
    """The same pictures with the column `near` made anew."""
    return columns.with_(near=near_groups(columns))


def near_groups(columns: Columns) -> NDArray[np.int32]:
    """For each row the number, from 1, of its group of two or more different pictures; 0 for none.

    Exact copies share the number and do not make a group by themselves. Numbers rise with the first row of a group.
    """
    _, first, content = np.unique(columns.content_codes(), return_index=True, return_inverse=True)
    seen = np.flatnonzero(_contrasts(columns.signature, first) >= LEAST_CONTRAST)
    pairs = _near_in_few(columns, first[seen]) if len(seen) <= COMPARED_ALL else _near_in_many(columns, first[seen])
    root = _joined(np.arange(len(first)), seen[pairs.one], seen[pairs.other])
    return _numbered(root, content)


def _near_in_few(columns: Columns, rows: Positions) -> _Pairs:
    """Every picture is compared with every other."""
    looks = _Looks.of(columns, rows)
    likeness = likeness_in(looks.points)
    pairs, bar = _found_with_bar(looks, likeness)
    return pairs.from_bar(bar)


def _near_in_many(columns: Columns, rows: Positions) -> _Pairs:
    """Only pictures that share a part of their hashes are compared."""
    sample = _Looks.of(columns, rows[:: len(rows) // SAMPLE])
    likeness = likeness_in(sample.points)
    bar = _found_with_bar(sample, likeness)[1]
    one, other = by_hash(columns.difference_hash[rows])
    found = [_among(columns, rows, likeness, *pairs).from_bar(bar) for pairs in _blocks(one, other)]
    return _Pairs(
        *(np.concatenate(parts) for parts in zip(*((p.one, p.other, p.likeness) for p in found), strict=True))
    )


def _blocks(one: Positions, other: Positions) -> Iterator[tuple[Positions, Positions]]:
    """Pairs ordered by `one`, in blocks that hold all of a picture; at least one block."""
    start = 0
    while True:
        end = min(start + _PAIRS, len(one))
        if end < len(one):
            end = int(np.searchsorted(one, one[end], side="right"))
        yield one[start:end], other[start:end]
        start = end
        if start == len(one):
            return


def _among(columns: Columns, rows: Positions, likeness: Likeness, one: Positions, other: Positions) -> _Pairs:
    """The near ones of some pairs of positions in `rows`; only their pictures' signatures are held."""
    involved, at = np.unique(np.concatenate([one, other]), return_inverse=True)
    looks = _Looks.of(columns, rows[involved])
    one, other = strongest(likeness.of(looks.points), at[: len(one)], at[len(one) :], LEAST_IN_MANY)
    pairs = _judged(looks, looks, likeness, one, other)
    return _Pairs(involved[pairs.one], involved[pairs.other], pairs.likeness)


def _found_with_bar(looks: _Looks, likeness: Likeness) -> tuple[_Pairs, float]:
    pairs, decoys = _found(looks, likeness), _found(looks, likeness, with_mirrors=True)
    lowest = 1 - UNLIKE_IN_CROWD * (1 - crowding(likeness.of(looks.points))) ** 2
    return pairs, _bar(pairs, decoys, lowest)


def _found(looks: _Looks, likeness: Likeness, *, with_mirrors: bool = False) -> _Pairs:
    others = looks
    if with_mirrors:
        sides = looks.colours.reshape(-1, COLOUR_SIDE, COLOUR_SIDE, 3)[:, :, ::-1].reshape(looks.colours.shape)
        others = _Looks(mirrored(looks.points), sides, looks.shape, looks.is_small)
    one, other = nearest(likeness.of(looks.points), likeness.of(others.points))
    return _judged(looks, others, likeness, one, other)


def _judged(ones: _Looks, others: _Looks, likeness: Likeness, one: Positions, other: Positions) -> _Pairs:
    """Pairs of the same colours, with their likeness; those not surely near have nearly the same shape and are big."""
    one_in_other = likeness.best(others.points, likeness.of(ones.points), other, one)
    found = np.maximum(one_in_other, likeness.best(ones.points, likeness.of(others.points), one, other))
    stretch = np.abs(ones.shape[one] - others.shape[other])
    alike = _same_colours(ones.colours[one], others.colours[other])
    big = ~(ones.is_small[one] | others.is_small[other])
    kept = alike & ((big & (stretch <= np.log(MOST_STRETCH))) | (found >= SURE))
    return _Pairs(one[kept], other[kept], found[kept])


def _same_colours(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.bool_]:
    apart = (one - other).reshape(len(one), COLOUR_SIDE**2, 3)
    hue = apart - apart.mean(axis=2, keepdims=True)
    agreeing = np.einsum("ij,ij->i", one, other) >= LEAST_COLOURS
    return np.asarray(agreeing & (np.einsum("ijk,ijk->i", hue, hue) <= MOST_HUE))


def _bar(pairs: _Pairs, decoys: _Pairs, lowest: float) -> float:
    """The lowest likeness, from `lowest` on, at which few mirror images are found; SURE where there is none.

    Surely alike mirror images do not count: somebody may have put mirrored copies among the pictures.
    """
    for bar in (bar for bar in BARS if bar >= lowest):
        strangers = np.count_nonzero((decoys.likeness >= bar) & (decoys.likeness < SURE))
        if strangers <= MIRROR_SHARE * np.count_nonzero(pairs.likeness >= bar):
            return float(bar)
    return SURE


def _colours(signature: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Each colour without its mean: brightness and white balance set aside."""
    colours = signature[:, POINTS:].reshape(len(signature), COLOUR_SIDE**2, 3).astype(np.float32)
    colours -= colours.mean(axis=1, keepdims=True)
    flat = colours.reshape(len(signature), 3 * COLOUR_SIDE**2)
    flat /= np.maximum(np.sqrt(np.einsum("ij,ij->i", flat, flat)), np.float32(1e-6))[:, None]
    return flat


def _contrasts(signature: NDArray[np.uint8], rows: Positions) -> NDArray[np.float64]:
    """Standard deviation of each signature's grey levels: a plain picture has none, and fine noise none either."""
    found = np.zeros(len(rows))
    for start in range(0, len(rows), _BLOCK):
        found[start : start + _BLOCK] = signature[rows[start : start + _BLOCK], :POINTS].std(axis=1)
    return found


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
