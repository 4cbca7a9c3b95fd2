"""The second tab: choose a network, place the ice line. Knows components and words, and no network's inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.backbones.catalogue import recommended
from tl_core.backbones.here import weights_are_here
from tl_core.backbones.record import BackboneRecord
from tl_core.backbones.stage import Stage
from tl_core.errors import UserError
from tl_ui.components import network_cards, panel, redrawn, shown_if
from tl_ui.ice import WORDS as ICE_WORDS
from tl_ui.ice import ice, ice_value, opening_value
from tl_ui.markup import Html, join, tag
from tl_ui.network_parts import (
    about_network,
    catalogue,
    chosen_start,
    compared,
    comparison,
    fitting,
    gradual,
    listed,
    start_choices,
    thawing_later,
    weights_drop,
)
from tl_ui.present import heading, note
from tl_ui.scene import Scene
from tl_ui.services import Services
from tl_ui.settings_boxes import build_group, label_group
from tl_ui.words import Words

SIMPLE_ORDER = ("tiny", "quick", "balanced", "strong")


@dataclass(frozen=True, slots=True)
class NetworkTab:
    """`boxes` are the settings of how stages freeze and thaw, in Expert."""

    head: gr.HTML
    cards: gr.HTML
    compare: gr.HTML
    expert: gr.Column
    catalogue: gr.HTML
    custom: gr.Textbox
    use: gr.Button
    start: gr.Dropdown
    weights: gr.HTML
    ice_head: gr.HTML
    ice: gr.HTML
    freezing: gr.Column
    freezing_head: gr.HTML
    gradual: gr.HTML
    boxes: list[Any]
    foot: gr.HTML

    @classmethod
    def build(cls, words: Words) -> NetworkTab:
        head, cards, compare = panel("network-head"), network_cards(words), comparison(words)
        with gr.Column(visible=False) as expert:
            listed_all = catalogue(words)
            with gr.Row(elem_classes="path-row"):
                custom = gr.Textbox(
                    label=words("network.custom"), info=words("network.custom_help"), interactive=True,
                    elem_id="any-network", scale=4,
                )  # fmt: skip
                use = gr.Button(words("network.use"), elem_id="use-network", scale=1, min_width=120)
            with gr.Row(elem_classes="path-row start-row"):
                start = gr.Dropdown(
                    [(words("start.pretrained"), "pretrained")],
                    value="pretrained",
                    label=words("start.label"),
                    info=words("start.help"),
                    interactive=True,
                    elem_id="start-from",
                    scale=4,
                )
                brought = weights_drop(words)
        ice_head, drawing = panel("ice-head"), ice(words)
        with gr.Column(visible=False) as freezing:
            freezing_head, later = panel("freezing-head"), gradual(words)
            boxes = build_group("freezing", words)
        foot = panel("network-foot")
        return cls(
            head, cards, compare, expert, listed_all, custom, use, start, brought, ice_head, drawing, freezing,
            freezing_head, later, boxes, foot,
        )  # fmt: skip

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            self.custom: gr.update(label=words("network.custom"), info=words("network.custom_help")),
            self.use: gr.update(value=words("network.use")),
            self.start: gr.update(label=words("start.label"), info=words("start.help")),
            **label_group("freezing", self.boxes, words),
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        words, choices = scene.words, scene.choices
        missing = note(words("network.no_pictures")) if scene.dataset is None else Html("")
        go = tag("button", words("go.train"), type="button", data_go="train", class_="thaw-button primary")
        return {
            self.head: join(heading(words, "network.title", "network.lead"), missing),
            self.cards: redrawn({"cards": cards_of(recommended()), "chosen": choices.backbone}, words.part("cards")),
            self.compare: compared(scene),
            self.expert: shown_if(choices.is_expert),
            self.catalogue: listed(scene),
            self.custom: gr.update(value=choices.backbone),
            self.start: gr.update(choices=start_choices(scene), value=chosen_start(scene)),
            self.weights: fitting(scene),
            self.ice_head: heading(words, "ice.title", "ice.lead"),
            self.ice: redrawn(drawing_of(scene), words.part(*ICE_WORDS)),
            self.freezing: shown_if(choices.is_expert),
            self.freezing_head: heading(words, "freezing.title", "freezing.lead"),
            self.gradual: thawing_later(scene),
            self.foot: tag("div", go, class_="thaw-next"),
        }


def drawing_of(scene: Scene) -> dict[str, Any]:
    if not scene.stages:
        return opening_value(scene.choices.backbone)
    return ice_value(scene.choices, scene.stages, scene.words, about_network(scene))


def cards_of(records: tuple[BackboneRecord, ...]) -> list[dict[str, Any]]:
    """The four networks of Simple, from the smallest to the strongest."""
    simple = sorted((record for record in records if record.simple), key=lambda r: SIMPLE_ORDER.index(r.simple or ""))
    return [
        {
            "name": record.name,
            "simple": record.simple,
            "title": record.title,
            "parameters": record.parameters,
            "top1": record.imagenet_top1,
            "megabytes": record.download_megabytes,
            "here": weights_are_here(record),
        }
        for record in simple
    ]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the assistant said of a network: its stages, or the problem why it has none to show."""

    backbone: str = ""
    stages: tuple[Stage, ...] = ()
    problem: str = ""


def open_network(services: Services, backbone: str) -> Opened:
    """Takes seconds the first time: the assistant imports torch. One that cannot be opened is said, not raised."""
    try:
        return Opened(backbone, tuple(services.stages(backbone)))
    except UserError as error:
        return Opened(backbone, problem=str(error))
