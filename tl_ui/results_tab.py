"""The fourth tab: how good the shown run's model is, and the pictures behind every number. Knows components; the HTML
comes from present_results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.config import part_of
from tl_core.evaluation.scores import RunResult
from tl_ui.components import redrawn
from tl_ui.markup import Html, join, tag
from tl_ui.owned_insights import told
from tl_ui.present import empty_state, heading
from tl_ui.present_report import report_links
from tl_ui.present_results import Understood, results
from tl_ui.result_components import CHECKS, LIMITS, SEEN, results_panel, run_checks, seen_pictures, thresholds
from tl_ui.scene import Scene
from tl_ui.words import Words


@dataclass(frozen=True, slots=True)
class ResultsTab:
    body: gr.HTML
    limits: gr.HTML
    checks: gr.HTML
    foot: gr.HTML
    seen: gr.HTML

    @classmethod
    def build(cls, words: Words) -> ResultsTab:
        body, limits, checks = results_panel("results"), thresholds(words), run_checks(words)
        return cls(body, limits, checks, results_panel("results-foot"), seen_pictures(words))

    def show(self, scene: Scene) -> dict[Any, Any]:
        about = _about(scene)
        return {
            self.body: join(_head(scene), _body(scene)),
            self.limits: redrawn({**about, "watched": _watched(scene)}, scene.words.part(*LIMITS)),
            self.checks: redrawn(_questions(scene), scene.words.part(*CHECKS)),
            self.foot: _foot(scene),
            self.seen: redrawn(about, scene.words.part(*SEEN)),
        }


def _head(scene: Scene) -> Html:
    run = tag("p", scene.words("runs.looking_at", run=scene.run.name), class_="lead") if scene.run else ""
    return join(heading(scene.words, "results.title"), run)


def _body(scene: Scene) -> Html:
    words, run = scene.words, scene.run
    if run is None:
        return join(empty_state(words, "results.empty"), go_train(words))
    if run.view.result is None:
        key = "results.running" if run.view.is_active else "results.failed"
        return join(empty_state(words, key), go_train(words))
    result = RunResult.from_dict(run.view.result)
    return results(result, run.view.plan or {}, words, expert=scene.choices.is_expert, known=_known(scene))


def _foot(scene: Scene) -> Html:
    if scene.run is None or scene.run.view.result is None:
        return Html("")
    go = tag("button", scene.words("live.try_it"), type="button", data_go="try", class_="thaw-button primary")
    return tag("div", report_links(scene.words, scene.run.id), go, class_="thaw-next thaw-buttons")


def _known(scene: Scene) -> Understood:
    """What is known of the shown run beside its result."""
    answers, run = scene.answers, scene.run
    if answers is None or run is None:
        return Understood()
    book = answers.book
    return Understood(
        run=run.id,
        dataset=run.dataset,
        measures=book.measures if book else (),
        labels=scene.words.said(book.suspects.in_words()) if book else "",
        suspects_left=answers.suspects_left,
        worst=answers.worst,
        advice=answers.advice,
        changes=answers.changes,
        problem=answers.problem,
    )


def _about(scene: Scene) -> dict[str, Any]:
    """The run whose pictures can be shown, and its kinds in their order; no run where there is none."""
    book = scene.answers.book if scene.answers else None
    if book is None or scene.run is None:
        return {"run": "", "classes": [], "part": None}
    return {"run": scene.run.id, "classes": list(book.answers.classes), "part": part_of(scene.run.config.part)}


def _questions(scene: Scene) -> dict[str, Any]:
    """The run that questions can be asked about, and what was found out of it before. One without answers `is_old`."""
    answers, run = scene.answers, scene.run
    if answers is None or run is None:
        return {"run": "", "kept": {}, "is_old": False}
    kept = {name: told(name, found, scene.words) for name, found in answers.kept.items()}
    return {"run": run.id, "kept": kept, "is_old": answers.book is None}


def _watched(scene: Scene) -> int:
    """The place of the kind that must not be missed, as the model keeps it; -1 for none."""
    book = scene.answers.book if scene.answers else None
    if book is None or not book.decision.watched_class:
        return -1
    return book.answers.classes.index(book.decision.watched_class)


def go_train(words: Words) -> Html:
    go = tag("button", words("go.train_plain"), type="button", data_go="train", class_="thaw-button primary")
    return tag("div", go, class_="thaw-next")
