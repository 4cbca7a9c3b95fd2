"""The third tab: the three decisions, Train, every setting in Expert, and the run watched live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from tl_core.backbones.catalogue import recommended
from tl_ui.choices import OWN
from tl_ui.components import panel, redrawn, shown_if
from tl_ui.controls import GROUPS, in_group
from tl_ui.live_chart import WORDS, live_chart, live_value
from tl_ui.markup import Html, join, tag
from tl_ui.pictures_tab import summary
from tl_ui.present import compact, decision, empty_state, heading, ice_in_words, note, percent, trained_share
from tl_ui.scene import Scene
from tl_ui.settings_boxes import build_group, label_group
from tl_ui.train_parts import augmented, offered, presets, rates, tried, varied
from tl_ui.words import Words

DECIDING = ("better", "best")  # presets that place the ice themselves
LASTING = ("repeats", "epochs", "batch_size", "image_size", "augment", "optimizer")  # what a forecast depends on
TRAIN_GROUPS = GROUPS[1:]  # the first stands beside the ice


@dataclass(frozen=True, slots=True)
class TrainTab:
    """`boxes` are the settings of every group but the one on the Network tab, in the order of their rows."""

    head: gr.HTML
    start: gr.Column
    presets: gr.HTML
    train: gr.Button
    expert: gr.Column
    settings: gr.Accordion
    settings_head: gr.HTML
    group_heads: list[gr.HTML]
    rates_head: gr.HTML
    find_rate: gr.Button
    rates: gr.HTML
    show_varied: gr.Button
    augmented: gr.HTML
    boxes: list[Any]
    live: gr.HTML

    @classmethod
    def build(cls, words: Words) -> TrainTab:
        head = panel("train-head")
        with gr.Column(visible=False) as start:
            paces = presets(words)
            train = gr.Button(words("train.go"), variant="primary", elem_id="train", size="lg")
            with (
                gr.Column(visible=False) as expert,
                gr.Accordion(words("train.expert"), open=False, elem_id="all-settings") as settings,
            ):
                settings_head = panel("settings-head")
                heads: list[gr.HTML] = []
                boxes: list[Any] = []
                for group in TRAIN_GROUPS:
                    heads.append(panel(f"group-{group}", group_head(group, words)))
                    boxes += build_group(group, words)
                    if group == "augmentation":
                        show_varied = gr.Button(words("augmented.show"), elem_id="show-augmented", size="sm")
                        eight = augmented(words)
                    if group == "optimizer":
                        rates_head = panel("rates-head", rates_help(words))
                        find_rate = gr.Button(words("rates.find"), elem_id="find-rate", size="sm")
                        curve = rates(words)
        live = live_chart(words)
        return cls(
            head,
            start,
            paces,
            train,
            expert,
            settings,
            settings_head,
            heads,
            rates_head,
            find_rate,
            curve,
            show_varied,
            eight,
            boxes,
            live,
        )

    def told(self) -> list[Any]:
        """The events of the boxes that change how long a training takes."""
        fields = [control.field for group in TRAIN_GROUPS for control in in_group(group)]
        boxes = [self.boxes[fields.index(name)] for name in LASTING]
        return [box.input if isinstance(box, gr.Dropdown) else box.blur for box in boxes]

    def labels(self, words: Words) -> dict[Any, Any]:
        labelled: dict[Any, Any] = {
            self.train: gr.update(value=words("train.go")),
            self.settings: gr.update(label=words("train.expert")),
            self.rates_head: rates_help(words),
            self.find_rate: gr.update(value=words("rates.find")),
            self.show_varied: gr.update(value=words("augmented.show")),
        }
        at = 0
        for group, head in zip(TRAIN_GROUPS, self.group_heads, strict=True):
            count = len(in_group(group))
            labelled.update(label_group(group, self.boxes[at : at + count], words))
            labelled[head] = group_head(group, words)
            at += count
        return labelled

    def show(self, scene: Scene) -> dict[Any, Any]:
        words = scene.words
        return {
            self.head: self.decisions(scene),
            self.start: shown_if(has_kinds(scene)),
            self.presets: offered(scene),
            self.expert: shown_if(scene.choices.is_expert),
            self.settings_head: tag("p", words("train.expert_help"), class_="muted"),
            self.rates: tried(scene, None),
            self.augmented: varied(scene, None),
            self.live: self.watched(scene),
        }

    def decisions(self, scene: Scene) -> Html:
        words = scene.words
        one_kind = note(words("train.one_kind")) if scene.dataset and not has_kinds(scene) else Html("")
        decided = _decisions(scene) if scene.dataset else _empty(words)
        return join(heading(words, "train.title"), decided, one_kind)

    def watched(self, scene: Scene) -> dict[str, Any]:
        """A run on other pictures than the chosen ones, which has ended, is folded and called by its name."""
        run = scene.run
        if run is None:
            return redrawn(live_value(""), scene.words.part(*WORDS))
        is_earlier = run.dataset != scene.choices.dataset and not run.view.is_active
        live = live_value(run.id, name=run.name, log=run.log, is_earlier=is_earlier)
        return redrawn(live, scene.words.part(*WORDS))


def group_head(group: str, words: Words) -> Html:
    return tag("div", tag("h3", words(f"group.{group}")), class_="group-head")


def rates_help(words: Words) -> Html:
    return tag("p", words("rates.help"), class_="muted")


def has_kinds(scene: Scene) -> bool:
    """Telling apart takes two kinds."""
    return scene.dataset is not None and len(scene.dataset.index.classes) >= 2


def _empty(words: Words) -> Html:
    go = tag("button", words("go.pictures"), type="button", data_go="pictures", class_="thaw-button primary")
    return join(empty_state(words, "train.empty"), tag("div", go, class_="thaw-next"))


def _decisions(scene: Scene) -> Html:
    words, choices = scene.words, scene.choices
    record = next((record for record in recommended() if record.name == choices.backbone), None)
    trained, total = trained_share(choices.freeze, scene.stages, choices.trained)
    told = total and choices.pace not in DECIDING
    detail = words("ice.of", trained=compact(trained), total=compact(total)) if told else ""
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
    lead = tag("p", words.sentences(_ice_sentence(scene), words("train.note")), class_="muted")
    return join(tag("div", *changes, class_="decisions"), lead)


def _ice_sentence(scene: Scene) -> str:
    words, choices = scene.words, scene.choices
    if choices.pace in DECIDING:
        return words(f"preset.{choices.pace}.what")
    now = words("ice.set") if choices.trained else ice_in_words(words, choices.freeze, scene.stages)
    later = choices.gradual.count(":") if choices.pace == OWN else 0
    return words.sentences(now, words("ice.later", n=later) if later else "")


def _ice_name(scene: Scene, trained: int, total: int) -> str:
    words, freeze = scene.words, scene.choices.freeze
    if scene.choices.pace in DECIDING:
        return words("train.ice_decided")
    if freeze in ("all", "none") and not scene.choices.trained:
        return words(f"ice.freeze_{freeze}")
    return f"{percent(1 - trained / total)} % {words('ice.frozen')}" if total else freeze
