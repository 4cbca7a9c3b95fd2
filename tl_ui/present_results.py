"""How good a model is, as HTML: the sentence, where it was measured, the confusion matrix, each class. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tl_core.evaluation.scores import ClassScore, RunResult
from tl_core.events import ModelReady
from tl_ui.markup import EMPTY, Html, details, table, tag
from tl_ui.present import percent
from tl_ui.words import Words, number

MATRIX_CLASSES = 40
MISTAKES_SHOWN = 30
BESIDE_LETTERS = 42  # so wide, in letters, is a matrix that fits on half the page


def results(result: RunResult, plan: Mapping[str, Any], words: Words, *, expert: bool) -> Html:
    """The whole tab for a run that has a model."""
    return tag(
        "div",
        tag("section", _answer(result, words), _measured(result, plan, words), class_="answer thaw-card"),
        tag("section", _confusion(result, words), class_="thaw-card"),
        tag("section", _per_class(result, words), _more(result, words) if expert else EMPTY, class_="thaw-card"),
        class_="results few" if sum(max(7, len(name) + 1) for name in result.classes) <= BESIDE_LETTERS else "results",
    )


def sentence(result: RunResult, words: Words) -> str:
    """Right on 83 of 96 new pictures (86 %); the true rate is likely 78 to 92 %. Always "fox" would give 31 %."""
    right = words(
        "results.sentence",
        correct=number(result.correct),
        images=number(result.images),
        percent=percent(result.accuracy),
        low=percent(result.accuracy_low),
        high=percent(result.accuracy_high),
    )
    baseline = words("results.baseline", name=result.baseline_class, percent=percent(result.baseline))
    return words.sentences(right, baseline)


def first_worth(model: ModelReady, words: Words) -> str:
    """What the first model is worth, and on which pictures: the sentence of the live chart."""
    where = words(f"live.first_on_{model.measured_on.replace('-', '_')}", n=number(model.images))
    low, high = percent(model.accuracy_low), percent(model.accuracy_high)
    return words("live.first_worth", percent=percent(model.accuracy), where=where, low=low, high=high)


def measured_on(result: RunResult, plan: Mapping[str, Any], words: Words) -> str:
    """Whose pictures these were, which kinds were not among them, and whether any choice has seen them."""
    keys = {"test": "results.on_test", "cross-validation": "results.on_cross", "validation": "results.on_validation"}
    key = "results.on_folds" if result.folds else keys[result.measured_on]
    epochs = plan.get("keep_best") and plan.get("epochs")
    chose = result.measured_on == "validation" and (epochs or result.kept)
    return words.sentences(
        words(key, n=number(result.images), folds=number(result.folds), times=number(result.fold_repeats)),
        words("results.on_validation_chose" if epochs else "results.on_validation_compared") if chose else "",
        _over_seeds(result, words),
        words("results.kept_first") if result.kept == "all" else "",
        _places(plan, words),
        _without(result, words),
    )


def _over_seeds(result: RunResult, words: Words) -> str:
    """How far the number depends on chance, where the training was repeated with other seeds."""
    accuracies = result.seed_accuracies
    if len(accuracies) < 2:
        return ""
    return words(
        "results.over_seeds",
        n=number(len(accuracies)),
        mean=percent(result.mean_accuracy),
        low=percent(min(accuracies)),
        high=percent(max(accuracies)),
        spread=f"{100 * result.accuracy_spread:.1f}",
    )


def _places(plan: Mapping[str, Any], words: Words) -> str:
    """Whether the number is for pictures like these or for new places. An old plan says nothing of it: the same."""
    kept_out = str(plan.get("kept_out", "none"))
    if kept_out != "none":
        return words(
            "results.places_new", groups=number(int(plan.get("groups", 0))), by=words(f"results.by_{kept_out}")
        )
    return words("results.places_unknown" if plan.get("used_in") == "new" else "results.places_same")


def _without(result: RunResult, words: Words) -> str:
    names = unmeasured(result)
    if not names:
        return ""
    comma = "、" if words.language == "zh-CN" else ", "
    return words("results.unmeasured", names=comma.join(f"“{name}”" for name in names[:5]) + "…" * (len(names) > 5))


def unmeasured(result: RunResult) -> list[str]:
    """The kinds of which no picture was there to measure with: the accuracy says nothing of them."""
    return [kind.name for kind in result.per_class if not kind.support]


def mixed_up(result: RunResult) -> list[tuple[str, str, int]]:
    """(truth, answer, how often) of every kind of mistake, the commonest first."""
    mistakes = [
        (result.classes[row], result.classes[column], count)
        for row, counts in enumerate(result.confusion)
        for column, count in enumerate(counts)
        if row != column and count
    ]
    return sorted(mistakes, key=lambda mistake: -mistake[2])


def _answer(result: RunResult, words: Words) -> Html:
    number_line = tag(
        "div", tag("b", f"{percent(result.accuracy)} %"), tag("span", words("results.right")), class_="big"
    )
    low, high = 100 * result.accuracy_low, 100 * result.accuracy_high
    scale = tag(
        "div",
        tag("i", class_="likely", style=f"left:{low:.1f}%;width:{max(0.6, high - low):.1f}%"),
        tag("i", class_="found-rate", style=f"left:{100 * result.accuracy:.1f}%"),
        tag("i", class_="baseline", style=f"left:{100 * result.baseline:.1f}%"),
        class_="scale",
        aria_hidden="true",
    )
    likely = tag("small", words("results.likely", low=percent(result.accuracy_low), high=percent(result.accuracy_high)))
    text = tag("p", sentence(result, words), class_="sentence")
    return tag("div", tag("div", number_line, scale, likely, class_="answer-number"), text, class_="answer-row")


def _measured(result: RunResult, plan: Mapping[str, Any], words: Words) -> Html:
    next_line = words("results.no_mistakes")
    for truth, answer, count in mixed_up(result)[:1]:
        next_line = words("results.mixed", truth=truth, answer=answer, n=number(count))
    return tag("p", words.sentences(measured_on(result, plan, words), next_line), class_="muted")


def _confusion(result: RunResult, words: Words) -> Html:
    """The matrix, or, where nobody could read it, the commonest mistakes."""
    if len(result.classes) > MATRIX_CLASSES:
        label = words("results.mistakes")
        named: list[object] = [words("results.truth"), words("results.answer"), words("results.support")]
        listed: list[list[object]] = [[*mistake] for mistake in mixed_up(result)[:MISTAKES_SHOWN]]
        return tag("div", tag("h3", label), table(named, listed, label=label))
    corner = f"{words('results.truth')} ↓ / {words('results.answer')} →"
    heads: list[object] = [tag("small", corner), *result.classes]
    rows = [_confusion_row(result.classes, at, counts) for at, counts in enumerate(result.confusion)]
    label = words("results.confusion")
    whole = table(heads, rows, label=label, class_="thaw-table confusion")
    return tag("div", tag("h3", label), tag("p", words("results.confusion_help"), class_="muted"), whole)


def _confusion_row(classes: Sequence[str], row: int, counts: Sequence[int]) -> list[object]:
    total = sum(counts) or 1
    cells: list[object] = [classes[row]]
    for column, count in enumerate(counts):
        kind = "right" if row == column else "wrong"
        strength = f"--strength:{count / total:.2f}"
        cells.append(tag("span", count or "·", class_=f"cell {kind if count else 'none'}", style=strength))
    return cells


def _per_class(result: RunResult, words: Words) -> Html:
    heads: list[object] = [
        words("results.class"),
        _explained(words, "results.precision"),
        _explained(words, "results.recall"),
        words("results.f1"),
        words("results.support"),
    ]
    rows = [_class_row(score) for score in result.per_class]
    return tag("div", tag("h3", words("results.per_class")), table(heads, rows, label=words("results.per_class")))


def _explained(words: Words, key: str) -> Html:
    return tag("span", words(key), tag("small", words(f"{key}_help")), class_="explained")


def _class_row(score: ClassScore) -> list[object]:
    measures = [_measure(value) for value in (score.precision, score.recall, score.f1)]
    return [score.name, *measures, number(score.support)]


def _measure(value: float) -> Html:
    bar = tag("span", tag("i", style=f"width:{100 * value:.0f}%"), class_="mini-bar", aria_hidden="true")
    return tag("span", f"{percent(value)} %", bar, class_="measure")


def _more(result: RunResult, words: Words) -> Html:
    auroc = words("results.unknown") if result.auroc is None else f"{result.auroc:.3f}"
    pairs = (
        ("results.macro_f1", f"{result.macro_f1:.3f}"),
        ("results.balanced_accuracy", f"{percent(result.balanced_accuracy)} %"),
        ("results.auroc", auroc),
        ("results.log_loss", f"{result.log_loss:.3f}"),
    )
    items = [tag("div", tag("dt", words(key)), tag("dd", value)) for key, value in pairs]
    return details(words("results.more"), tag("dl", *items, class_="measures"), is_open=True)


def keep(words: Words, *, address: str, file_name: str) -> Html:
    """The download, with the line that predicts with it."""
    command = tag("pre", tag("code", words("keep.command", file=file_name)), tabindex=0)
    sign = Html('<span class="download-sign" aria-hidden="true">↓</span>')
    link = tag("a", sign, words("keep.download"), href=address, download=True, class_="thaw-button primary")
    body = tag("div", tag("h3", words("keep.title")), tag("p", words("keep.lead"), class_="muted"), command)
    return tag("section", body, link, class_="keep thaw-card")
