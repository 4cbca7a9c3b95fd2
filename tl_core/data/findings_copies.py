"""Findings about pictures that are there more than once, exactly or nearly. Judges columns; compares no pictures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import SPLIT_CODES, Columns
from tl_core.data.index import SPLITS, Finding, ImageIndex, Severity, Split
from tl_core.data.names import listed, shown

Positions = NDArray[np.int64]
JUDGES: tuple[Split, ...] = ("test", "val")
WRONG = "one label is wrong."
FLATTERS = "the score would flatter."
ONE_SIDE = "copies stay on one side of the split."


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows that are copies of each other, the splits (of SPLITS) and the classes that they lie in."""

    rows: Positions
    sides: tuple[str, ...]
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Copies:
    """All groups of a set. Of near-duplicates the first of each content: exact copies have a finding of their own."""

    exact: tuple[_Group, ...]
    near: tuple[_Group, ...]


def copies_in(index: ImageIndex) -> Copies:
    columns = index.columns
    contents = columns.content_codes()
    exact = tuple(_group(columns, rows) for rows in groups_of(contents + 1))
    near = [np.sort(rows[np.unique(contents[rows], return_index=True)[1]]) for rows in groups_of(columns.near)]
    return Copies(exact, tuple(_group(columns, rows) for rows in near if len(rows) > 1))  # 1: the others were left out


def identical(index: ImageIndex) -> list[Finding]:
    """All pictures are one: nothing can be learned. Training refuses such a set."""
    contents = index.columns.sha256
    if len(contents) < 2 or (contents != contents[0]).any():
        return []
    message = f"All {len(contents):,} pictures are the same one: there is nothing to tell apart."
    return [Finding("identical", "harm", message, tuple(index.columns.paths(range(min(len(contents), 12)))))]


def in_two_classes(index: ImageIndex, copies: Copies) -> list[Finding]:
    return [
        _finding(index, "two_classes", "harm", group, f"The same picture lies in {listed(group.classes)}; {WRONG}")
        for group in copies.exact
        if len(group.classes) > 1
    ]


def leaks(index: ImageIndex, copies: Copies) -> list[Finding]:
    """Copies on both sides of the person's own split, exact ones first; with their share where there are several."""
    exact = [group for group in copies.exact if len(group.sides) > 1]
    near = [group for group in copies.near if len(group.sides) > 1]
    found = [
        _finding(index, "leak", "harm", group, f"The same picture lies in {' and '.join(group.sides)}: {FLATTERS}")
        for group in exact
    ]
    for group in near:
        message = f"{len(group.rows)} pictures in {' and '.join(group.sides)} are nearly the same: {FLATTERS}"
        found.append(_finding(index, "leak", "harm", group, message))
    return _share_of_judges(index, [*exact, *near]) + found


def duplicates(index: ImageIndex, copies: Copies) -> list[Finding]:
    return [
        _finding(index, "duplicate", "warning", group, f"The same picture is there {len(group.rows)} times; {ONE_SIDE}")
        for group in copies.exact
        if len(group.classes) == len(group.sides) == 1
    ]


def near_in_two_classes(index: ImageIndex, copies: Copies) -> list[Finding]:
    found = []
    for group in copies.near:
        if len(group.classes) > 1 and len(group.sides) == 1:
            message = f"{len(group.rows)} pictures in {listed(group.classes)} are nearly the same."
            found.append(_finding(index, "near_duplicate", "warning", group, message))
    return found


def near_in_one_class(index: ImageIndex, copies: Copies) -> list[Finding]:
    found = []
    for group in copies.near:
        if len(group.classes) == len(group.sides) == 1:
            message = f"{len(group.rows)} pictures of '{shown(group.classes[0])}' are nearly the same."
            found.append(_finding(index, "near_duplicate", "note", group, message))
    return found


def _share_of_judges(index: ImageIndex, groups: list[_Group]) -> list[Finding]:
    """Where several groups leak: how many of the pictures that judge have a copy among those that train."""
    if len(groups) < 2:
        return []
    split = index.columns.split
    leaking = np.unique(np.concatenate([np.zeros(0, np.int64), *(g.rows for g in groups if "train" in g.sides)]))
    found = []
    for side in JUDGES:
        rows = leaking[split[leaking] == SPLIT_CODES[side]]
        total = int(np.count_nonzero(split == SPLIT_CODES[side]))
        if len(rows) > 1:
            share = f"{len(rows):,} of the {total:,} pictures in '{side}' ({100 * len(rows) / total:.1f} %)"
            message = f"{share} have a copy in train, exact or nearly: a score measured there flatters."
            found.append(Finding("leak", "harm", message, tuple(index.columns.paths(rows))))
    return found


def groups_of(numbers: NDArray[np.signedinteger]) -> list[Positions]:
    """The rows that share a number above 0 with another one, group by group, the groups by their first row."""
    rows = np.flatnonzero((numbers > 0) & (np.bincount(numbers, minlength=1)[numbers] > 1))
    order = rows[np.argsort(numbers[rows], kind="stable")]
    groups = np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else []
    return sorted(groups, key=lambda group: int(group[0]))


def _group(columns: Columns, rows: Positions) -> _Group:
    codes = set(columns.split[rows].tolist())
    sides = tuple(side for side in SPLITS if SPLIT_CODES[side] in codes or (side == "train" and -1 in codes))
    return _Group(rows, sides, tuple(sorted(columns.labels[code] for code in set(columns.label[rows].tolist()))))


def _finding(index: ImageIndex, kind: str, severity: Severity, group: _Group, message: str) -> Finding:
    return Finding(kind, severity, message, tuple(index.columns.paths(group.rows)))
