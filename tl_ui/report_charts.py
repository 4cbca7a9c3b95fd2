"""The charts of a report as SVG: drawn from numbers, readable without colour, nothing in them moves. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from tl_core.evaluation.scores import RunResult, wilson
from tl_core.events import EpochDone
from tl_ui.markup import EMPTY, Html, join, tag
from tl_ui.present import percent

MOST_CELLS, MOST_BARS = 30, 40  # classes that a matrix, and bars, can still be read with
NAME_LETTERS = 22
COLD, WARM, LINE, INK, QUIET = "#0369a1", "#c2410c", "#94a3b8", "#0f172a", "#475569"


def interval_chart(result: RunResult, label: str) -> Html:
    """The accuracy as a mark, its likely range as a bar, and what always the same answer would give as a line."""
    at = 600 / 100
    low, high, base = (100 * value * at for value in (result.accuracy_low, result.accuracy_high, result.baseline))
    ticks = [
        join(
            _line(10 + tick * at, 34, 10 + tick * at, 40, LINE), _text(10 + tick * at, 56, f"{tick} %", anchor="middle")
        )
        for tick in range(0, 101, 20)
    ]
    parts = [
        tag("rect", x=10, y=14, width=600, height=20, rx=4, fill="#e2e8f0"),
        tag("rect", x=f"{10 + low:.1f}", y=14, width=f"{max(2, high - low):.1f}", height=20, rx=4, fill="#7dd3fc"),
        _line(10 + 100 * result.accuracy * at, 8, 10 + 100 * result.accuracy * at, 40, COLD, 4),
        tag("g", _line(10 + base, 10, 10 + base, 38, WARM, 2), stroke_dasharray="4 3"),
    ]
    return _svg(640, 62, label, *parts, *ticks)


def confusion_chart(result: RunResult, label: str) -> Html:
    """Rows are the truth, columns the answers; each cell holds its number. Nothing where there are too many kinds."""
    count = len(result.classes)
    if count > MOST_CELLS:
        return EMPTY
    side, left = (44, 170) if count <= 12 else (30, 170)
    top = 24 + 6 * max(len(_short(name)) for name in result.classes)  # names stand aslant
    cells: list[Html] = []
    for row, counts in enumerate(result.confusion):
        y, total = top + row * side, sum(counts) or 1
        cells.append(_text(left - 8, y + side / 2 + 4, _short(result.classes[row]), anchor="end"))
        for column, number in enumerate(counts):
            x, share = left + column * side, number / total
            colour = COLD if row == column else WARM
            cells.append(tag("rect", x=x, y=y, width=side, height=side, fill="#fff", stroke="#cbd5e1"))
            if number:
                shade = {"x": x, "y": y, "width": side, "height": side, "fill": colour}
                cells.append(tag("rect", **shade, fill_opacity=f"{0.12 + 0.88 * share:.2f}"))
                ink = "#ffffff" if share > 0.55 else INK
                cells.append(_text(x + side / 2, y + side / 2 + 4, f"{number:,}", anchor="middle", fill=ink))
    heads = [
        tag(
            "g",
            _text(0, 0, _short(name)),
            transform=f"translate({left + at * side + side / 2 + 4} {top - 8}) rotate(-55)",
        )
        for at, name in enumerate(result.classes)
    ]
    return _svg(left + count * side + 90, top + count * side + 6, label, *heads, *cells)


def recall_chart(result: RunResult, label: str) -> Html:
    """How many pictures of each kind were found, with the interval of the true rate."""
    scores = [score for score in result.per_class if score.support][:MOST_BARS]
    left, width, height = 170, 360, 26
    parts: list[Html] = []
    for at, score in enumerate(scores):
        y = 6 + at * height
        low, high = wilson(round(score.recall * score.support), score.support)
        middle = y + height / 2 - 2
        parts += [
            _text(left - 8, middle + 4, _short(score.name), anchor="end"),
            tag("rect", x=left, y=y, width=width, height=height - 8, rx=3, fill="#e2e8f0"),
            tag("rect", x=left, y=y, width=f"{width * score.recall:.1f}", height=height - 8, rx=3, fill="#38bdf8"),
            _line(left + width * low, middle, left + width * high, middle, INK, 2),
            _line(left + width * low, middle - 4, left + width * low, middle + 4, INK, 2),
            _line(left + width * high, middle - 4, left + width * high, middle + 4, INK, 2),
            _text(left + width + 10, middle + 4, f"{percent(score.recall)} % · {score.support:,}"),
        ]
    return _svg(left + width + 130, 10 + len(scores) * height, label, *parts)


def curve_chart(epochs: Sequence[EpochDone], label: str, names: tuple[str, str]) -> Html:
    """Accuracy by epoch in training (dashed) and validation; nothing for a single point."""
    if len(epochs) < 2:
        return EMPTY
    first, last = epochs[0].epoch, epochs[-1].epoch
    lines = (
        (names[0], [(epoch.epoch, epoch.train_accuracy) for epoch in epochs], QUIET, "5 4"),
        (names[1], [(e.epoch, e.val_accuracy) for e in epochs if e.val_accuracy is not None], COLD, None),
    )
    parts: list[Html] = []
    for tick in range(0, 101, 25):
        y = 170 - 1.5 * tick
        parts += [_line(46, y, 600, y, "#e2e8f0"), _text(40, y + 4, f"{tick} %", anchor="end")]
    for at, (name, points, colour, dashes) in enumerate(lines):
        drawn = " ".join(f"{46 + 554 * (x - first) / max(1, last - first):.1f},{170 - 150 * y:.1f}" for x, y in points)
        look = {"fill": "none", "stroke": colour, "stroke_width": 2.5, "stroke_dasharray": dashes}
        parts += [
            tag("polyline", points=drawn, **look) if drawn else EMPTY,
            tag("polyline", points=f"{60 + at * 170},208 {90 + at * 170},208", **look),
            _text(96 + at * 170, 212, name),
        ]
    parts += [_text(46, 188, str(first), anchor="middle"), _text(600, 188, str(last), anchor="middle")]
    return _svg(620, 220, label, *parts)


def _svg(width: float, height: float, label: str, *parts: Html) -> Html:
    look = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width:.0f} {height:.0f}", "role": "img"}
    return tag("svg", tag("title", label), *parts, **look, width=f"{width:.0f}", font_family="sans-serif", font_size=12)


def _text(x: float, y: float, words: str, *, anchor: str = "start", fill: str = INK) -> Html:
    return tag("text", words, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, fill=fill)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1) -> Html:
    ends = {"x1": f"{x1:.1f}", "y1": f"{y1:.1f}", "x2": f"{x2:.1f}", "y2": f"{y2:.1f}"}
    return tag("line", **ends, stroke=colour, stroke_width=width)


def _short(name: str) -> str:
    return name if len(name) <= NAME_LETTERS else f"{name[: NAME_LETTERS - 1]}…"
