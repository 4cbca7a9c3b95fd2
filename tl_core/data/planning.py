"""Decides how a source tells kinds: by a table, by its folders or by its file names. It opens tables and no picture."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass

from tl_core.data import boxes, table_rows
from tl_core.data.archives import EntryDamaged
from tl_core.data.entries import Entry
from tl_core.data.index import Finding, Split, TablePreview
from tl_core.data.layout import Layout, Place, Raw, merged_places, plan_layout
from tl_core.data.limits import Limits
from tl_core.data.look_alikes import look_alikes
from tl_core.data.names import is_system, listed, looks_like_picture, shown
from tl_core.data.several import Several, prefixed
from tl_core.data.sources import Source
from tl_core.data.table_columns import TableColumns, preview, recognise, split_of
from tl_core.data.table_rows import Files
from tl_core.data.tables import ENDINGS, Table, read_table
from tl_core.errors import DataError

MOST_TABLES = 20  # that a folder is searched for; a data set of thousands of them holds other things
AGREEING = 0.5  # of the rows or of the pictures have to fit before a table that nobody named is believed


@dataclass(frozen=True, slots=True)
class _Found:
    """A table that names pictures; `split` where its own name is one (train.csv)."""

    path: str
    table: Table
    columns: TableColumns
    split: Split | None
    fitting: int = 0

    @property
    def base(self) -> str:
        return self.path[: self.path.rfind("/") + 1]


def plan_of(source: Source, limits: Limits) -> Layout:
    """A place for every entry. Raises DataError for a table that cannot be used, and for more kinds than are taken."""
    plan = _joined(source, limits) if isinstance(source, Several) else _planned(source, limits)
    kinds = len({place.label for place in plan.places if isinstance(place, Place)})
    if kinds > limits.classes:
        raise DataError(
            f"'{shown(source.path.name)}' has {kinds:,} kinds; at most {limits.classes:,} are taken.",
            "Bring fewer kinds, or join some.",
        )
    return plan


def _planned(source: Source, limits: Limits) -> Layout:
    paths = [entry.path for entry in source.listing.entries]
    if source.table:
        files = Files.of(paths)
        entry = next(entry for entry in source.listing.entries if entry.path == source.table)
        return _by_tables([_named(source, entry, files, limits)], files, plan_layout(paths), by_person=True)
    by_folders = plan_layout(paths)
    entries = _table_entries(source, limits)
    if entries:
        files = Files.of(paths)
        found = _believed([one for entry in entries if (one := _tried(source, entry, files, limits)) is not None])
        if found:
            return _by_tables(found, files, by_folders, by_person=False)
    return boxes.told(source, by_folders)


def _table_entries(source: Source, limits: Limits) -> list[Entry]:
    """The files that may be tables, the outermost first."""
    found = [
        entry
        for entry in source.listing.entries
        if entry.path.lower().endswith(ENDINGS) and not is_system(entry.path) and entry.size <= limits.table_bytes
    ]
    return sorted(found, key=lambda entry: (entry.path.count("/"), entry.path))[:MOST_TABLES]


def _named(source: Source, entry: Entry, files: Files, limits: Limits) -> _Found:
    """A table and what its columns are. Raises DataError with what is wrong with it."""
    base = entry.path[: entry.path.rfind("/") + 1]
    try:
        table = read_table(entry.path.rsplit("/", 1)[-1], source.unpack(entry), limits)
    except EntryDamaged as error:
        raise DataError(f"The table '{shown(entry.path)}' cannot be read. {error}", "Check the file.") from None
    columns = recognise(table, lambda cell: files.names_one(cell, base))
    return _Found(entry.path, table, columns, split_of(re.split(r"[\W_]", table.name, maxsplit=1)[0]))


def _tried(source: Source, entry: Entry, files: Files, limits: Limits) -> _Found | None:
    """The same for a table that nobody named: it may be about anything, and then is only a file among others."""
    try:
        found = _named(source, entry, files, limits)
    except DataError:
        return None
    rows = found.table.rows[bool(found.columns.header) :]
    fitting = {files.find(found.columns.cell(row, found.columns.path), found.base) for row in rows}
    count = sum(isinstance(position, int) for position in fitting)
    pictures = sum(map(looks_like_picture, files.paths))
    return dataclasses.replace(found, fitting=count) if count >= AGREEING * min(len(rows), pictures) > 0 else None


def _believed(found: Sequence[_Found]) -> list[_Found]:
    """One table for each split, else the one that most files fit."""
    of_splits = [one for one in found if one.split is not None]
    if len({one.split for one in of_splits}) > 1:
        return of_splits
    return sorted(found, key=lambda one: -one.fitting)[:1]


def _by_tables(found: Sequence[_Found], files: Files, by_folders: Layout, *, by_person: bool) -> Layout:
    """Kinds from tables; the folders still give the splits where the tables tell none."""
    reading = table_rows.Reading()
    for one in found:
        split = one.split if len(found) > 1 else None
        table_rows.read_rows(reading, one.table, one.columns, files, one.base, split)
    name = " + ".join(one.table.name for one in found)
    raw = table_rows.places_of(reading, files.paths, [one.path for one in found])
    if not any(isinstance(place, Raw) and place.split for place in raw):
        raw = [_with_split(place, path, by_folders) for place, path in zip(raw, files.paths, strict=True)]
    places, merged = merged_places(raw)
    findings = [
        *table_rows.findings_of(reading, raw, files.paths, name),
        *merged,
        *look_alikes(sorted({place.label for place in places if isinstance(place, Place)})),
        *_decided(found, by_folders, by_person=by_person),
    ]
    if by_person and not any(isinstance(place, Place) for place in places):
        told = " ".join(finding.message for finding in findings if finding.kind in ("bad_row", "missing_file"))
        raise DataError(
            f"No row of '{shown(name)}' gives a label to a file that is there. {told}".strip(),
            "Write paths that start at the table's folder, or bring the pictures beside it.",
        )
    tables = tuple(preview(one.table, one.columns) for one in found)
    return Layout(tuple(places), tuple(findings), by_folders.prefix, by_folders.splits, "table", tables)


def _with_split(place: Raw | str | None, path: str, by_folders: Layout) -> Raw | str | None:
    """A raw place on the side whose folder the file lies in."""
    parts, depth = path.split("/"), len(by_folders.prefix)
    if not isinstance(place, Raw) or len(parts) <= depth or parts[depth] not in by_folders.splits:
        return place
    return Raw(split_of(parts[depth]), place.folders)


def _decided(found: Sequence[_Found], by_folders: Layout, *, by_person: bool) -> list[Finding]:
    """What was taken without being asked for."""
    decided = []
    for one in found:
        if one.columns.asked:
            message = f"In the table '{shown(one.table.name)}' {one.columns.asked}."
            decided.append(Finding("asked", "warning", message))
    if by_person:
        return decided
    names = listed([one.table.name for one in found])
    message = f"The kinds were read from the table {names}."
    folders = {place.label for place in by_folders.places if isinstance(place, Place)}
    is_choice = len(folders) > 1 and by_folders.kinds_from == "folders"
    if is_choice:
        message += " The names of the folders were not used."
    return [*decided, Finding("asked", "warning" if is_choice else "note", message)]


def _joined(source: Several, limits: Limits) -> Layout:
    """The plans of all parts as one: kinds of one name are one kind, wherever they came from."""
    raw: list[Raw | str | None] = []
    findings: list[Finding] = []
    tables: list[TablePreview] = []
    for part, prefix in zip(source.parts, source.prefixes, strict=True):
        plan = _planned(part, limits)
        raw += [
            Raw(place.split, (place.group, place.label)) if isinstance(place, Place) else place for place in plan.places
        ]
        findings += [prefixed(finding, prefix) for finding in plan.findings if finding.kind != "look_alike"]
        tables += plan.tables
    places, merged = merged_places(raw)
    alike = look_alikes(sorted({place.label for place in places if isinstance(place, Place)}))
    return Layout(tuple(places), (*findings, *merged, *alike), prefix=("",), tables=tuple(tables))
