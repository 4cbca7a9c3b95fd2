"""One row for each field of RunConfig: where it stands on the screen, and how its text becomes a choice.

A test holds the rows to the fields. Knows what a control looks like, and nothing about what the settings do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import gradio as gr

from tl_core.config import BOUNDS, CHOICES, RunConfig
from tl_ui.words import Words

Kind = Literal["text", "choice", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Control:
    """`elsewhere`: the field is chosen on the Network tab (cards, name, ice line) and has no box of its own here."""

    field: str
    kind: Kind = "text"
    own_choices: tuple[str, ...] = ()  # empty: those that the config takes
    fallback: str = ""  # what an untouched control says; empty is automatic

    @property
    def choices(self) -> tuple[str, ...]:
        return self.own_choices or CHOICES.get(self.field, ())

    @property
    def label_key(self) -> str:
        return f"control.{self.field}"

    @property
    def help_key(self) -> str:
        return f"control.{self.field}.help"


CONTROLS: tuple[Control, ...] = (
    Control("preset", "choice"),
    Control("backbone", "elsewhere"),
    Control("start", "choice", ("pretrained", "scratch"), "pretrained"),
    Control("weights", "elsewhere"),
    Control("freeze", "elsewhere"),
    Control("train_stages"),
    Control("gradual"),
    Control("batch_norm", "choice"),
    Control("lora_rank"),
    Control("name"),
    Control("epochs"),
    Control("learning_rate"),
    Control("head_learning_rate"),
    Control("layer_decay"),
    Control("batch_size"),
    Control("augment", "choice"),
    Control("flips", "choice"),
    Control("mixup"),
    Control("cutmix"),
    Control("image_size"),
    Control("part"),
    Control("used_in", "choice"),
    Control("group_by", "choice"),
    Control("measure", "choice"),
    Control("validation_share"),
    Control("test_views"),
    Control("repeats", fallback="1"),
    Control("seed", fallback="0"),
    Control("optimizer", "choice"),
    Control("momentum"),
    Control("schedule", "choice"),
    Control("warmup_epochs"),
    Control("weight_decay"),
    Control("label_smoothing"),
    Control("class_balance", "choice"),
    Control("ema_decay"),
    Control("gradient_clip"),
    Control("patience"),
)
BOXES: tuple[Control, ...] = tuple(control for control in CONTROLS if control.kind != "elsewhere")


def box(control: Control, words: Words) -> gr.Textbox | gr.Dropdown:
    """The component of one row, in its words; made once, and again for each change of language."""
    look = look_of(control, words)
    if control.kind == "choice":
        return gr.Dropdown(value=control.fallback, interactive=True, elem_id=f"control-{control.field}", **look)
    return gr.Textbox(value=control.fallback, interactive=True, elem_id=f"control-{control.field}", **look)


def look_of(control: Control, words: Words) -> dict[str, Any]:
    """Label, help and choices in a language: what changes when the language does."""
    look: dict[str, Any] = {"label": words(control.label_key), "info": words(control.help_key)}
    if control.kind == "choice":
        automatic = [] if control.fallback else [(words("control.auto"), "")]
        look["choices"] = automatic + [(words(f"{control.label_key}.{name}"), name) for name in control.choices]
        return look
    low_high = BOUNDS.get(control.field)
    if low_high:
        look["info"] += f" ({words('control.range', low=_bound(low_high[0]), high=_bound(low_high[1]))})"
    look["placeholder"] = words("control.auto") if control.field != "name" else ""
    return look


def _bound(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def config_of(texts: Mapping[str, str], *, backbone: str, freeze: str) -> RunConfig:
    """The choices of the screen as a RunConfig; raises ConfigError that names every value that does not fit."""
    given = {name: text.strip() for name, text in texts.items() if text.strip()}
    return RunConfig.from_text(given, {"backbone": backbone, "freeze": freeze})


def texts_of(config: Mapping[str, Any]) -> list[str]:
    """What the boxes say for a run's config, in the order of BOXES: a run that is looked at again fills them."""
    return [_text(config.get(control.field), control.fallback) for control in BOXES]


def _text(value: Any, fallback: str) -> str:
    if value is None:
        return fallback
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
