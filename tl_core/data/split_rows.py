"""Which pictures the rows of a split.csv mean: by content first, then by path. Values in, values out; opens nothing."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from tl_core.data.columns import Columns
from tl_core.data.counting import counted
from tl_core.data.index import Finding
from tl_core.data.record import SPLITS
from tl_core.data.splits import SplitRow
from tl_core.errors import DataError

SHOWN_ROWS = 1000  # paths that a finding carries at most


def match_rows(columns: Columns, rows: Sequence[SplitRow]) -> dict[str, Any]:
    """{"splits": {side: paths}, "findings": [...]} for edits.jsonl. Raises DataError when no row fits a picture.

    A row's content (sha256) decides, so that renamed pictures keep their side; among copies the one of the same path.
    A row without a content that is known goes by its path. Pictures without a row keep their side.
    """
    by_path = {path: position for position, path in enumerate(columns.paths())}
    by_content: dict[str, list[int]] = defaultdict(list)
    for position in range(len(columns)):
        by_content[columns.sha256[position].tobytes().hex()].append(position)
    side: dict[int, str] = {}
    by_name: list[str] = []
    unknown: list[str] = []
    for row in rows:
        copies = by_content.get(row.sha256.lower(), [])
        same_path = by_path.get(row.path)
        if same_path is not None and (same_path in copies or not copies):
            if row.sha256 and not copies:
                by_name.append(row.path)
            side[same_path] = row.split
        elif copies:
            for position in copies:
                side.setdefault(position, row.split)
        else:
            unknown.append(row.path)
    if not side:
        raise DataError(
            f"None of the {counted(len(rows), 'row')} fits a picture of this dataset.",
            "Bring the split of this dataset.",
        )
    splits: dict[str, list[str]] = {name: [] for name in SPLITS}
    for position in sorted(side):
        splits[side[position]].append(columns.path(position))
    findings = _findings(unknown, by_name, len(columns) - len(side))
    return {"splits": splits, "findings": [dataclasses.asdict(finding) for finding in findings]}


def _findings(unknown: Sequence[str], by_name: Sequence[str], without: int) -> list[Finding]:
    found = []
    if unknown:
        message = f"{counted(len(unknown), 'row')} of the split fit no picture here, and were passed over."
        found.append(Finding("bad_row", "warning", message, tuple(unknown[:SHOWN_ROWS])))
    if by_name:
        message = (
            f"{counted(len(by_name), 'row')} of the split were matched by name alone: the pictures are others now."
        )
        found.append(Finding("bad_row", "warning", message, tuple(by_name[:SHOWN_ROWS])))
    if without:
        message = f"{counted(without, 'picture')} without a row in the split that was brought keep their side."
        found.append(Finding("asked", "note", message))
    return found
