"""Every measure of a result as HTML: its value, what it means in one sentence, and where it was measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tl_core.evaluation.measures import MEANINGS, Measure
from tl_core.evaluation.scores import RunResult
from tl_ui.markup import Html, details, table, tag
from tl_ui.present import percent
from tl_ui.words import Words

SHARES = ("accuracy", "balanced_accuracy", "top_3")  # told in per cent
POINTS = ("calibration_error",)  # told in points of per cent


def in_view(result: RunResult, words: Words) -> Html:
    """What stands beside the accuracy at once: the baseline, and two measures that big classes do not rule."""
    baseline = words("measure.baseline_of", name=result.baseline_class)
    rows = (
        (words("measure.baseline"), f"{percent(result.baseline)} %", baseline),
        (
            words("measure.balanced_accuracy"),
            f"{percent(result.balanced_accuracy)} %",
            words.said(MEANINGS["balanced_accuracy"]),
        ),
        (words("measure.macro_f1"), f"{result.macro_f1:.2f}", words.said(MEANINGS["macro_f1"])),
    )
    items = [tag("div", tag("dt", name), tag("dd", value, tag("small", told))) for name, value, told in rows]
    return tag("dl", *items, class_="measures in-view")


def all_measures(
    found: Sequence[Measure], result: RunResult, plan: Mapping[str, Any], words: Words, *, is_open: bool
) -> Html:
    """A table of them, each with where it was measured."""
    heads: list[object] = [words("measure.name"), words("measure.value"), words("measure.meaning")]
    heads.append(words("measure.where"))
    where = words(f"measure.{where_key(result, plan)}")
    rows: list[list[object]] = [[words(f"measure.{one.name}"), *_told(one, words), where] for one in found]
    label = words("measure.all")
    return details(label, table(heads, rows, label=label, class_="thaw-table all-measures"), is_open=is_open)


def where_key(result: RunResult, plan: Mapping[str, Any]) -> str:
    """Never simply "accuracy": on pictures like those that were learned from, on a test split, or on new places."""
    if str(plan.get("kept_out", "none")) != "none":
        return "on_new_places"
    return "on_test" if result.measured_on == "test" else "on_like_these"


def measures_of(result: RunResult) -> tuple[Measure, ...]:
    """What an older run's result says without its answers."""
    values = {
        "accuracy": result.accuracy,
        "balanced_accuracy": result.balanced_accuracy,
        "macro_f1": result.macro_f1,
        "auroc": result.auroc,
        "log_loss": result.log_loss,
    }
    interval = {"accuracy": (result.accuracy_low, result.accuracy_high)}
    return tuple(
        Measure(name, value, MEANINGS[name], *interval.get(name, (None, None))) for name, value in values.items()
    )


def _told(one: Measure, words: Words) -> list[object]:
    value = tag("b", _value(one, words))
    if one.low is not None and one.high is not None:
        likely = words("results.likely", low=percent(one.low), high=percent(one.high))
        value = tag("span", value, tag("small", likely), class_="explained")
    told = words.sentences(words.said(one.meaning), words.said(one.caution))
    return [value, told]


def _value(one: Measure, words: Words) -> str:
    if one.value is None:
        return words("results.unknown")
    if one.name in SHARES:
        return f"{percent(one.value)} %"
    if one.name in POINTS:
        return words("measure.points", n=f"{100 * one.value:.1f}")
    return f"{one.value:.3f}"
