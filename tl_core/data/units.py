"""Pictures that must stay together, as units with a count for each class; and which units judge. Knows no picture.

In arrays: a set of a million pictures has nearly as many units.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MOST_OF_A_CLASS = 0.6  # of its pictures may judge where its groups are big
_BLOCK = 1 << 14
Counts = list[tuple[int, int]]  # (class, pictures)


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """Unit i has the number `number[i]` and gives the pairs (code, count) from starts[i] to starts[i + 1].

    `rank` is its place in the seed's order, by its least content, whatever its number; `may_judge` where all may.
    """

    number: NDArray[np.int64]
    starts: NDArray[np.int64]
    code: NDArray[np.int64]
    count: NDArray[np.int64]
    may_judge: NDArray[np.bool_]
    rank: NDArray[np.uint64]

    @classmethod
    def of(
        cls, groups: NDArray[np.int64], label: NDArray[np.int32], *, trains: NDArray[np.bool_],
        blocked: NDArray[np.bool_], sha256: NDArray[np.uint8], seed: int,
    ) -> Units:  # fmt: skip
        """Of rows with the group's numbers from 0; `trains` marks rows that a unit can give, `blocked` unfit groups."""
        classes = int(label.max(initial=0)) + 1
        pairs, count = np.unique(groups[trains] * classes + label[trains], return_counts=True)
        number, starts = np.unique(pairs // classes, return_index=True)
        first = _least_rows(groups, sha256, number)
        return cls(
            number, np.append(starts, len(pairs)), pairs % classes, count, ~blocked[number], _ranks(sha256, first, seed)
        )

    def pairs(self, unit: int) -> Counts:
        block = slice(int(self.starts[unit]), int(self.starts[unit + 1]))
        return list(zip(self.code[block].tolist(), self.count[block].tolist(), strict=True))

    def chosen(self, share: float) -> NDArray[np.int64]:
        """Numbers of the units that validate: by rank while they fit, then the best fitting one for a class without."""
        totals = np.bincount(self.code, self.count).astype(np.int64).tolist()
        wanted = [min(max(1, round(total * share)), total - 1) for total in totals]
        taken = [0] * len(totals)
        fits = np.zeros(len(self.number), dtype=np.bool_)
        for unit, pairs in self._ranked():
            if all(taken[code] + count <= wanted[code] for code, count in pairs):
                fits[unit] = True
                _take(taken, pairs)
        left = self.may_judge & ~fits
        for code, total in enumerate(totals):
            if not total or taken[code]:
                continue
            best = self._best_for(code, left, taken, wanted=wanted, totals=totals)
            if best is not None:
                fits[best], left[best] = True, False
                _take(taken, self.pairs(best))
        return self.number[fits]

    def _ranked(self) -> Iterator[tuple[int, Counts]]:
        """The units that may judge, by rank, with their pairs."""
        able = np.flatnonzero(self.may_judge)
        order = able[np.argsort(self.rank[able], kind="stable")]
        for first in range(0, len(order), _BLOCK):
            block = order[first : first + _BLOCK]
            lengths = self.starts[block + 1] - self.starts[block]
            ends = np.cumsum(lengths)
            at = np.repeat(self.starts[block] - ends + lengths, lengths) + np.arange(int(ends[-1]))
            pairs = list(zip(self.code[at].tolist(), self.count[at].tolist(), strict=True))
            for unit, end, length in zip(block.tolist(), ends.tolist(), lengths.tolist(), strict=True):
                yield unit, pairs[end - length : end]

    def _best_for(
        self, code: int, left: NDArray[np.bool_], taken: list[int], *, wanted: list[int], totals: list[int]
    ) -> int | None:
        """Of the units that are left the one that takes a class nearest to what is wanted, and no class too far."""
        holders = np.searchsorted(self.starts, np.flatnonzero(self.code == code), side="right") - 1
        able = holders[left[holders]]
        best, least = None, float("inf")
        for unit in able[np.argsort(self.rank[able], kind="stable")].tolist():
            pairs = self.pairs(unit)
            if any(taken[own] + count > MOST_OF_A_CLASS * totals[own] for own, count in pairs):
                continue
            distance = sum(abs(taken[own] + count - wanted[own]) for own, count in pairs)
            if distance < least:
                best, least = unit, distance
        return best


def _take(taken: list[int], pairs: Counts) -> None:
    for code, count in pairs:
        taken[code] += count


def _least_rows(groups: NDArray[np.int64], sha256: NDArray[np.uint8], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each group the row whose content is the least."""
    words = np.ascontiguousarray(sha256).view(">u8")  # (rows, 4)
    order = np.lexsort((*words.T[::-1], groups))
    first: NDArray[np.int64] = order[np.searchsorted(groups[order], numbers)]
    return first


def _ranks(sha256: NDArray[np.uint8], rows: NDArray[np.int64], seed: int) -> NDArray[np.uint64]:
    ranks = np.empty(len(rows), dtype=np.uint64)
    start = hashlib.sha256(f"{seed}:".encode())
    for first in range(0, len(rows), _BLOCK):
        contents = sha256[rows[first : first + _BLOCK]].tobytes().hex().encode()
        for at in range(0, len(contents), 64):
            digest = start.copy()
            digest.update(contents[at : at + 64])
            ranks[first + at // 64] = int.from_bytes(digest.digest()[:8], "big")
    return ranks
