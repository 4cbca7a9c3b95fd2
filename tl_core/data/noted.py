"""What a training noted about a dataset's pictures, kept beside it, and the findings that follow. Knows no network.

Pictures are noted by their content and class, so that a note falls silent when a picture was relabelled or left out.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tl_core.data.columns import SPLIT_CODES
from tl_core.data.counting import counted
from tl_core.data.findings import ranked
from tl_core.data.findings_copies import groups_of
from tl_core.data.index import SPLITS, DatasetReport, Finding, ImageIndex, Severity
from tl_core.data.names import listed, shown
from tl_core.platform import atomic_write_json

NOTED_FILE = "findings_features.json"
MOST_OUTLIERS, MOST_COPIES = 200, 2000  # kept
MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Noted:
    """`outliers`: (content, class) of pictures unlike their class, the farthest first. `copies`: pairs of contents."""

    network: str
    outliers: tuple[tuple[str, str], ...]
    copies: tuple[tuple[str, str], ...]


def write_noted(dataset: Path, noted: Noted) -> None:
    """Beside the dataset; what an earlier training noted is replaced."""
    values = {
        "network": noted.network,
        "outliers": [list(one) for one in noted.outliers[:MOST_OUTLIERS]],
        "copies": [list(pair) for pair in noted.copies[:MOST_COPIES]],
    }
    atomic_write_json(dataset / NOTED_FILE, values)


def read_noted(dataset: Path) -> Noted | None:
    """None where no training noted anything, or the note is damaged: it can be made again by training."""
    path = dataset / NOTED_FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            return None
        values = json.loads(path.read_bytes())
        return Noted(str(values["network"]), _pairs(values["outliers"]), _pairs(values["copies"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _pairs(values: Sequence[Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(one), str(other)) for one, other in values)


def with_noted(dataset: Path, index: ImageIndex, report: DatasetReport) -> DatasetReport:
    """The report with what a training noted, as far as it still holds."""
    noted = read_noted(dataset)
    if noted is None:
        return report
    found = ranked([*report.findings, *_outliers(noted, index), *_copies(noted, index)])
    return dataclasses.replace(report, findings=found)


def _rows_by_content(index: ImageIndex, wanted: set[str]) -> dict[str, int]:
    """The first row of each content; asks for the bytes of the wanted ones alone."""
    keys = {bytes.fromhex(content) for content in wanted if len(content) == 64}
    found: dict[str, int] = {}
    for row, digest in enumerate(index.columns.sha256):
        if (key := digest.tobytes()) in keys:
            found.setdefault(key.hex(), row)
    return found


def _outliers(noted: Noted, index: ImageIndex) -> list[Finding]:
    rows = _rows_by_content(index, {content for content, _ in noted.outliers})
    columns = index.columns
    still = [
        rows[content]
        for content, label in noted.outliers
        if content in rows and columns.labels[columns.label[rows[content]]] == label
    ]
    if not still:
        return []
    message = (
        f"{counted(len(still), 'picture')} unlike all others of the same kind, as the network '{shown(noted.network)}' "
        "sees them: a wrong label, or a rare sight."
    )
    return [Finding("outlier", "note", message, tuple(columns.paths(still)))]


def _copies(noted: Noted, index: ImageIndex) -> list[Finding]:
    """Pairs that the hashes did not find, in groups."""
    rows = _rows_by_content(index, {content for pair in noted.copies for content in pair})
    number = np.zeros(len(index.columns), dtype=np.int64)
    for one, other in noted.copies:
        if one in rows and other in rows:
            first, second = rows[one], rows[other]
            near = index.columns.near
            if not near[first] or near[first] != near[second]:
                own = number[first] or number[second] or int(number.max()) + 1
                for old in {int(number[first]), int(number[second])} - {0, int(own)}:
                    number[number == old] = own
                number[first] = number[second] = own
    return [_copy(index, group.tolist(), noted.network) for group in groups_of(number)]


def _copy(index: ImageIndex, rows: list[int], network: str) -> Finding:
    columns = index.columns
    classes = sorted({columns.labels[columns.label[row]] for row in rows})
    codes = {max(0, int(columns.split[row])) for row in rows}  # without a split: train
    sides = [side for side in SPLITS if SPLIT_CODES[side] in codes]
    where = f"in {' and '.join(sides)}" if len(sides) > 1 else f"of {listed(classes)}"
    message = f"{len(rows)} pictures {where} are nearly the same to the network '{shown(network)}'."
    severity: Severity = "warning" if len(sides) > 1 or len(classes) > 1 else "note"
    return Finding("leak" if len(sides) > 1 else "near_duplicate", severity, message, tuple(columns.paths(rows)))
