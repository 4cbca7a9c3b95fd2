"""The boxes of one group of settings: built, labelled again in another language, read. Knows no tab and no handler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from tl_ui.controls import BOXES, box, in_group, look_of
from tl_ui.words import Words


def build_group(group: str, words: Words) -> list[Any]:
    """The components of a group in a grid, where they are built."""
    with gr.Row(elem_classes="settings"):
        return [box(control, words) for control in in_group(group)]


def label_group(group: str, boxes: Sequence[Any], words: Words) -> dict[Any, Any]:
    """Labels, help and choices in a language."""
    pairs = zip(in_group(group), boxes, strict=True)
    return {component: gr.update(**look_of(control, words)) for control, component in pairs}


def texts_by_field(values: Sequence[Any]) -> dict[str, str]:
    """What all boxes say, by the fields' names; in the order of the rows of `controls`."""
    return {control.field: str(value or "") for control, value in zip(BOXES, values, strict=True)}
