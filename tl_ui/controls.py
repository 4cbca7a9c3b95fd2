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
    """`elsewhere`: the field is chosen on the Pictures tab, by cards or on the drawn network, and has no box."""

    field: str
    kind: Kind
    group: str = ""
    fallback: str = ""  # what an untouched control says; empty is automatic

    @property
    def choices(self) -> tuple[str, ...]:
        return CHOICES.get(self.field, ())

    @property
    def label_key(self) -> str:
        return f"control.{self.field}"

    @property
    def help_key(self) -> str:
        return f"control.{self.field}.help"


# The groups of Expert in the order of the page; the first stands on the Network tab, the others on Train.
GROUPS = (
    "freezing", "run", "length", "optimizer", "schedule", "regularisation", "augmentation", "measuring",
)  # fmt: skip
CONTROLS: tuple[Control, ...] = (
    Control("preset", "elsewhere"),
    Control("backbone", "elsewhere"),
    Control("start", "elsewhere"),
    Control("weights", "elsewhere"),
    Control("freeze", "elsewhere"),
    Control("train_stages", "elsewhere"),
    Control("gradual", "elsewhere"),
    Control("batch_norm", "choice", "freezing"),
    Control("head_learning_rate", "text", "freezing"),
    Control("layer_decay", "text", "freezing"),
    Control("lora_rank", "text", "freezing"),
    Control("name", "text", "run"),
    Control("seed", "text", "run", fallback="0"),
    Control("repeats", "text", "run", fallback="1"),
    Control("epochs", "text", "length"),
    Control("patience", "text", "length"),
    Control("batch_size", "text", "length"),
    Control("image_size", "text", "length"),
    Control("optimizer", "choice", "optimizer"),
    Control("learning_rate", "text", "optimizer"),
    Control("momentum", "text", "optimizer"),
    Control("weight_decay", "text", "optimizer"),
    Control("gradient_clip", "text", "optimizer"),
    Control("schedule", "choice", "schedule"),
    Control("warmup_epochs", "text", "schedule"),
    Control("label_smoothing", "text", "regularisation"),
    Control("class_balance", "choice", "regularisation"),
    Control("ema_decay", "text", "regularisation"),
    Control("augment", "choice", "augmentation"),
    Control("flips", "choice", "augmentation"),
    Control("mixup", "text", "augmentation"),
    Control("cutmix", "text", "augmentation"),
    Control("cached_views", "text", "augmentation"),
    Control("test_views", "text", "augmentation"),
    Control("used_in", "elsewhere"),
    Control("group_by", "elsewhere"),
    Control("measure", "choice", "measuring"),
    Control("validation_share", "text", "measuring"),
    Control("part", "elsewhere"),
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


def in_group(group: str) -> tuple[Control, ...]:
    return tuple(control for control in BOXES if control.group == group)


def config_of(texts: Mapping[str, str], chosen: Mapping[str, Any]) -> RunConfig:
    """The choices of the screen as a RunConfig; raises ConfigError that names every value that does not fit."""
    given = {name: text.strip() for name, text in texts.items() if text.strip()}
    return RunConfig.from_text(given, dict(chosen))


def texts_of(config: Mapping[str, Any]) -> list[str]:
    """What the boxes say for a run's config, in the order of BOXES: a run that is looked at again fills them."""
    return [_text(config.get(control.field), control.fallback) for control in BOXES]


def has_settings(config: RunConfig) -> bool:
    """Whether a run was made with a box that says anything; what it is called is no setting."""
    return texts_of({**config.to_dict(), "name": ""}) != [control.fallback for control in BOXES]


def _text(value: Any, fallback: str) -> str:
    if value is None:
        return fallback
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
