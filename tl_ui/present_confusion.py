"""What was taken for what, kind by kind, as HTML in which every number is a button that shows its pictures. Pure.

`data-show` names the pictures behind a number (see selections); without kept answers numbers are only numbers.
"""

from __future__ import annotations

from tl_core.evaluation.scores import RunResult
from tl_ui.markup import EMPTY, Html, table, tag
from tl_ui.present import percent
from tl_ui.words import Words, number

MATRIX_CLASSES = 40
PAIRS_SHOWN = 5
MISTAKES_SHOWN = 30
Mistake = tuple[int, int, int]


def mistakes_of(result: RunResult) -> list[Mistake]:
    """(truth, answer, how often) of every kind of mistake, as places of classes; the commonest first."""
    mistakes = [
        (row, column, count)
        for row, counts in enumerate(result.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    return sorted(mistakes, key=lambda mistake: -mistake[2])


def confusion(result: RunResult, words: Words, *, can_show: bool) -> Html:
    """The matrix, or, where nobody could read it, the commonest mistakes."""
    if len(result.classes) > MATRIX_CLASSES:
        return _commonest(result, words, can_show=can_show)
    corner = f"{words('results.truth')} ↓ / {words('results.answer')} →"
    heads: list[object] = [tag("small", corner)]
    heads += [shower(f"answer:{at}", name, can_show=can_show) for at, name in enumerate(result.classes)]
    cells = [_row(result, row, words, can_show=can_show) for row in range(len(result.classes))]
    label = words("results.confusion")
    whole = table(heads, cells, label=label, class_="thaw-table confusion")
    help_ = tag("p", words("results.confusion_help"), f" {words('results.press')}" if can_show else "", class_="muted")
    return tag("div", tag("h3", label), help_, whole, pairs(result, words, can_show=can_show))


def pairs(result: RunResult, words: Words, *, can_show: bool) -> Html:
    """The kinds that are mixed up most often, in words."""
    found = mistakes_of(result)[:PAIRS_SHOWN]
    if not found:
        return EMPTY
    items = [tag("li", pair(result, mistake, words, can_show=can_show)) for mistake in found]
    return tag("div", tag("h4", words("results.pairs")), tag("ul", *items, class_="pairs"))


def pair(result: RunResult, mistake: Mistake, words: Words, *, can_show: bool) -> Html:
    truth, answer, count = mistake
    told = words("results.pair", truth=result.classes[truth], answer=result.classes[answer], n=number(count))
    return shower(f"cell:{truth}:{answer}", told, can_show=can_show)


def shower(show: str, text: object, *, can_show: bool, **attributes: object) -> Html:
    """A button that shows the pictures behind a number; the number alone where there are none to show."""
    if not can_show:
        return tag("span", text, **{name: value for name, value in attributes.items() if name != "aria_label"})
    classes = f"shower {attributes.pop('class_', '')}".strip()
    return tag("button", text, type="button", data_show=show, class_=classes, **attributes)


def per_class(result: RunResult, words: Words, *, can_show: bool) -> Html:
    heads: list[object] = [
        words("results.class"),
        _explained(words, "results.precision"),
        _explained(words, "results.recall"),
        words("results.f1"),
        words("results.support"),
    ]
    rows = [_class_row(result, at, can_show=can_show) for at in range(len(result.classes))]
    return tag("div", tag("h3", words("results.per_class")), table(heads, rows, label=words("results.per_class")))


def _commonest(result: RunResult, words: Words, *, can_show: bool) -> Html:
    label = words("results.mistakes")
    named: list[object] = [words("results.truth"), words("results.answer"), words("results.support")]
    listed: list[list[object]] = [
        [
            result.classes[truth],
            result.classes[answer],
            shower(f"cell:{truth}:{answer}", number(count), can_show=can_show),
        ]
        for truth, answer, count in mistakes_of(result)[:MISTAKES_SHOWN]
    ]
    return tag("div", tag("h3", label), table(named, listed, label=label))


def _row(result: RunResult, row: int, words: Words, *, can_show: bool) -> list[object]:
    counts = result.confusion[row]
    total = sum(counts) or 1
    cells: list[object] = [shower(f"truth:{row}", result.classes[row], can_show=can_show and sum(counts) > 0)]
    for column, count in enumerate(counts):
        kind = "right" if row == column else "wrong"
        strength = f"--strength:{count / total:.2f}"
        if not count:
            cells.append(tag("span", "·", class_="cell none"))
            continue
        told = words("results.cell", truth=result.classes[row], answer=result.classes[column], n=number(count))
        cells.append(
            shower(
                f"cell:{row}:{column}",
                number(count),
                can_show=can_show,
                class_=f"cell {kind}",
                style=strength,
                aria_label=told,
                title=told,
            )
        )
    return cells


def _explained(words: Words, key: str) -> Html:
    return tag("span", words(key), tag("small", words(f"{key}_help")), class_="explained")


def _class_row(result: RunResult, at: int, *, can_show: bool) -> list[object]:
    """Precision leads to what was called so and is not, recall to what was missed."""
    score = result.per_class[at]
    falsely = sum(counts[at] for row, counts in enumerate(result.confusion) if row != at)
    shown = can_show and score.support > 0
    return [
        shower(f"truth:{at}", score.name, can_show=shown),
        shower(f"false:{at}", _measure(score.precision), can_show=can_show and falsely > 0),
        shower(f"missed:{at}", _measure(score.recall), can_show=shown and score.recall < 1),
        _measure(score.f1),
        shower(f"truth:{at}", number(score.support), can_show=shown),
    ]


def _measure(value: float) -> Html:
    bar = tag("span", tag("i", style=f"width:{100 * value:.0f}%"), class_="mini-bar", aria_hidden="true")
    return tag("span", f"{percent(value)} %", bar, class_="measure")
