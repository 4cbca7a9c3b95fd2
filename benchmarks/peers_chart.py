"""Draws how right each contender was after how many seconds: `python -m benchmarks.peers_chart`.

Reads results/peers_one_core.json (three seeds), writes assets/peers.svg, with time in powers of ten. Knows rows and a
page; trains nothing.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from benchmarks.comparison import BETTER, INSTANT, TIMM, Row, by_seed
from benchmarks.drawing import FAINT, INK, text
from benchmarks.recording import RESULTS, read

CHART = Path(__file__).resolve().parents[1] / "assets" / "peers.svg"
SOURCE = RESULTS / "peers_one_core.json"
WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 64, 560, 56, 380
LABEL_HEIGHT = 18
COLOURS = {INSTANT: "#d9541e", BETTER: "#b3261e", TIMM: "#1769aa"}
OTHERS = ("#6b7280", "#0f766e", "#7c3aed", "#a16207", "#4b5563", "#15803d", "#9d174d")
Place = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Line:
    """One contender: the mean seconds and accuracies of its points over the seeds, in the order of time."""

    contender: str
    colour: str
    points: tuple[tuple[float, float], ...]


def lines_of(rows: Sequence[Row]) -> list[Line]:
    found, spare = [], iter(OTHERS * len(rows))
    for contender in dict.fromkeys(str(row["contender"]) for row in rows):
        series = [row["points"] for row in by_seed(rows, contender).values()]
        points = tuple(
            (mean(float(point["seconds"]) for point in at), mean(float(point["accuracy"]) for point in at))
            for at in zip(*series, strict=False)  # what stopped early ends the line
        )
        found.append(Line(contender, COLOURS.get(contender) or next(spare), points))
    return found


def drawing(rows: Sequence[Row], what: str) -> str:
    lines = lines_of(rows)
    points = [point for line in lines for point in line.points]
    first, last = (bound(math.log10(end(seconds for seconds, _ in points))) for end, bound in ENDS)
    lowest = math.floor(10 * min(accuracy for _, accuracy in points)) / 10

    def x(seconds: float) -> float:
        return LEFT + (math.log10(seconds) - first) / max(1, last - first) * (RIGHT - LEFT)

    def y(accuracy: float) -> float:
        return BOTTOM - (accuracy - lowest) / (1 - lowest) * (BOTTOM - TOP)

    parts = axes(first, max(last, first + 1), lowest, x, y)
    for line in lines:
        path = " ".join(f"{x(seconds):.1f},{y(accuracy):.1f}" for seconds, accuracy in line.points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(seconds):.1f}" cy="{y(accuracy):.1f}" r="4" fill="{line.colour}"/>'
            for seconds, accuracy in line.points
        ]
    title = f"How right, after how long: {what}"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="30" font-size="18" font-weight="600" fill="{INK}">{title}</text>',
    ]
    return "\n".join([*head, *parts, *labels(lines, x, y), "</svg>"]) + "\n"


ENDS = ((min, math.floor), (max, math.ceil))


def axes(first: int, last: int, lowest: float, x: Place, y: Place) -> list[str]:
    parts = []
    for tenth in range(round(10 * lowest), 11):
        height = y(tenth / 10)
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="{FAINT}"/>')
        parts.append(text(LEFT - 10, height + 4, f"{10 * tenth} %", anchor="end"))
    for power in range(first, last + 1):
        parts.append(text(x(10**power), BOTTOM + 22, f"{10**power:,} s", anchor="middle"))
    return [*parts, text((LEFT + RIGHT) / 2, BOTTOM + 46, "from the command on", anchor="middle")]


def labels(lines: Sequence[Line], x: Place, y: Place) -> list[str]:
    """The contenders' names to the right, moved apart where they would touch, each tied to its line's last point."""
    parts, last = [], -math.inf
    for line in sorted(lines, key=lambda line: y(line.points[-1][1])):
        seconds, accuracy = line.points[-1]
        place = max(y(accuracy), last + LABEL_HEIGHT)
        last = place
        parts.append(
            f'<line x1="{x(seconds):.1f}" x2="{RIGHT + 8}" y1="{y(accuracy):.1f}" y2="{place:.1f}" '
            f'stroke="{line.colour}" stroke-width="0.5"/>'
        )
        parts.append(text(RIGHT + 12, place + 4, line.contender, colour=line.colour, size=13))
    return parts


def what_of(settings: dict[str, object]) -> str:
    cores = ", one core each" if settings.get("cores") == 1 else ""
    return f"{settings['data']}, {int(str(settings['train'])):,} pictures of {settings['image_size']} px{cores}"


def main() -> int:
    found = read(SOURCE)
    CHART.write_text(drawing(found["rows"], what_of(found["settings"])), encoding="utf-8")
    print(f"{len(found['rows'])} trainings in {CHART}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
