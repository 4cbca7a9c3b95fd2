"""From a table's rows to the files they mean, and from there to kinds, splits and groups. Opens nothing.

Rows are a stranger's text: a path that leads anywhere but to a file that was listed means nothing, and is told.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tl_core.data import names
from tl_core.data.counting import counted
from tl_core.data.index import Finding, Split
from tl_core.data.layout import NO_ROW, Raw
from tl_core.data.table_columns import TableColumns, split_of
from tl_core.data.tables import Table

NO_LABEL = "Its row in the table has no label. Write one, or take the row out."
LONGEST_PATH = 4096
SHOWN_ROWS = 1000  # cells that a finding carries at most
# Why a row means no file; each becomes a sentence of a finding
LEADS_OUT = "their paths lead outside the folder"
ABSOLUTE = "their paths are absolute; paths have to start at the table's folder"
ADDRESS = "they are addresses on the internet, which are not fetched"
NUL = "their paths hold a NUL character"
NO_PATH = "they name no file"
SEVERAL = "they fit several files; write the folder too"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.\-]+:/", re.IGNORECASE)  # one letter is a drive


@dataclass(frozen=True, slots=True)
class Files:
    """The files that rows can mean, found by path, by the end of a path, and by name with or without ending."""

    exact: Mapping[str, int]
    by_path: Mapping[str, int]  # letter case and Unicode form aside
    by_name: Mapping[str, tuple[int, ...]]
    by_stem: Mapping[str, tuple[int, ...]]
    paths: tuple[str, ...]

    @classmethod
    def of(cls, paths: Sequence[str]) -> Files:
        by_name: dict[str, list[int]] = defaultdict(list)
        by_stem: dict[str, list[int]] = defaultdict(list)
        for position, path in enumerate(paths):
            if not names.is_system(path) and names.looks_like_picture(path):
                name = _key(path.rsplit("/", 1)[-1])
                by_name[name].append(position)
                by_stem[name.rsplit(".", 1)[0]].append(position)
        return cls(
            {path: position for position, path in enumerate(paths)},
            {_key(path): position for position, path in reversed(list(enumerate(paths)))},
            {name: tuple(found) for name, found in by_name.items()},
            {name: tuple(found) for name, found in by_stem.items()},
            tuple(paths),
        )

    def names_one(self, cell: str, base: str) -> bool:
        """Whether a cell could stand in a column of paths: it means a file, or is written like a picture's name."""
        if not cell or len(cell) > LONGEST_PATH:
            return False
        looks = names.looks_like_picture(cell) and "." in cell.rsplit("/", 1)[-1]
        return looks or isinstance(self.find(cell, base), int)

    def find(self, cell: str, base: str) -> int | str | None:
        """The position of the file that a cell means, why it can mean none, or None where it is not there."""
        text = cell.replace("\\", "/")
        if (reason := _unsafe(text)) is not None:
            return reason
        path = "/".join(part for part in text.split("/") if part not in ("", "."))
        for candidate in (f"{base}{path}", path):
            if (found := self.exact.get(candidate, self.by_path.get(_key(candidate)))) is not None:
                return found
        name = _key(path.rsplit("/", 1)[-1])
        near = self.by_name.get(name) or self.by_stem.get(name) or ()
        return near[0] if len(near) == 1 else self._by_end(_key(path), near)

    def _by_end(self, path: str, near: Sequence[int]) -> int | str | None:
        """Of several files of one name the one whose path agrees the longest way from its end."""
        if not near:
            return None
        agreeing = [(_agreement(path, _key(self.paths[position])), position) for position in near]
        most = max(agreement for agreement, _ in agreeing)
        best = [position for agreement, position in agreeing if agreement == most]
        return best[0] if len(best) == 1 else SEVERAL


@dataclass(slots=True)
class Reading:
    """What the rows of one or more tables say, under way."""

    raw: dict[int, Raw | str] = field(default_factory=dict)  # by the file's position
    missing: list[str] = field(default_factory=list)
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by reason
    labels: dict[int, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))
    unknown_splits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rows: int = 0


