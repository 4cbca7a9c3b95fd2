"""The fifth tab: show the model a new picture, take the model away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_ui.components import TRY_WORDS, panel, redrawn, try_zone
from tl_ui.markup import Html, join, tag
from tl_ui.present import empty_state, heading, note
from tl_ui.present_results import first_worth, keep
from tl_ui.results_tab import go_train
from tl_ui.routes_runs import file_name
from tl_ui.scene import Scene
from tl_ui.words import Words


@dataclass(frozen=True, slots=True)
class TryTab:
    head: gr.HTML
    zone: gr.HTML
    keep: gr.HTML

    @classmethod
    def build(cls, words: Words) -> TryTab:
        return cls(panel("try-head"), try_zone(words), panel("keep"))

    def show(self, scene: Scene) -> dict[Any, Any]:
        words, run = scene.words, scene.run
        ready = run is not None and run.has_model
        kept = Html("")
        if run is not None and ready:
            address = f"thaw/runs/{run.id}/bundle.zip"
            kept = keep(words, address=address, file_name=file_name(run.label, run.id))
        return {
            self.head: _head(scene, ready=ready),
            self.zone: redrawn({"run": run.id if run and ready else ""}, words.part(*TRY_WORDS)),
            self.keep: kept,
        }


def _head(scene: Scene, *, ready: bool) -> Html:
    words = scene.words
    if not ready:
        key = "try.not_ready" if scene.run and scene.run.view.is_active else "try.empty"
        return join(heading(words, "try.title"), empty_state(words, key), go_train(words))
    name = scene.run.name if scene.run else ""
    run = tag("p", words("runs.looking_at", run=name), class_="muted")
    return join(heading(words, "try.title", "try.lead"), run, _first_model(scene))


def _first_model(scene: Scene) -> Html:
    """What is tried before the run's end is not its last word."""
    words, run = scene.words, scene.run
    if run is None or run.first_model is None:
        return Html("")
    key = "try.first" if run.view.is_active else "try.first_kept"
    return note(words.sentences(words(key), first_worth(run.first_model, words)))
