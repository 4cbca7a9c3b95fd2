"""The pictures of a run that goes on: its split, laid over the pictures as they are now. Reads no file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tl_core.data.columns import SPLIT_CODES
from tl_core.data.index import ImageIndex, Records
from tl_core.data.split_file import SplitRow
from tl_core.errors import DataError

NAMED_AT_MOST = 5
HINT = "Bring them back as they were, or train again with the pictures as they are now: that is a new run."


def with_kept_split(index: ImageIndex, rows: Sequence[SplitRow], classes: Sequence[str]) -> ImageIndex:
    """The pictures of `rows` with their sides; those that came since are left out.

    Raises DataError that names kinds and pictures that are gone, that were replaced, or that have another kind now.
    """
    if tuple(classes) != index.classes:
        raise DataError(
            f"The run tells {in_words(classes)} apart, and the pictures are now sorted into {in_words(index.classes)}.",
            "Train again: with other kinds it is another model.",
        )
    columns = index.columns
    position_of = {path: position for position, path in enumerate(columns.paths())}
    problems: dict[str, list[str]] = {"Gone": [], "Replaced": [], "Of another kind now": []}
    positions = np.full(len(rows), -1, dtype=np.int64)
    for place, row in enumerate(rows):
        position = position_of.get(row.path)
        if position is None:
            problems["Gone"].append(row.path)
            continue
        positions[place] = position
        if columns.sha256[position].tobytes().hex() != row.sha256:
            problems["Replaced"].append(row.path)
        elif columns.labels[columns.label[position]] != row.label:
            problems["Of another kind now"].append(row.path)
    found = [f"{what}: {in_words(paths)}." for what, paths in problems.items() if paths]
    if found:
        raise DataError(f"The pictures are not those that the run learned from. {' '.join(found)}", HINT)
    split = np.array([SPLIT_CODES[row.split] for row in rows], dtype=columns.split.dtype)
    order = np.argsort(positions, kind="stable")  # as the pictures lie, which is how they were first read
    chosen = columns.select(positions[order])
    return ImageIndex(index.classes, Records(chosen.with_(split=split[order])))


def in_words(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in names[:NAMED_AT_MOST])
    return shown + (f" and {len(names) - NAMED_AT_MOST:,} more" if len(names) > NAMED_AT_MOST else "")
