"""Several ways to do one job, compared: how right each became, and when it was as right as another. Pure arithmetic.

A row is one training: contender, seed, and points of (seconds, accuracy on the test pictures) in the order of time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any

Row = Mapping[str, Any]
INSTANT, BETTER, TIMM = "Thaw, instant", "Thaw, better", "timm + logistic regression"


@dataclass(frozen=True, slots=True)
class Compared:
    """One contender over its seeds. `accuracy` is of the last point, `seconds` up to it.

    `to_instant` and `to_better` hold, for each seed, the seconds until it was as right as Thaw's model of that seed, or
    None where it never was. `times` is the median of those seconds over Thaw's, None where most seeds never got there.
    """

    contender: str
    accuracies: tuple[float, ...]
    seconds: tuple[float, ...]
    to_instant: tuple[float | None, ...]
    to_better: tuple[float | None, ...]
    times: float | None
    times_better: float | None

    @property
    def accuracy(self) -> float:
        return mean(self.accuracies)


def seconds_to(row: Row, accuracy: float) -> float | None:
    """When a training was first as right as that; a model of its best moment could have been kept."""
    return next((float(point["seconds"]) for point in row["points"] if point["accuracy"] >= accuracy), None)


def compared(rows: Sequence[Row]) -> list[Compared]:
    """Every contender with a row, in the order of the rows."""
    instant, better = by_seed(rows, INSTANT), by_seed(rows, BETTER)
    found = []
    for contender in dict.fromkeys(str(row["contender"]) for row in rows):
        own = by_seed(rows, contender)
        found.append(
            Compared(
                contender=contender,
                accuracies=tuple(float(row["points"][-1]["accuracy"]) for row in own.values()),
                seconds=tuple(float(row["points"][-1]["seconds"]) for row in own.values()),
                to_instant=reached(own, instant),
                to_better=reached(own, better),
                times=times_as_long(own, instant),
                times_better=times_as_long(own, better),
            )
        )
    return found


def by_seed(rows: Sequence[Row], contender: str) -> dict[int, Row]:
    return {int(row["seed"]): row for row in rows if row["contender"] == contender}


def reached(own: Mapping[int, Row], marks: Mapping[int, Row]) -> tuple[float | None, ...]:
    """One for each seed that both were trained with."""
    return tuple(seconds_to(row, marks[seed]["points"][-1]["accuracy"]) for seed, row in own.items() if seed in marks)


def times_as_long(own: Mapping[int, Row], marks: Mapping[int, Row]) -> float | None:
    """A seed that never got there counts as longer than all that did; None where it is the one in the middle."""
    seeds = [seed for seed in own if seed in marks]
    if not seeds:
        return None
    found = [
        float("inf") if seconds is None else seconds / float(marks[seed]["points"][-1]["seconds"])
        for seed, seconds in zip(seeds, reached(own, marks), strict=True)
    ]
    middle = median(found)
    return None if middle == float("inf") else middle


def records_in(text: str) -> list[dict[str, Any]]:
    """The lines that are JSON objects: libraries print what they like between them."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def thaw_points(records: Sequence[dict[str, Any]], begun: float) -> list[dict[str, Any]]:
    """One point: when the model was done that the ending measures, without the time of measuring it.

    A head in closed form is done when the first model is told; what is fine-tuned, when scoring begins.
    """
    (ending,) = (row for row in records if row["kind"] == "finished")
    if ending["result"]["measured_on"] != "test":
        raise SystemExit("The folder brings no test pictures, so nothing can be compared.")
    if ending["epochs"] == 0:
        done = next(row for row in records if row["kind"] == "model_ready")
    else:
        last = max(number for number, row in enumerate(records) if row["kind"] == "epoch_done")
        done = next(row for row in records[last:] if row["kind"] == "finished" or row.get("name") == "scoring")
    accuracy = float(ending["result"]["accuracy"])
    return [{"kind": "point", "epoch": ending["epochs"], "seconds": round(done["t"] - begun, 3), "accuracy": accuracy}]


def percent(accuracies: Sequence[float]) -> str:
    low, high = min(accuracies), max(accuracies)
    spread = f" ({100 * low:.1f} to {100 * high:.1f})" if len(accuracies) > 1 else ""
    return f"{100 * mean(accuracies):.1f} %{spread}"


def duration(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.1f} min"


def in_time(seconds: Sequence[float | None], times: float | None) -> str:
    """The mean of those that got there, how many did, and how many times as long as Thaw it took."""
    there = [value for value in seconds if value is not None]
    if not seconds:
        return "-"
    if not there:
        return "never"
    some = f", {len(there)} of {len(seconds)} seeds" if len(there) < len(seconds) else ""
    more = "" if times is None else f" ({times:.1f} x)"
    return f"{duration(mean(there))}{more}{some}"
