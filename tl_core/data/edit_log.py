"""What a person changed in a dataset, as a list that only grows: one JSON object a line. Knows no picture.

A line counts once dataset.json says so (`DatasetFacts.edits`). What lies behind, a torn line or a change that was
never finished, is cut off before the next one is written. Undo and redo are lines of their own.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.data.counting import counted
from tl_core.data.names import shown
from tl_core.errors import DataError

EDITS_FILE = "edits.jsonl"
Action = Literal["relabel", "leave_out", "bring_back", "rename_class", "add", "set_splits", "undo", "redo"]


@dataclass(frozen=True, slots=True)
class Edit:
    """A line. `values` is what the action needs: paths, labels, the folder of added pictures."""

    action: Action
    at: float  # seconds since 1970
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change for a person to read; an undone one can be done again."""

    at: float
    sentence: str
    is_undone: bool


def read_edits(folder: Path, count: int) -> tuple[Edit, ...]:
    """The first `count` lines. Raises DataError when they are missing or damaged."""
    if not count:
        return ()
    try:
        lines = (folder / EDITS_FILE).read_bytes().splitlines(keepends=True)[:count]
        edits = tuple(Edit(**json.loads(line)) for line in lines)
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(folder, error) from None
    if len(edits) != count or not lines[-1].endswith(b"\n"):
        raise _damaged(folder, ValueError(f"{len(edits)} of {count} lines"))
    return edits


def append_edit(folder: Path, count: int, edit: Edit) -> None:
    """Writes line number `count`, durably; whatever stood behind the lines that count is cut off."""
    line = json.dumps({"action": edit.action, "at": edit.at, "values": edit.values}).encode("ascii") + b"\n"
    descriptor = os.open(folder / EDITS_FILE, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        for _ in range(count):
            if not file.readline().endswith(b"\n"):
                raise _damaged(folder, ValueError(f"fewer than {count} lines"))
        file.seek(file.tell())
        file.truncate()
        file.write(line)
        file.flush()
        os.fsync(file.fileno())


def in_force(edits: Sequence[Edit]) -> tuple[list[Edit], list[Edit]]:
    """The changes that hold, oldest first, and those that were undone and can be redone, the next one last."""
    done: list[Edit] = []
    undone: list[Edit] = []
    for edit in edits:
        if edit.action == "undo":
            undone.append(done.pop())
        elif edit.action == "redo":
            done.append(undone.pop())
        else:
            done.append(edit)
            undone.clear()
    return done, undone


def history(edits: Sequence[Edit]) -> tuple[HistoryEntry, ...]:
    """In the order in which they were made; what was undone and overtaken by another change is forgotten."""
    done, undone = in_force(edits)
    told = [HistoryEntry(edit.at, sentence(edit), is_undone=False) for edit in done]
    return (*told, *(HistoryEntry(edit.at, sentence(edit), is_undone=True) for edit in reversed(undone)))


def sentence(edit: Edit) -> str:
    values = edit.values
    if edit.action == "relabel":
        return f"{counted(len(values['paths']), 'picture')} moved to '{shown(values['label'])}'."
    if edit.action == "leave_out":
        return f"{counted(len(values['paths']), 'picture')} left out."
    if edit.action == "bring_back":
        return f"{counted(len(values['paths']), 'picture')} brought back."
    if edit.action == "rename_class":
        return f"'{shown(values['old'])}' renamed to '{shown(values['new'])}'."
    if edit.action == "set_splits":
        return f"The split of {counted(sum(map(len, values['splits'].values())), 'picture')} set."
    return f"{counted(values['images'], 'picture')} added to {values['to']}."


def _damaged(folder: Path, error: Exception) -> DataError:
    return DataError(
        f"The changes to the dataset '{shown(folder.name)}' are damaged: {EDITS_FILE} ({error}).",
        "Delete this dataset and bring the pictures in again.",
    )
