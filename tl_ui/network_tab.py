"""The second tab: choose a network, place the ice line. Knows components and words, and no network's inside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.backbones.catalogue import BackboneRecord, recommended
from tl_core.backbones.here import weights_are_here
from tl_core.backbones.stage import Stage
from tl_core.errors import UserError
from tl_ui.components import network_cards, panel, redrawn, shown_if
from tl_ui.ice import ice, ice_value, opening_value
from tl_ui.markup import Html, join, tag
from tl_ui.present import heading, note
from tl_ui.scene import Scene
from tl_ui.services import Services
from tl_ui.words import Words

SIMPLE_ORDER = ("tiny", "quick", "balanced", "strong")


@dataclass(frozen=True, slots=True)
class NetworkTab:
    head: gr.HTML
    cards: gr.HTML
    expert: gr.Row
    custom: gr.Dropdown
    use: gr.Button
    ice_head: gr.HTML
    ice: gr.HTML
    foot: gr.HTML

    @classmethod
    def build(cls, words: Words) -> NetworkTab:
        head = panel("network-head")
        cards = network_cards(words)
        with gr.Row(visible=False, elem_classes="path-row") as expert:
            custom = gr.Dropdown(interactive=True, allow_custom_value=True, elem_id="any-network", scale=4)
            use = gr.Button(elem_id="use-network", scale=1, min_width=120)
        return cls(head, cards, expert, custom, use, panel("ice-head"), ice(words), panel("network-foot"))

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            self.custom: gr.update(label=words("network.custom"), info=words("network.custom_help")),
            self.use: gr.update(value=words("network.use")),
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        words, choices = scene.words, scene.choices
        missing = note(words("network.no_pictures")) if scene.dataset is None else Html("")
        go = tag("button", words("go.train"), type="button", data_go="train", class_="thaw-button primary")
        names = [(f"{record.title} ({record.name})", record.name) for record in recommended()]
        if choices.backbone not in [name for _, name in names]:
            names.append((choices.backbone, choices.backbone))
        cards = {"cards": cards_of(recommended()), "chosen": choices.backbone}
        return {
            self.head: join(heading(words, "network.title", "network.lead"), missing),
            self.cards: redrawn(cards, words.part("cards")),
            self.expert: shown_if(choices.is_expert),
            self.custom: gr.update(choices=names, value=choices.backbone),
            self.ice_head: heading(words, "ice.title", "ice.lead"),
            self.ice: redrawn(drawing_of(scene), words.part("ice")),
            self.foot: tag("div", go, class_="thaw-next"),
        }


def drawing_of(scene: Scene) -> dict[str, Any]:
    choices = scene.choices
    if not scene.stages:
        return opening_value(choices.backbone)
    return ice_value(choices.backbone, scene.stages, freeze=choices.freeze, expert=choices.is_expert, words=scene.words)


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
