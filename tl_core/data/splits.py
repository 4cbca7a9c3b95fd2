"""Which pictures train and which judge: seeded, stratified, whole groups on one side. Knows no picture's pixels."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import SPLIT_CODES
from tl_core.data.groups import kept_together
from tl_core.data.index import ImageIndex, Records
from tl_core.data.split_file import SplitRow, apply_split, read_split_csv, write_split_csv
from tl_core.errors import DataError

__all__ = ["SplitRow", "apply_split", "assign_splits", "check_classes", "read_split_csv", "write_split_csv"]
TRAIN, VAL, TEST = (SPLIT_CODES[name] for name in ("train", "val", "test"))
MOST_OF_A_CLASS = 0.6  # of its pictures may judge where its groups are big


def assign_splits(
    index: ImageIndex, *, validation_share: float, seed: int, used_in: str | None = None, group_by: str | None = None
) -> ImageIndex:
    """Every record with a split. The person's own are kept; a validation split is cut from train if there is none.

    Exact copies, near-duplicates and bursts stay on one side, and so do whole groups where the model is for "new"
    places or a grouping is named (see groups.py). Stratified as far as groups allow: each class gives its share, at
    least one picture and never its last. A picture that lies in two classes, or near one of test, never validates. A
    group's place depends on the seed and its bytes alone, so that adding pictures moves few others. What could not be
    held, places.py says. Raises DataError for fewer than two classes, for one picture over and over, and for a class
    that only validation or test has.
    """
    check_classes(index)
    split = np.where(index.columns.split < 0, TRAIN, index.columns.split).astype(np.int8)
    if not (split == VAL).any():
        groups = kept_together(index, used_in=used_in, group_by=group_by)
        chosen = [unit.number for unit in _chosen(_units(index, split, groups), validation_share, seed)]
        split[np.isin(groups, chosen) & (split == TRAIN)] = VAL
    return ImageIndex(index.classes, Records(index.columns.with_(split=split)))


def check_classes(index: ImageIndex) -> None:
    """Raises DataError where nothing could be learned or measured: one kind or one picture alone, or a kind only in
    val or test.
    """
    if len(index.classes) < 2:
        found = f"Only one kind was found: '{index.classes[0]}'." if index.classes else "No pictures were found."
        raise DataError(found, "Put at least two kinds of pictures each in a folder of its own; one may be 'other'.")
    columns = index.columns
    if not columns.content_codes().any():
        raise DataError(
            f"All {len(columns):,} pictures are the same one: there is nothing to tell apart.", "Bring other pictures."
        )
    trained = np.unique(columns.label[(columns.split < 0) | (columns.split == TRAIN)])
    for split, folder in ((VAL, "validation"), (TEST, "test")):
        lacking = np.setdiff1d(columns.label[columns.split == split], trained)
        if len(lacking):
            names = ", ".join(f"'{index.classes[code]}'" for code in lacking[:10]) + (
                " ..." if len(lacking) > 10 else ""
            )
            raise DataError(
                f"The {folder} folder has {'kinds' if len(lacking) > 1 else 'a kind'} that train lacks: {names}.",
                "Add training pictures of it, or take it out; folders are matched by their names.",
            )


@dataclass(frozen=True, slots=True)
class _Unit:
    """Pictures that must stay together: how many of each class train could give, and whether they may judge."""

    number: int
    counts: tuple[tuple[int, int], ...]  # (class, pictures)
    may_judge: bool
    key: bytes  # of the least content, which names the unit whatever its number


def _units(index: ImageIndex, split: NDArray[np.int8], groups: NDArray[np.int64]) -> list[_Unit]:
    columns = index.columns
    total = int(groups.max(initial=-1)) + 1
    blocked = np.zeros(total, dtype=np.bool_)
    blocked[groups[split != TRAIN]] = True
    blocked[groups[_in_two_classes(columns.content_codes(), columns.label)]] = True
    least = _least_content(np.ascontiguousarray(columns.sha256), groups, total)
    counts: list[list[tuple[int, int]]] = [[] for _ in range(total)]
    rows = np.flatnonzero(split == TRAIN)
    classes = len(index.classes)
    pairs, sizes = np.unique(groups[rows] * classes + columns.label[rows], return_counts=True)
    for pair, size in zip(pairs.tolist(), sizes.tolist(), strict=True):
        counts[pair // classes].append((pair % classes, size))
    return [_Unit(number, tuple(own), not blocked[number], least[number]) for number, own in enumerate(counts) if own]


def _in_two_classes(contents: NDArray[np.int64], label: NDArray[np.int32]) -> NDArray[np.bool_]:
    lowest = np.full(int(contents.max(initial=-1)) + 1, np.iinfo(np.int32).max)
    highest = np.zeros_like(lowest)
    np.minimum.at(lowest, contents, label)
    np.maximum.at(highest, contents, label)
    return np.asarray((lowest != highest)[contents])


def _least_content(sha256: NDArray[np.uint8], groups: NDArray[np.int64], total: int) -> list[bytes]:
    words = sha256.view(">u8")  # (rows, 4)
    order = np.lexsort((*words.T[::-1], groups))
    first = order[np.searchsorted(groups[order], np.arange(total))]
    return [row.tobytes() for row in sha256[first]]


def _chosen(units: list[_Unit], share: float, seed: int) -> list[_Unit]:
    """The units that validate: by the seed's order while they fit, then the best fitting one for a class without."""
    totals: dict[int, int] = {}
    for unit in units:
        for code, count in unit.counts:
            totals[code] = totals.get(code, 0) + count
    wanted = {code: min(max(1, round(total * share)), total - 1) for code, total in totals.items()}
    taken = dict.fromkeys(totals, 0)
    ranked = sorted((unit for unit in units if unit.may_judge), key=lambda unit: _rank(seed, unit.key))
    chosen: list[_Unit] = []
    left: list[_Unit] = []
    for unit in ranked:
        fits = all(taken[code] + count <= wanted[code] for code, count in unit.counts)
        (chosen if fits else left).append(unit)
        for code, count in unit.counts if fits else ():
            taken[code] += count
    for code in sorted(totals):
        if taken[code]:
            continue
        bearable = [unit for unit in left if any(code == own for own, _ in unit.counts) and _bears(unit, taken, totals)]
        if bearable:
            best = min(bearable, key=lambda unit: sum(abs(taken[own] + n - wanted[own]) for own, n in unit.counts))
            left.remove(best)
            chosen.append(best)
            for own, count in best.counts:
                taken[own] += count
    return chosen


def _bears(unit: _Unit, taken: dict[int, int], totals: dict[int, int]) -> bool:
    return all(taken[code] + count <= MOST_OF_A_CLASS * totals[code] for code, count in unit.counts)


def _rank(seed: int, content: bytes) -> bytes:
    return hashlib.sha256(f"{seed}:{content.hex()}".encode()).digest()