def read_rows(
    reading: Reading, table: Table, columns: TableColumns, files: Files, base: str, split: Split | None = None
) -> None:
    """Adds a table's rows; `split` holds for all of them where the table itself is that of one split."""
    for row in table.rows[bool(columns.header) :]:
        reading.rows += 1
        cell = columns.cell(row, columns.path)
        found = files.find(cell, base)
        if isinstance(found, str):
            reading.refused[found].append(cell)
            continue
        if found is None or names.is_system(files.paths[found]):
            reading.missing.append(cell)
            continue
        side = split or split_of(columns.cell(row, columns.split))
        if columns.split is not None and side is None:
            reading.unknown_splits[columns.cell(row, columns.split)] += 1
        label = columns.label_of(row)
        reading.labels[found].setdefault(names.class_key(names.class_name(label)) if label else "")
        if names.is_blank(label):
            reading.raw.setdefault(found, NO_LABEL)
        elif not isinstance(reading.raw.get(found), Raw):
            reading.raw[found] = Raw(side, (columns.cell(row, columns.group), label))


def places_of(reading: Reading, paths: Sequence[str], tables: Iterable[str]) -> list[Raw | str | None]:
    """A raw place for every file: what its row says, or why it is passed over. `tables` are of the system."""
    own = frozenset(tables)
    raw: list[Raw | str | None] = []
    for position, path in enumerate(paths):
        kinds = [key for key in reading.labels.get(position, {}) if key]
        if path in own or names.is_system(path):
            raw.append(None)
        elif len(kinds) > 1:
            raw.append(f"The table gives it several labels: {names.listed(kinds)}.")
        else:
            raw.append(reading.raw.get(position, NO_ROW))
    return raw


def findings_of(reading: Reading, raw: Sequence[Raw | str | None], paths: Sequence[str], name: str) -> list[Finding]:
    """What a person should know of the rows and the files that do not fit each other; both ways round."""
    found = []
    for reason, cells in reading.refused.items():
        message = f"{counted(len(cells), 'row')} of '{names.shown(name)}' passed over: {reason}."
        found.append(Finding("bad_row", "warning", message, tuple(cells[:SHOWN_ROWS])))
    if reading.missing:
        message = f"{counted(len(reading.missing), 'row')} of '{names.shown(name)}' without a file that is there."
        found.append(Finding("missing_file", "warning", message, tuple(reading.missing[:SHOWN_ROWS])))
    extra = tuple(
        path for path, place in zip(paths, raw, strict=True) if place == NO_ROW and names.looks_like_picture(path)
    )
    if extra:
        message = f"{counted(len(extra), 'picture')} without a row in '{names.shown(name)}', passed over."
        found.append(Finding("extra_file", "warning", message, extra))
    several = tuple(paths[at] for at, kinds in reading.labels.items() if sum(map(bool, kinds)) > 1)
    if several:
        message = f"{counted(len(several), 'picture')} with several labels in '{names.shown(name)}', passed over."
        found.append(Finding("bad_row", "harm", message, several))
    if reading.unknown_splits:
        words = names.listed(sorted(reading.unknown_splits))
        message = f"The splits {words} in '{names.shown(name)}' mean none of train, val and test, and were not used."
        found.append(Finding("asked", "warning", message))
    return found


def _key(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


def _unsafe(path: str) -> str | None:
    if "\0" in path:
        return NUL
    if _ADDRESS.match(path):
        return ADDRESS
    if path.startswith(("/", "~")) or (len(path) > 1 and path[1] == ":"):
        return ABSOLUTE
    if ".." in path.split("/"):
        return LEADS_OUT
    return NO_PATH if not path.strip("/. ") or len(path) > LONGEST_PATH else None


def _agreement(one: str, other: str) -> int:
    """How many parts of two paths agree, counted from their ends; the last one is not looked at."""
    count = 0
    for left, right in zip(reversed(one.split("/")[:-1]), reversed(other.split("/")[:-1]), strict=False):
        if left != right:
            break
        count += 1
    return count
