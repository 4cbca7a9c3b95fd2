"""The third tab: the three decisions, Train, every setting in Expert, and the run watched live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.backbones.catalogue import recommended
from tl_ui.components import panel, redrawn, shown_if
from tl_ui.controls import BOXES, box, look_of
from tl_ui.live_chart import WORDS, live_chart, live_value
from tl_ui.markup import Html, join, tag
from tl_ui.pictures_tab import summary
from tl_ui.present import compact, decision, empty_state, heading, ice_in_words, note, percent, trained_share
from tl_ui.scene import Scene
from tl_ui.words import Words


@dataclass(frozen=True, slots=True)
class TrainTab:
    head: gr.HTML
    start: gr.Column
    train: gr.Button
    expert: gr.Column
    settings: gr.Accordion
    settings_head: gr.HTML
    boxes: list[Any]
    live: gr.HTML

    @classmethod
    def build(cls, words: Words) -> TrainTab:
        head = panel("train-head")
        with gr.Column(visible=False) as start:
            train = gr.Button(variant="primary", elem_id="train", size="lg")
            with (
                gr.Column(visible=False) as expert,
                gr.Accordion(open=False, elem_id="all-settings") as settings,
            ):
                settings_head = panel("settings-head")
                with gr.Row(elem_classes="settings"):
                    boxes: list[Any] = [box(control, words) for control in BOXES]
        return cls(head, start, train, expert, settings, settings_head, boxes, live_chart(words))

    def labels(self, words: Words) -> dict[Any, Any]:
        return {
            self.train: gr.update(value=words("train.go")),
            self.settings: gr.update(label=words("train.expert")),
            **{
                component: gr.update(**look_of(control, words))
                for control, component in zip(BOXES, self.boxes, strict=True)
            },
        }

    def show(self, scene: Scene) -> dict[Any, Any]:
        words = scene.words
        return {
            self.head: self.decisions(scene),
            self.start: shown_if(has_kinds(scene)),
            self.expert: shown_if(scene.choices.is_expert),
            self.settings_head: tag("p", words("train.expert_help"), class_="muted"),
            self.live: self.watched(scene),
        }

    def decisions(self, scene: Scene) -> Html:
        words = scene.words
        one_kind = note(words("train.one_kind")) if scene.dataset and not has_kinds(scene) else Html("")
        decided = _decisions(scene) if scene.dataset else _empty(words)
        return join(heading(words, "train.title"), decided, one_kind)

    def watched(self, scene: Scene) -> dict[str, Any]:
        run = scene.run
        live = live_value(run.id, name=run.name, log=run.log) if run else live_value("")
        return redrawn(live, scene.words.part(*WORDS))


def has_kinds(scene: Scene) -> bool:
    """Telling apart takes two kinds."""
    return scene.dataset is not None and len(scene.dataset.index.classes) >= 2


def _empty(words: Words) -> Html:
    go = tag("button", words("go.pictures"), type="button", data_go="pictures", class_="thaw-button primary")
    return join(empty_state(words, "train.empty"), tag("div", go, class_="thaw-next"))


def _decisions(scene: Scene) -> Html:
    words, choices = scene.words, scene.choices
    record = next((record for record in recommended() if record.name == choices.backbone), None)
    trained, total = trained_share(choices.freeze, scene.stages)
    detail = words("ice.of", trained=compact(trained), total=compact(total)) if total else ""
    name = words(f"cards.{record.simple}") if record and record.simple else choices.backbone
    cards = (
        ("pictures", "pictures", decision(words, "train.pictures", "picture", *summary(scene))),
        ("network", "network", decision(words, "train.network", "network", name, record.title if record else "")),
        ("network", "ice", decision(words, "train.ice", "snow", _ice_name(scene, trained, total), detail)),
    )
    changes = [
        tag(
            "button", card, tag("span", words("train.change"), class_="change"),
            type="button", data_go=tab, class_="decision-card", id=f"decision-{name}",
        )
        for tab, name, card in cards
    ]  # fmt: skip
    ice = ice_in_words(words, choices.freeze, scene.stages)
    lead = tag("p", words.sentences(ice, words("train.note")), class_="muted")
    return join(tag("div", *changes, class_="decisions"), lead)


def _ice_name(scene: Scene, trained: int, total: int) -> str:
    words, freeze = scene.words, scene.choices.freeze
    if freeze in ("all", "none"):
        return words(f"ice.freeze_{freeze}")
    return f"{percent(1 - trained / total)} % {words('ice.frozen')}" if total else freeze
