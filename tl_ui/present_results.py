"""How good a model is, as HTML: the sentence, where it was measured, and the parts of the tab in their order. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tl_core.data.corrections import Changes
from tl_core.errors import UserError
from tl_core.evaluation.advice import Advice
from tl_core.evaluation.measures import Measure
from tl_core.evaluation.scores import RunResult
from tl_core.events import ModelReady
from tl_ui.markup import EMPTY, Html, tag
from tl_ui.present import note, percent
from tl_ui.present_confusion import confusion, mistakes_of, per_class
from tl_ui.present_measures import all_measures, in_view, measures_of
from tl_ui.present_next import again, next_steps, train_again
from tl_ui.selections import Behind
from tl_ui.words import Words, number

BESIDE_LETTERS = 42  # so wide, in letters, is a matrix that fits on half the page


@dataclass(frozen=True, slots=True)
class Understood:
    """What is known beside the result itself. `problem` says why a run's answers are not there: then no number leads
    to pictures. `dataset` is the set whose pictures are shown.
    """

    run: str = ""
    dataset: str = ""
    measures: tuple[Measure, ...] = ()
    labels: str = ""
    suspects_left: int = 0
    worst: tuple[Behind, ...] = ()
    advice: tuple[Advice, ...] = ()
    changes: Changes = field(default_factory=Changes)
    problem: UserError | None = None

    @property
    def can_show(self) -> bool:
        return bool(self.run) and self.problem is None


def results(
    result: RunResult, plan: Mapping[str, Any], words: Words, *, expert: bool, known: Understood | None = None
) -> Html:
    """The whole tab for a run that has a model."""
    known = known or Understood()
    measures = all_measures(known.measures or measures_of(result), result, plan, words, is_open=expert)
    answer = (_answer(result, words), _measured(result, plan, words), in_view(result, words), measures)
    return tag(
        "div",
        again(known.changes, words, run=known.run),
        tag("section", *answer, class_="answer thaw-card"),
        _problem(known, words),
        next_steps(known.advice, result.classes, words, run=known.run),
        _worst(known, words),
        tag("section", confusion(result, words, can_show=known.can_show), class_="thaw-card"),
        tag("section", per_class(result, words, can_show=known.can_show), class_="thaw-card"),
        _labels(known, words),
        class_="results few" if sum(max(7, len(name) + 1) for name in result.classes) <= BESIDE_LETTERS else "results",
    )


def sentence(result: RunResult, words: Words) -> str:
    """Right on 83 of 96 new pictures (86 %); the true rate is likely 78 to 92 %. Always "fox" would give 31 %.

    Pictures that only training did not see are like those that it saw: they are not called new.
    """
    right = words(
        "results.sentence" if result.measured_on == "test" else "results.sentence_like",
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
    return [(result.classes[truth], result.classes[answer], n) for truth, answer, n in mistakes_of(result)]


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


def _problem(known: Understood, words: Words) -> Html:
    """An older run's numbers lead nowhere: why, and what to do."""
    if known.problem is None:
        return EMPTY
    told = note(words.said(known.problem.message), hint=words.said(known.problem.hint))
    return tag("div", told, train_again(words, run=known.run), class_="no-answers")


def _worst(known: Understood, words: Words) -> Html:
    """The mistakes that it was surest of, in sight."""
    if not known.worst:
        return EMPTY
    shown = [_mistake(one, at, known.dataset, words) for at, one in enumerate(known.worst)]
    more = tag("button", words("results.all_mistakes"), type="button", data_show="mistakes", class_="thaw-button small")
    head = tag("div", tag("h3", words("results.worst")), more, class_="card-head")
    lead = tag("p", words("results.worst_lead"), class_="muted")
    return tag("section", head, lead, tag("ul", *shown, class_="worst"), class_="thaw-card wide")


def _mistake(one: Behind, at: int, dataset: str, words: Words) -> Html:
    sure = percent(one.sure or 0.0)
    told = words("results.mistake", truth=one.truth, answer=one.answer, percent=sure)
    picture = tag("img", src=f"thaw/datasets/{dataset}/thumb/{one.sha256}.jpg?size=160", alt="", loading="lazy")
    caption = tag("span", tag("s", one.truth), " ", tag("b", one.answer), tag("small", f"{sure} %"))
    parts = (tag("span", picture, class_="thumb-fit"), caption)
    return tag(
        "li", tag("button", *parts, type="button", data_show="mistakes", data_at=at, aria_label=told, title=told)
    )


def _labels(known: Understood, words: Words) -> Html:
    """Labels that look wrong: how many, and the way to look at them."""
    if not known.labels:
        return EMPTY
    look = EMPTY
    if known.suspects_left:
        text = words.count("labels.look", known.suspects_left)
        look = tag("button", text, type="button", data_show="suspects", class_="thaw-button")
    told = tag("p", known.labels)
    return tag("section", tag("h3", words("labels.title")), told, look, class_="thaw-card labels wide")


def keep(words: Words, *, address: str, file_name: str) -> Html:
    """The download, with the line that predicts with it."""
    command = tag("pre", tag("code", words("keep.command", file=file_name)), tabindex=0)
    sign = Html('<span class="download-sign" aria-hidden="true">↓</span>')
    link = tag("a", sign, words("keep.download"), href=address, download=True, class_="thaw-button primary")
    body = tag("div", tag("h3", words("keep.title")), tag("p", words("keep.lead"), class_="muted"), command)
    return tag("section", body, link, class_="keep thaw-card")
