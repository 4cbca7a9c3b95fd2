"""The drawn pieces of the Network tab beside the cards and the ice: their values for a scene. Knows no handler."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tl_ui.components import drawn, redrawn
from tl_ui.present import frozen_stages, run_rows, stage_title
from tl_ui.scene import Scene
from tl_ui.words import Words

COMPARED = ("compare", "cards", "time", "live", "drop")
LISTED = ("catalogue", "cards", "drop")
LATER = ("gradual",)
BROUGHT = ("weights", "drop")
WEIGHTS = "weights"  # start from the file that was brought


def comparison(words: Words) -> gr.HTML:
    """Value `{"dataset", "chosen", "settings"}`; asks the server itself. Fires `pick` with a network's name."""
    return drawn("asking", "scatter", "compare", elem_id="compare", words=words.part(*COMPARED))


def compared(scene: Scene) -> dict[str, Any]:
    choices = scene.choices
    value = {"dataset": choices.dataset, "chosen": choices.backbone, "settings": about_network(scene)}
    return redrawn(value, scene.words.part(*COMPARED))


def catalogue(words: Words) -> gr.HTML:
    """Value `{"chosen"}`; asks the server itself. Fires `pick` with a network's name."""
    return drawn("scatter", "catalogue", elem_id="catalogue", words=words.part(*LISTED))


def listed(scene: Scene) -> dict[str, Any]:
    return redrawn({"chosen": scene.choices.backbone}, scene.words.part(*LISTED))


def gradual(words: Words) -> gr.HTML:
    """Value `{"frozen", "gradual"}`. Fires `schedule` with its text."""
    return drawn("gradual", elem_id="gradual", words=words.part(*LATER))


def thawing_later(scene: Scene, *, anew: bool = True) -> dict[str, Any]:
    """Not anew where only the ice moved: lines that are typed just now stay."""
    frozen = frozen_stages(scene.choices.freeze, scene.stages, scene.choices.trained)
    stages = [{"name": stage.name, "title": stage_title(stage.title, scene.words)} for stage in frozen]
    return redrawn({"frozen": stages, "gradual": scene.choices.gradual if anew else None}, scene.words.part(*LATER))


def weights_drop(words: Words) -> gr.HTML:
    """Value `{"backbone"}`. Fires `ready` with a weights file's identifier and the network that it fits."""
    return drawn("sending", "weights", elem_id="own-weights", words=words.part(*BROUGHT))


def fitting(scene: Scene) -> dict[str, Any]:
    return redrawn({"backbone": scene.choices.backbone}, scene.words.part(*BROUGHT))


def start_choices(scene: Scene) -> list[tuple[str, str]]:
    """(label, value) of everything that a training can start from; runs by their identifiers."""
    words = scene.words
    options = [(words("start.pretrained"), "pretrained"), (words("start.scratch"), "scratch")]
    if scene.weights_name:
        options.append((words("start.weights", name=scene.weights_name), WEIGHTS))
    rows = run_rows(words, [row for row in scene.runs if row.accuracy is not None], scene.names)
    labels = [f"{row['name']} · {row['detail']}" for row in rows]
    return [*options, *((words("start.run", name=label), row["run"]) for label, row in zip(labels, rows, strict=True))]


def chosen_start(scene: Scene) -> str:
    """Of the options, the one in use; pretrained where a run or a file is gone."""
    wanted = WEIGHTS if scene.choices.weights else scene.choices.start
    return wanted if wanted in [value for _, value in start_choices(scene)] else "pretrained"


def about_network(scene: Scene) -> dict[str, Any]:
    """What a look at the network depends on: which one it is, and where its weights come from."""
    return {"backbone": scene.choices.backbone, "start": scene.choices.start, "weights": scene.choices.weights}
