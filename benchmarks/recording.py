"""Where the figures of a benchmark are kept, and the claims that it makes with them. Measures nothing.

A file of results holds the machine's own limits, what was measured, and `goals`: what was to be reached, in words, and
what was. README.md shows the goals of every file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tl_core.platform import atomic_write_json

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Goal:
    """`what` was measured, the `goal` for it and the figure that was `measured`, in words; `is_met` or not."""

    what: str
    goal: str
    measured: str
    is_met: bool

    def words(self) -> str:
        return f"{'met' if self.is_met else 'NOT met':8} {self.what}: {self.measured} (goal: {self.goal})"


def record(path: Path, machine: Mapping[str, Any], found: Mapping[str, Any], goals: Sequence[Goal]) -> None:
    values = {"machine": dict(machine), **found, "goals": [asdict(goal) for goal in goals]}
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_json(path, values)


def read(path: Path) -> dict[str, Any]:
    """What was recorded; empty where there is no such file."""
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def goals_in(found: Mapping[str, Any]) -> list[Goal]:
    return [Goal(**goal) for goal in found.get("goals", [])]


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest word; the first one to the left, the others to the right."""
    lines = [headings, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
