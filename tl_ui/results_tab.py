"""The fourth tab: how good the shown run's model is. Knows components; the HTML comes from present_results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.evaluation.scores import RunResult
from tl_ui.components import panel
from tl_ui.markup import Html, join, tag
from tl_ui.present import empty_state, heading
from tl_ui.present_results import results
from tl_ui.scene import Scene
from tl_ui.words import Words


@dataclass(frozen=True, slots=True)
class ResultsTab:
    body: gr.HTML

    @classmethod
    def build(cls) -> ResultsTab:
        return cls(panel("results"))

    def show(self, scene: Scene) -> dict[Any, Any]:
        return {self.body: join(_head(scene), _body(scene))}


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
    go = tag("button", words("live.try_it"), type="button", data_go="try", class_="thaw-button primary")
    shown = results(result, run.view.plan or {}, words, expert=scene.choices.is_expert)
    return join(shown, tag("div", go, class_="thaw-next"))


def go_train(words: Words) -> Html:
    go = tag("button", words("go.train_plain"), type="button", data_go="train", class_="thaw-button primary")
    return tag("div", go, class_="thaw-next")
