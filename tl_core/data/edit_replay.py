"""What a dataset holds once a person's changes are made to it: a fold over the list of changes. Reads no picture.

The pictures as they were brought in stay as they are; every state is computed from them anew, so that undo cannot
drift. Works on columns: a change of ten thousand labels is one step.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.data.columns import ROW_COLUMNS, SPLIT_CODES, TABLES, Columns
from tl_core.data.columns_file import read_columns
from tl_core.data.edit_log import Edit
from tl_core.data.index import Finding, Skipped, TablePreview
from tl_core.data.names import class_key, shown
from tl_core.errors import DataError

CODED = dict(zip(TABLES, ("label", "group", "camera", "format"), strict=True))
MANY = 16  # from a sixteenth of the pictures on, a table of all paths is cheaper than searching for each


@dataclass(frozen=True, slots=True)
class Content:
    """Every picture that was accepted, sorted by path; `out` are those left out, with why ("" without a reason)."""

    columns: Columns
    skipped: tuple[Skipped, ...]
    system_files: int
    given: tuple[Finding, ...]  # what was found by reading names, and what changes brought
    out: Mapping[str, str]
    tables: tuple[TablePreview, ...] = ()
    has_added: bool = False  # pictures that were not compared with the others when those were brought in

    @property
    def kept(self) -> Columns:
        return self.columns.select(~self._mask()) if self.out else self.columns

    @property
    def left_out(self) -> Columns:
        return self.columns.select(self._mask())

    @property
    def labels(self) -> frozenset[str]:
        """The kinds that a picture has, left-out ones included."""
        return frozenset(self.columns.labels[code] for code in np.unique(self.columns.label))

    def _mask(self) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.columns), dtype=np.bool_)
        mask[positions_of(self.columns, tuple(self.out))] = True
        return mask


def replay(folder: Path, content: Content, edits: Iterable[Edit]) -> Content:
    """Raises DataError where the folder lacks what a change had added."""
    for edit in edits:
        if edit.action == "add":
            content = _add(folder, content, edit.values)
        else:
            content = _APPLY[edit.action](content, edit.values)
    return content


def positions_of(columns: Columns, paths: Sequence[str]) -> NDArray[np.int64]:
    """Where the paths stand. Raises DataError naming those that do not."""
    if len(paths) * MANY > len(columns):
        table = {path: position for position, path in enumerate(columns.paths())}
        found = [table.get(path, -1) for path in paths]
    else:
        found = [find_path(columns, path) for path in paths]
    unknown = [path for path, position in zip(paths, found, strict=True) if position < 0]
    if unknown:
        more = f" and {len(unknown) - 3:,} more" if len(unknown) > 3 else ""
        named = ", ".join(f"'{shown(path)}'" for path in unknown[:3])
        raise DataError(f"Not among these pictures: {named}{more}.", "Reload the list of pictures.")
    return np.array(found, dtype=np.int64)


def find_path(columns: Columns, path: str) -> int:
    """Where a path stands in columns that are sorted by path, or -1."""
    at = bisect_left(range(len(columns)), path, key=columns.path)
    return at if at < len(columns) and columns.path(at) == path else -1


def joined(one: Columns, other: Columns) -> Columns:
    """The rows of both, sorted by path."""
    if not len(other):
        return one
    both: dict[str, Any] = {}
    for table, coded in CODED.items():
        names = tuple(dict.fromkeys((*getattr(one, table), *getattr(other, table))))
        code_of = {name: code for code, name in enumerate(names)}
        codes = np.array([code_of[name] for name in getattr(other, table)], dtype=np.int32)
        both[table] = names
        both[coded] = np.concatenate([getattr(one, coded), codes[getattr(other, coded)]])
    for name in (*ROW_COLUMNS, "path_bytes"):
        both.setdefault(name, np.concatenate([getattr(one, name), getattr(other, name)]))
    both["path_ends"] = np.concatenate([one.path_ends, other.path_ends + len(one.path_bytes)])
    return Columns(**both).sorted_by_path()


def relabelled(columns: Columns, positions: NDArray[np.int64], label: str) -> Columns:
    labels = columns.labels if label in columns.labels else (*columns.labels, label)
    codes = np.array(columns.label)
    codes[positions] = labels.index(label)
    return columns.with_(labels=labels, label=codes)


def check_chosen(content: Content, paths: Sequence[str]) -> None:
    if not paths:
        raise DataError("No picture was chosen.", "Choose one or more.")
    positions_of(content.columns, paths)


def spelled(content: Content, name: str) -> str:
    """The spelling of a kind that is there already: letter case and Unicode form make no new one."""
    return next((label for label in sorted(content.labels) if class_key(label) == class_key(name)), name)


def _relabel(content: Content, values: Mapping[str, Any]) -> Content:
    positions = positions_of(content.columns, values["paths"])
    return dataclasses.replace(content, columns=relabelled(content.columns, positions, values["label"]))


def _rename_class(content: Content, values: Mapping[str, Any]) -> Content:
    columns = content.columns
    positions = np.flatnonzero(columns.label == columns.labels.index(values["old"]))
    return dataclasses.replace(content, columns=relabelled(columns, positions, values["new"]))


def _leave_out(content: Content, values: Mapping[str, Any]) -> Content:
    return dataclasses.replace(content, out={**content.out, **dict.fromkeys(values["paths"], values["why"])})


def _bring_back(content: Content, values: Mapping[str, Any]) -> Content:
    back = set(values["paths"])
    return dataclasses.replace(content, out={path: why for path, why in content.out.items() if path not in back})


def _set_splits(content: Content, values: Mapping[str, Any]) -> Content:
    split = np.array(content.columns.split)
    for side, paths in values["splits"].items():
        split[positions_of(content.columns, paths)] = SPLIT_CODES[side]
    given = content.given + tuple(map(_finding, values["findings"]))
    return dataclasses.replace(content, columns=content.columns.with_(split=split), given=given)


def _add(folder: Path, content: Content, values: Mapping[str, Any]) -> Content:
    try:
        added = read_columns(folder / values["columns"])
    except (OSError, ValueError, KeyError) as error:
        raise DataError(
            f"The pictures added to '{shown(folder.name)}' are damaged: {values['columns']} ({error}).",
            "Undo the change, and add them again.",
        ) from None
    return dataclasses.replace(
        content,
        columns=joined(content.columns, added),
        has_added=True,
        skipped=content.skipped + tuple(Skipped(**item) for item in values["skipped"]),
        system_files=content.system_files + values["system_files"],
        given=content.given + tuple(map(_finding, values["findings"])),
    )


def _finding(values: Mapping[str, Any]) -> Finding:
    return Finding(**{**values, "paths": tuple(values["paths"])})


_APPLY: dict[str, Callable[[Content, Mapping[str, Any]], Content]] = {
    "relabel": _relabel,
    "rename_class": _rename_class,
    "leave_out": _leave_out,
    "bring_back": _bring_back,
    "set_splits": _set_splits,
}
