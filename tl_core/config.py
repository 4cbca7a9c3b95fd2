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

PRESETS = ("instant", "better", "best")
OPTIMIZERS = ("adamw", "adam", "sgd", "rmsprop", "adagrad")
SCHEDULES = ("cosine", "constant", "one-cycle", "step", "plateau")
AUGMENTS = ("none", "gentle", "strong", "trivial")
FLIPS = ("none", "horizontal", "both")
BATCH_NORMS = ("keep", "reestimate", "train")
CLASS_BALANCES = ("none", "weights", "sampling")
DEFAULT_BACKBONE = "tf_efficientnet_lite0"
PRETRAINED = "pretrained"
STARTS = (PRETRAINED, "scratch")  # anything else is an earlier run


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Every choice, once. None means "auto". A test ties the fields to the screen's controls and the README."""

    preset: str | None = None
    backbone: str = DEFAULT_BACKBONE
    start: str = "pretrained"
    weights: str = ""
    freeze: str = "all"
    train_stages: tuple[str, ...] | None = None
    gradual: str = ""
    batch_norm: str | None = None
    lora_rank: int | None = None
    epochs: int | None = None
    batch_size: int | None = None
    learning_rate: float | None = None
    head_learning_rate: float | None = None
    layer_decay: float | None = None
    optimizer: str | None = None
    momentum: float | None = None
    schedule: str | None = None
    augment: str | None = None
    flips: str | None = None
    mixup: float | None = None
    cutmix: float | None = None
    cached_views: int | None = None
    image_size: int | None = None
    class_balance: str | None = None
    weight_decay: float | None = None
    label_smoothing: float | None = None
    ema_decay: float | None = None
    warmup_epochs: float | None = None
    gradient_clip: float | None = None
    patience: int | None = None
    test_views: int | None = None
    used_in: str | None = None
    group_by: str | None = None
    measure: str | None = None
    validation_share: float | None = None
    part: str = ""
    seed: int = 0
    repeats: int = 1
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
    "head_learning_rate": (1e-8, 10.0),
    "layer_decay": (0.01, 1.0),
    "lora_rank": (0, 256),
    "momentum": (0.0, 0.999),
    "mixup": (0.0, 10.0),
    "cutmix": (0.0, 10.0),
    "ema_decay": (0.0, 0.99999),
    "cached_views": (0, 8),
    "test_views": (1, 10),
    "repeats": (1, 10),
    "image_size": (28, 1024),
    "weight_decay": (0.0, 10.0),
    "label_smoothing": (0.0, 0.5),
    "warmup_epochs": (0.0, 100.0),
    "gradient_clip": (1e-3, 1e6),
    "patience": (1, 1000),
    "validation_share": (0.01, 0.9),
    "seed": (0, 2**32 - 1),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "preset": PRESETS,
    "batch_norm": BATCH_NORMS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "augment": AUGMENTS,
    "flips": FLIPS,
    "class_balance": CLASS_BALANCES,
    "used_in": ("same", "new"),
    "group_by": ("auto", "none", "table", "folder", "camera", "day", "name"),
    "measure": ("auto", "split", "folds"),
}


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
    for name, reading in (("gradual", thaws_of), ("part", part_of)):
        text = getattr(config, name)
        if isinstance(text, str):
            try:
                reading(text)
            except ValueError as error:
                yield f"{name} is '{text}'; {error}."


def thaws_of(text: str) -> tuple[tuple[int, str], ...]:
    """`gradual` as (epoch, stage) in the order of epochs: "2:blocks.5,4:blocks.4". Raises ValueError with its form."""
    thaws = []
    for piece in filter(None, (piece.strip() for piece in text.split(","))):
        epoch, colon, stage = (word.strip() for word in piece.partition(":"))
        if not (colon and stage and epoch.isdecimal() and 1 <= int(epoch) <= BOUNDS["epochs"][1]):
            raise ValueError("it wants EPOCH:STAGE with commas between, such as 2:blocks.5,4:blocks.4")
        thaws.append((int(epoch), stage))
    return tuple(sorted(thaws, key=lambda thaw: thaw[0]))


def part_of(text: str) -> tuple[float, float, float, float] | None:
    """`part` as left, top, right, bottom; None for the whole picture. Raises ValueError with its form."""
    if not text.strip():
        return None
    wrong = ValueError("it wants left,top,right,bottom as shares from 0 to 1, such as 0,0,1,0.9")
    try:
        left, top, right, bottom = (float(share) for share in text.split(","))
    except ValueError:
        raise wrong from None
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise wrong
    return left, top, right, bottom


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
