"""The choices a person can make for a run. Nothing derived: what is "auto" here, the plan resolves with a reason."""

from __future__ import annotations

import dataclasses
import difflib
import math
import types
import typing
from dataclasses import dataclass
from typing import Any

from tl_core.errors import ConfigError

OPTIMIZERS = ("adamw", "adam", "sgd")
SCHEDULES = ("cosine", "constant")
AUGMENTS = ("none", "gentle", "strong")
DEFAULT_BACKBONE = "tf_efficientnet_lite0"


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Every choice, once. None means "auto". A test ties the fields to the screen's controls and the README."""

    backbone: str = DEFAULT_BACKBONE
    start: str = "pretrained"
    freeze: str = "all"
    train_stages: tuple[str, ...] | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    optimizer: str | None = None
    schedule: str | None = None
    augment: str | None = None
    image_size: int | None = None
    weight_decay: float | None = None
    label_smoothing: float | None = None
    warmup_epochs: float | None = None
    gradient_clip: float | None = None
    patience: int | None = None
    validation_share: float | None = None
    seed: int = 0
    name: str = ""

    def __post_init__(self) -> None:
        problems = list(_problems(self))
        if problems:
            raise ConfigError.from_problems(problems)

    def to_dict(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        values["train_stages"] = None if self.train_stages is None else list(self.train_stages)
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunConfig:
        """Raises ConfigError that names every unknown field, with the nearest known one, and every bad value."""
        names = [field.name for field in dataclasses.fields(cls)]
        unknown = [name for name in values if name not in names]
        if unknown:
            raise ConfigError.from_problems([_unknown(name, names) for name in unknown])
        known = dict(values)
        if known.get("train_stages") is not None:
            known["train_stages"] = tuple(known["train_stages"])
        return cls(**known)

    @classmethod
    def from_text(cls, values: dict[str, str], given: dict[str, Any] | None = None) -> RunConfig:
        """From `field=value` texts (the command line's `--set`), typed by the fields; `given` are typed already."""
        hints = typing.get_type_hints(cls)
        names = list(hints)
        problems = [_unknown(name, names) for name in values if name not in names]
        typed: dict[str, Any] = dict(given or {})
        for name, text in values.items():
            if name in hints:
                try:
                    typed[name] = _parse(text.strip(), hints[name])
                except ValueError:
                    problems.append(f"{name} is '{text}', which is no {_kind_in_words(hints[name])}.")
        if problems:
            raise ConfigError.from_problems(problems)
        return cls.from_dict(typed)


# name: (lowest, highest), both allowed
BOUNDS: dict[str, tuple[float, float]] = {
    "epochs": (1, 1000),
    "batch_size": (1, 4096),
    "learning_rate": (1e-8, 10.0),
    "image_size": (28, 1024),
    "weight_decay": (0.0, 10.0),
    "label_smoothing": (0.0, 0.5),
    "warmup_epochs": (0.0, 100.0),
    "gradient_clip": (1e-3, 1e6),
    "patience": (1, 1000),
    "validation_share": (0.01, 0.9),
    "seed": (0, 2**32 - 1),
}
CHOICES: dict[str, tuple[str, ...]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "augment": AUGMENTS}


def _problems(config: RunConfig) -> typing.Iterator[str]:
    hints = typing.get_type_hints(RunConfig)
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if value is None and type(None) in typing.get_args(hints[field.name]):
            continue
        if not _is_a(value, hints[field.name]):
            yield f"{field.name} is {value!r}, which is no {_kind_in_words(hints[field.name])}."
            continue
        low_high = BOUNDS.get(field.name)
        if low_high and not (math.isfinite(value) and low_high[0] <= value <= low_high[1]):
            yield f"{field.name} is {value}; it goes from {low_high[0]:g} to {low_high[1]:g}."
        choices = CHOICES.get(field.name)
        if choices and value not in choices:
            yield f"{field.name} is '{value}'; it is one of {', '.join(choices)}."
    if isinstance(config.train_stages, tuple) and not config.train_stages:
        yield "train_stages is empty; name at least one stage, or leave it out."


def _is_a(value: Any, hint: Any) -> bool:
    for kind in _alternatives(hint):
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return True
        if kind is int and isinstance(value, int) and not isinstance(value, bool):
            return True
        if kind is str and isinstance(value, str):
            return True
        if typing.get_origin(kind) is tuple and isinstance(value, tuple):
            return all(isinstance(item, str) for item in value)
    return False


def _parse(text: str, hint: Any) -> Any:
    kinds = _alternatives(hint)
    if text.lower() in ("auto", "") and type(None) in typing.get_args(hint):
        return None
    if any(typing.get_origin(kind) is tuple for kind in kinds):
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if int in kinds:
        return int(text)
    if float in kinds:
        return float(text)
    return text


def _alternatives(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return tuple(kind for kind in typing.get_args(hint) if kind is not type(None))
    return (hint,)


def _kind_in_words(hint: Any) -> str:
    kind = _alternatives(hint)[0]
    return {int: "whole number", float: "number", str: "text"}.get(kind, "list of names")


def _unknown(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1)
    return f"There is no setting called '{name}'." + (f" Did you mean '{near[0]}'?" if near else "")
