"""What a person changed in a dataset since a moment: what training again would learn from differently. Knows no run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.edit_log import Edit, in_force, read_edits
from tl_core.data.store import read_facts


@dataclass(frozen=True, slots=True)
class Changes:
    """`corrected` pictures have another label now, were left out or brought back; `added` came since."""

    corrected: int = 0
    added: int = 0

    @property
    def is_any(self) -> bool:
        return bool(self.corrected or self.added)


def changes_since(folder: Path, moment: float) -> Changes:
    """Of the dataset in `folder`, since `moment` in seconds since 1970. Raises DataError where it is damaged."""
    return counted_since(read_edits(folder, read_facts(folder).edits), moment)


def counted_since(edits: Sequence[Edit], moment: float) -> Changes:
    """What was undone again counts for nothing, and an undoing of what held before counts like a change."""
    before = in_force([edit for edit in edits if edit.at <= moment])[0]
    now = in_force(edits)[0]
    known, holding = {id(edit) for edit in before}, {id(edit) for edit in now}
    others: set[str] = set()  # whose label is another one
    out: dict[str, bool] = {}  # whether each was left out last, or brought back
    added = 0
    for edit in (*(one for one in before if id(one) not in holding), *(one for one in now if id(one) not in known)):
        paths = edit.values.get("paths", ())
        if edit.action == "relabel":
            others.update(paths)
        elif edit.action in ("leave_out", "bring_back"):
            for path in paths:
                if path in out and out[path] != (edit.action == "leave_out"):
                    del out[path]  # left out and brought back: as it was
                else:
                    out[path] = edit.action == "leave_out"
        elif edit.action == "add":
            added += int(edit.values.get("images", 0))
    return Changes(len(others | out.keys()), added)
