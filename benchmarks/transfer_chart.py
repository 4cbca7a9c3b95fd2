"""Draws the transfer experiment: `python -m benchmarks.transfer_chart` reads results/transfer.json, writes an SVG.

Knows the file's rows and a page of 760 by 420; trains nothing.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from statistics import mean

from benchmarks.drawing import FAINT, INK, text
from benchmarks.transfer import OUT

CHART = Path(__file__).resolve().parents[1] / "assets" / "transfer.svg"
WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 560, 56, 360
LINES = {  # method: (colour, words); told apart by the words at their ends, too
    "whole": ("#d9541e", "learned 0-4 first, all of it thaws"),
    "head": ("#1769aa", "learned 0-4 first, all frozen but the last step"),
    "scratch": ("#6b7280", "from scratch"),
}


def main() -> int:
    rows = json.loads(OUT.read_text())["rows"]
    CHART.write_text(drawing(rows), encoding="utf-8")
    for line in table(rows):
        print(line)
    return 0


def values(rows: list[dict[str, object]], method: str, pictures: int) -> list[float]:
    return [float(str(row["accuracy"])) for row in rows if row["method"] == method and row["pictures"] == pictures]


def steps(rows: list[dict[str, object]]) -> list[int]:
    return sorted({int(str(row["pictures"])) for row in rows if row["method"] in LINES})


def table(rows: list[dict[str, object]]) -> list[str]:
    """Markdown: mean accuracy in percent, with the lowest and the highest of the seeds."""
    lines = [
        "| pictures of each digit | " + " | ".join(words for _, words in LINES.values()) + " |",
        "|---|---|---|---|",
    ]
    for pictures in steps(rows):
        cells = []
        for method in LINES:
            found = [100 * value for value in values(rows, method, pictures)]
            cells.append(f"{mean(found):.0f} % ({min(found):.0f} to {max(found):.0f})")
        lines.append(f"| {pictures} | " + " | ".join(cells) + " |")
    return lines


def drawing(rows: list[dict[str, object]]) -> str:
    numbers = steps(rows)

    def x(pictures: float) -> float:
        share = math.log(pictures / numbers[0]) / math.log(numbers[-1] / numbers[0])
        return LEFT + share * (RIGHT - LEFT)

    def y(accuracy: float) -> float:
        return BOTTOM - accuracy * (BOTTOM - TOP)

    parts = [*axes(numbers, x, y)]
    for method, (colour, _) in LINES.items():
        points = [(x(number), values(rows, method, number)) for number in numbers]
        path = " ".join(f"{place:.1f},{y(mean(found)):.1f}" for place, found in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="3"/>')
        for place, found in points:
            parts.append(
                f'<line x1="{place:.1f}" x2="{place:.1f}" y1="{y(min(found)):.1f}" y2="{y(max(found)):.1f}" '
                f'stroke="{colour}" stroke-width="1.5"/><circle cx="{place:.1f}" cy="{y(mean(found)):.1f}" r="4.5" '
                f'fill="{colour}"/>'
            )
    parts += labels({method: y(mean(values(rows, method, numbers[-1]))) for method in LINES})
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" role="img">'
    )
    title = "Learning the digits 5 to 9 from few pictures"
    texts = [
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="30" font-size="18" font-weight="600" fill="{INK}">{title}</text>',
    ]
    return "\n".join([head, *texts, *parts, "</svg>"]) + "\n"


def axes(numbers: list[int], x: object, y: object) -> list[str]:
    assert callable(x)
    assert callable(y)
    parts = []
    for tenth in range(0, 11, 2):
        height = y(tenth / 10)
        parts.append(f'<line x1="{LEFT}" x2="{RIGHT}" y1="{height:.1f}" y2="{height:.1f}" stroke="{FAINT}"/>')
        parts.append(text(LEFT - 10, height + 4, f"{10 * tenth} %", anchor="end"))
    parts += [text(x(number), BOTTOM + 22, str(number), anchor="middle") for number in numbers]
    parts.append(text((LEFT + RIGHT) / 2, BOTTOM + 46, "pictures of each digit to learn from", anchor="middle"))
    return parts


def labels(ends: dict[str, float]) -> list[str]:
    """The lines' names at their right ends, moved apart where they would touch; long ones on two lines."""
    parts, last = [], -math.inf
    for method, height in sorted(ends.items(), key=lambda end: end[1]):
        colour, words = LINES[method]
        first, _, second = words.partition(", ")
        place = max(height, last + 26)
        last = place + (18 if second else 0)
        parts.append(text(RIGHT + 14, place + 4, first, colour=colour))
        if second:
            parts.append(text(RIGHT + 14, place + 21, second, colour=colour))
    return parts


if __name__ == "__main__":
    sys.exit(main())
