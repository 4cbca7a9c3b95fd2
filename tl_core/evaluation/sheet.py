"""What a model said of a folder of photos: a line for each, kept in a file, counted, sorted, written as a table.

Works without torch: the screen's process reads it. Knows no network and no picture's bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from tl_core.data.cells import safe_cell
from tl_core.data.index import Skipped
from tl_core.errors import RunError
from tl_core.platform import atomic_write_bytes

SHEET = "answers.jsonl"
UNSURE = "I don't know"
Order = Literal["least_sure", "most_sure", "path"]
ORDERS: tuple[Order, ...] = ("least_sure", "most_sure", "path")
YES_NO = {None: "", True: "yes", False: "no"}


@dataclass(frozen=True, slots=True)
class Line:
    """The answer for one photo. `taken` is the camera's own time in seconds since 1970, read as UTC.

    `is_sure` is None where the model always answers; `is_unlike`, whether it looks unlike all training pictures, is
    None where nobody can say.
    """

    path: str
    sha256: str
    label: str
    probability: float
    taken: float | None = None
    is_sure: bool | None = None
    is_unlike: bool | None = None

    @property
    def answer(self) -> str:
        return UNSURE if self.is_sure is False else self.label


@dataclass(frozen=True, slots=True)
class Sheet:
    """Lines by path, and the files that could not be read."""

    classes: tuple[str, ...]
    lines: tuple[Line, ...]
    skipped: tuple[Skipped, ...]

    def summary(self) -> dict[str, Any]:
        """Counts for the ending of a journal; `kinds` are the answers that were given, the commonest first."""
        counted = Counter(line.label for line in self.lines if line.is_sure is not False)
        unlike = [line.is_unlike for line in self.lines if line.is_unlike is not None]
        return {
            "images": len(self.lines),
            "skipped": len(self.skipped),
            "unsure": sum(line.is_sure is False for line in self.lines),
            "unlike": sum(unlike) if unlike else None,
            "kinds": [[name, count] for name, count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))],
        }

    def chosen(self, kind: str = "", *, only: str = "", order: Order = "least_sure") -> list[Line]:
        """The lines of an answer ("" for all), `only` "unsure" or "unlike" ones, in an order."""
        found = [line for line in self.lines if not kind or (line.label == kind and line.is_sure is not False)]
        if only == "unsure":
            found = [line for line in found if line.is_sure is False]
        if only == "unlike":
            found = [line for line in found if line.is_unlike]
        if order == "path":
            return found
        return sorted(found, key=lambda line: line.probability, reverse=order == "most_sure")


def write_sheet(path: Path, sheet: Sheet) -> None:
    rows: list[dict[str, Any]] = [{"classes": list(sheet.classes)}]
    rows += [asdict(line) for line in sheet.lines]
    rows += [{"skipped": item.path, "reason": item.reason} for item in sheet.skipped]
    atomic_write_bytes(path, b"".join(json.dumps(row).encode("ascii") + b"\n" for row in rows))


def read_sheet(path: Path) -> Sheet:
    """Raises RunError where it is missing or damaged."""
    try:
        with path.open("rb") as file:
            classes = tuple(json.loads(file.readline())["classes"])
            rows = [json.loads(row) for row in file]
        lines = tuple(Line(**row) for row in rows if "skipped" not in row)
        skipped = tuple(Skipped(row["skipped"], row["reason"]) for row in rows if "skipped" in row)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"The answers to these photos cannot be read ({error}).", "Bring the photos again.") from None
    return Sheet(classes, lines, skipped)


def sheet_csv(sheet: Sheet) -> bytes:
    """Path, photo's time, class, certainty, and why there is none; UTF-8 with Excel's mark.

    Where the model can say that it does not know, also whether it is sure; where it is known, also whether the photo
    looks unlike the training pictures.
    """
    may_doubt = any(line.is_sure is not None for line in sheet.lines)
    may_differ = any(line.is_unlike is not None for line in sheet.lines)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    extra = ["sure"] * may_doubt + ["unlike training pictures"] * may_differ
    writer.writerow(["path", "taken", "class", "certainty", *extra, "problem"])
    for line in sheet.lines:
        told = [YES_NO[line.is_sure]] * may_doubt + [YES_NO[line.is_unlike]] * may_differ
        row = [safe_cell(line.path), taken_in_words(line.taken), safe_cell(line.label), f"{line.probability:.4f}"]
        writer.writerow([*row, *told, ""])
    for item in sheet.skipped:
        writer.writerow([safe_cell(item.path), "", "", "", *[""] * len(extra), safe_cell(item.reason)])
    return text.getvalue().encode("utf-8-sig", "replace")


def taken_in_words(taken: float | None) -> str:
    """2026-11-21 09:30:00, as the camera's clock had it; "" where it is not known."""
    return "" if taken is None else datetime.fromtimestamp(taken, UTC).strftime("%Y-%m-%d %H:%M:%S")
