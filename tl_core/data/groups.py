"""What belongs together beyond its class: station, camera, day, film, part. Proposes groupings; decides no split.

A picture of which a grouping knows nothing is a group by itself. Exact copies, near-duplicates and the shots of a burst
belong together in every grouping, and where there is none.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import Columns
from tl_core.data.index import ImageIndex, Records
from tl_core.data.name_patterns import name_groups
from tl_core.data.names import listed

GroupBy = Literal["none", "table", "folder", "camera", "day", "name"]
GROUPINGS: tuple[GroupBy, ...] = ("table", "folder", "camera", "day", "name")
LEAST_KNOWN = 0.5  # share of the pictures that a grouping must know something of
DAY = 86_400.0  # seconds
BURST = 2.0  # seconds between shots of one camera that show one moment; EXIF counts whole seconds
SERIES = 60.0  # seconds between shots that are of one day also at midnight
SHOWN = 3  # examples
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grouping:
    """A grouping that would make sense, in words: how many groups, and some of them. Shown before it is used."""

    by: GroupBy
    groups: int
    examples: tuple[str, ...]
    sentence: str


def proposals(index: ImageIndex) -> tuple[Grouping, ...]:
    """What the pictures can be grouped by, the surest first; groupings that would be of no use are left out."""
    return tuple(_proposed(index, GROUPINGS))


def automatic(index: ImageIndex, among: Sequence[GroupBy] = GROUPINGS) -> GroupBy:
    """The surest of the proposals, "none" where there is none; what is less sure is not looked for."""
    found = next(_proposed(index, among), None)
    return found.by if found else "none"


def group_keys(index: ImageIndex, by: GroupBy) -> Codes:
    """A number for each picture, equal for pictures of a group; numbers of their own for those without a group."""
    codes = _coded(index.columns, by)[0]
    unknown = codes < 0
    alone = np.cumsum(unknown) - 1 + (int(codes.max(initial=-1)) + 1)
    return np.where(unknown, alone, codes)


def have_group(index: ImageIndex, by: GroupBy) -> NDArray[np.bool_]:
    """Of which pictures a grouping knows something."""
    return np.asarray(_coded(index.columns, by)[0] >= 0)


def with_groups(index: ImageIndex, by: GroupBy) -> ImageIndex:
    """The index with the groups of a grouping in its column of groups; as it is where whole groups are of no use."""
    if by == "none":
        return index
    codes, names = _coded(index.columns, by)
    return ImageIndex(index.classes, Records(index.columns.with_(groups=("", *names), group=codes + 1)))


def kept_together(index: ImageIndex, *, used_in: str | None = None, group_by: str | None = None) -> Codes:
    """A number for each picture, from 0: equal numbers must stand on one side of a split or in one fold.

    Exact copies, near-duplicates and bursts always; whole groups where the model is for new places or a grouping was
    chosen.
    """
    columns = index.columns
    parts = [columns.content_codes(), _lone(columns.near.astype(np.int64)), _bursts(columns)]
    by = grouping_in_use(index, used_in=used_in, group_by=group_by)
    if by != "none":
        parts.append(group_keys(index, by))
    return _united(parts)


def judged_together(index: ImageIndex, *, used_in: str | None = None, group_by: str | None = None) -> Codes:
    """As kept_together, for measuring where nothing else can be set aside: pictures that are nearly the same, or of one
    burst, fall apart where they are all there is of a class. It could else be learned or judged, and never both.

    Groups that were asked for, and exact copies, stay whole.
    """
    units = kept_together(index, used_in=used_in, group_by=group_by)
    if grouping_in_use(index, used_in=used_in, group_by=group_by) != "none":
        return units
    lone = np.isin(units, units[np.isin(index.columns.label, classes_of_one_unit(index, units))])
    return np.where(lone, int(units.max(initial=-1)) + 1 + index.columns.content_codes(), units)


def classes_of_one_unit(index: ImageIndex, units: Codes) -> Codes:
    """Codes of the classes of which all pictures are in one unit, and not all the same picture."""
    label, count = index.columns.label.astype(np.int64), len(index.classes)
    pictures = _distinct(label, index.columns.content_codes(), count)
    return np.flatnonzero((_distinct(label, units, count) == 1) & (pictures > 1))


def _distinct(label: Codes, codes: Codes, classes: int) -> Codes:
    """How many codes each class has."""
    most = int(codes.max(initial=0)) + 1
    return np.bincount(np.unique(label * most + codes) // most, minlength=classes)


def grouping_in_use(index: ImageIndex, *, used_in: str | None, group_by: str | None) -> GroupBy:
    """What whole groups are made of: nothing for the same places, unless the person chose a grouping that
    knows of two groups or more.

    Where nobody said where the model will be used, a table's own column of groups counts as said.
    """
    for by in GROUPINGS:
        if group_by == by:
            is_of_use = have_group(index, by).any() and len(np.unique(group_keys(index, by))) > 1
            return by if is_of_use else "none"
    if used_in == "same" or group_by == "none":
        return "none"
    return automatic(index, GROUPINGS if used_in == "new" else ("table",))


def is_named(table: tuple[str, ...]) -> NDArray[np.bool_]:
    """Which entries of a table of names say something."""
    return np.array([bool(name) for name in table], dtype=np.bool_)


def _proposed(index: ImageIndex, among: Sequence[GroupBy]) -> Iterator[Grouping]:
    for by in among:
        codes, names = _coded(index.columns, by)
        if _is_useful(index, codes):
            yield _proposal(by, codes, names)


def _coded(columns: Columns, by: GroupBy) -> tuple[Codes, tuple[str, ...]]:
    """A code for each picture, -1 where nothing is known, and what the codes mean."""
    if by in ("table", "folder"):
        if by != _source_of_groups(columns):
            return np.full(len(columns), -1, dtype=np.int64), ()
        return _without_empty(columns.group.astype(np.int64), columns.groups)
    if by == "camera":
        return _without_empty(columns.camera.astype(np.int64), columns.cameras)
    if by == "day":
        return _days(columns.taken)
    if by == "name":
        return name_groups(columns)
    return np.full(len(columns), -1, dtype=np.int64), ()


def _source_of_groups(columns: Columns) -> GroupBy:
    """Whether the column `group` came from outer folders, which stand in the paths, or from a table."""
    rows = np.flatnonzero(is_named(columns.groups)[columns.group])
    for row in rows[:: max(1, len(rows) // 100)]:
        around = columns.path(int(row)).split("/")[:-1]
        if not set(columns.groups[columns.group[row]].split("/")) <= set(around):
            return "table"
    return "folder"


def _without_empty(codes: Codes, names: tuple[str, ...]) -> tuple[Codes, tuple[str, ...]]:
    return np.where(is_named(names)[codes], codes, -1), names


def _days(taken: NDArray[np.float64]) -> tuple[Codes, tuple[str, ...]]:
    """Days of the camera's own time; a series of shots that goes on over midnight belongs to the day it began."""
    known = np.flatnonzero(np.isfinite(taken))
    order = known[np.argsort(taken[known], kind="stable")]
    times = taken[order]
    begins = (np.diff(np.floor(times / DAY), prepend=-1) > 0) & (np.diff(times, prepend=-np.inf) > SERIES)
    codes = np.full(len(taken), -1, dtype=np.int64)
    codes[order] = np.cumsum(begins) - 1
    starts = times[begins].tolist()
    return codes, tuple(_date(seconds) for seconds in starts)


