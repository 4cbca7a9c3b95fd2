"""The drawn pieces of the Train tab beside the live chart: presets with their forecasts, the learning-rate finder.

Their values for a scene; knows no handler.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from tl_core.config import PRESETS
from tl_ui.choices import OWN
from tl_ui.components import drawn, redrawn
from tl_ui.scene import Scene
from tl_ui.words import Words

VARIED = ("augmented", "drop")
PACES = ("preset", "time", "drop")
TRIED = ("rates", "drop")


def presets(words: Words) -> gr.HTML:
    """Value `{"options", "pace", "dataset", "settings", "expert"}`; asks the server for forecasts. Fires `pick` with a
    preset.
    """
    return drawn("asking", "presets", elem_id="presets", words=words.part(*PACES))


def offered(scene: Scene, settings: dict[str, Any] | None = None) -> dict[str, Any]:
    """In Simple the own way is offered once the ice was moved: before, it is the same as instant."""
    choices = scene.choices
    moved = choices.is_expert or choices.pace == OWN or choices.freeze != "all" or bool(choices.trained)
    value = {
        "options": [*PRESETS, *([OWN] if moved else [])],
        "pace": choices.pace,
        "dataset": choices.dataset,
        "settings": settings or {**choices.chosen(), "preset": None},
        "expert": choices.is_expert,
    }
    return redrawn(value, scene.words.part(*PACES))


def rates(words: Words) -> gr.HTML:
    """Value `{"dataset", "settings"}`, settings None until it is asked for. Fires `use` with a rate."""
    return drawn("asking", "scatter", "rates", elem_id="rates", words=words.part(*TRIED))


def tried(scene: Scene, settings: dict[str, Any] | None) -> dict[str, Any]:
    return redrawn({"dataset": scene.choices.dataset, "settings": settings}, scene.words.part(*TRIED))


def augmented(words: Words) -> gr.HTML:
    """Value `{"dataset", "settings"}`, settings None until it is asked for: eight varied versions of the pictures."""
    return drawn("asking", "augmented", elem_id="augmented", words=words.part(*VARIED))


def varied(scene: Scene, settings: dict[str, Any] | None) -> dict[str, Any]:
    return redrawn({"dataset": scene.choices.dataset, "settings": settings}, scene.words.part(*VARIED))
