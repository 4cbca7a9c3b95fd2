"""The plan of a run as a value: every number made concrete. Knows no torch, so that screens can hold it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from tl_core.backbones.stage import Stage
from tl_core.data.preprocessing import Preprocessing

Method = Literal["head", "fine-tune"]


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Where it runs: "cuda", "mps" or "cpu", how many threads, and whether bfloat16 is native there."""

    device: str
    name: str
    threads: int
    native_bf16: bool


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a plan has to know beside the choices. `pictures` counts by split; `rarest_*` is of the rarest class."""

    classes: tuple[str, ...]
    pictures: dict[str, int]
    rarest_train: int
    rarest_val: int
    brings_test: bool
    preprocessing: Preprocessing
    stages: tuple[Stage, ...]
    has_cuts: bool
    convolutional: bool
    device: DeviceFacts


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Everything a run will do; `reasons` has a sentence for every field that was left to the plan.

    `cut` is the last stage of the frozen prefix; `prefix_cached` says that its output is computed once. A head-only run
    has no epochs. `patience` None means that it does not stop early.
    """

    backbone: str
    start: str
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    stages: tuple[Stage, ...]
    frozen: tuple[str, ...]
    trained: tuple[str, ...]
    method: Method
    cut: str | None
    prefix_cached: bool
    epochs: int
    steps_per_epoch: int
    batch_size: int
    learning_rate: float
    optimizer: str
    schedule: str
    augment: str
    weight_decay: float
    label_smoothing: float
    warmup_epochs: float
    gradient_clip: float
    patience: int | None
    batch_norm: str  # "kept": running statistics stay as they came; "updated": they follow the new pictures
    seed: int
    precision: str
    device: str
    device_name: str
    threads: int
    pictures: dict[str, int]
    measured_on: str
    keep_best: bool
    total_parameters: int
    trainable_parameters: int
    reasons: dict[str, str]

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["preprocessing"] = self.preprocessing.to_dict()
        values["stages"] = [stage.to_dict() for stage in self.stages]
        for name in ("classes", "frozen", "trained"):
            values[name] = list(values[name])
        return {**values, "pictures": dict(self.pictures), "reasons": dict(self.reasons)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> TrainingPlan:
        """Passes over fields that it does not know, so that an old screen can read a newer plan."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        known["preprocessing"] = Preprocessing.from_dict(values["preprocessing"])
        known["stages"] = tuple(Stage.from_dict(stage) for stage in values["stages"])
        for name in ("classes", "frozen", "trained"):
            known[name] = tuple(values[name])
        return cls(**known)