def _bursts(columns: Columns) -> Codes:
    known = np.flatnonzero(np.isfinite(columns.taken) & is_named(columns.cameras)[columns.camera])
    order = known[np.lexsort((columns.taken[known], columns.camera[known]))]
    begins = (np.diff(columns.camera[order], prepend=-1) != 0) | (
        np.diff(columns.taken[order], prepend=-np.inf) > BURST
    )
    codes = np.zeros(len(columns), dtype=np.int64)
    codes[order] = np.cumsum(begins)
    return _lone(codes)


def _date(seconds: float) -> str:
    return (datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)).date().isoformat()


def _is_useful(index: ImageIndex, codes: Codes) -> bool:
    """Most pictures are in a group, and a typical class has several: else no class could stand on both sides."""
    known = codes >= 0
    if not known.any() or np.count_nonzero(known) < LEAST_KNOWN * len(codes):
        return False
    sizes = np.unique(codes[known], return_counts=True)[1]
    per_class = _distinct(index.columns.label[known].astype(np.int64), codes[known], len(index.classes))
    return bool(np.median(per_class) >= 2 and len(sizes) >= 3 and (sizes > 1).any())


def _proposal(by: GroupBy, codes: Codes, names: tuple[str, ...]) -> Grouping:
    values, counts = np.unique(codes[codes >= 0], return_counts=True)
    biggest = values[np.argsort(-counts, kind="stable")[:SHOWN]]
    examples = tuple(names[code] for code in sorted(biggest.tolist()))
    words = {
        "table": "The table names {n} groups, such as {examples}.",
        "folder": "The outer folders make {n} groups, such as {examples}.",
        "camera": "{n} cameras took the pictures, such as {examples}.",
        "day": "The pictures were taken on {n} days, such as {examples}.",
        "name": "The file names make {n} groups, such as {examples}.",
    }
    sentence = words[by].replace("{n}", f"{len(values):,}").replace("{examples}", listed(examples))
    return Grouping(by, len(values), examples, sentence)


def _lone(codes: Codes) -> Codes:
    """Rows with 0 get numbers of their own."""
    none = codes == 0
    return np.where(none, int(codes.max(initial=0)) + np.cumsum(none), codes)


def _united(parts: list[Codes]) -> Codes:
    """Rows that share a number in any part are one: the least row of each, followed until nothing changes."""
    root = np.arange(len(parts[0]))
    dense = [np.unique(part, return_inverse=True)[1] for part in parts]
    while True:
        before = root
        for part in dense:
            least = np.full(int(part.max(initial=-1)) + 1, len(root))
            np.minimum.at(least, part, root)
            root = least[part]
        if np.array_equal(root, before):
            return np.unique(root, return_inverse=True)[1].astype(np.int64)
