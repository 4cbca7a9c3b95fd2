"""The plan of a run as a value: every number made concrete. Knows no torch, so that screens can hold it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, Literal

from tl_core.backbones.stage import Stage
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.views import view_names

Method = Literal["head", "fine-tune"]


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Where it runs: "cuda", "mps" or "cpu", how many threads, and whether bfloat16 is native there."""

    device: str
    name: str
    threads: int
    native_bf16: bool
    threads_reason: str = ""
    free_bytes: int | None = None  # of a graphics card's own memory; None where there is none, or nobody asked


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What a plan has to know beside the choices. `pictures` counts by split; `rarest_*` is of the rarest class.

    `lora_sizes` says for each stage how many numbers a LoRA of rank 1 adds to it, `norm_sizes` how many its batch norms
    learn; stages without such layers are left out. `lora_left_out` counts layers that can have no LoRA. `most_train` is
    of the class with the most pictures, 0 where nobody counted.
    """

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
    most_train: int = 0
    batch_norms: bool = True
    lora_sizes: dict[str, int] = field(default_factory=dict)
    lora_left_out: int = 0
    norm_sizes: dict[str, int] = field(default_factory=dict)
    backbone: str = ""  # what builds the network again; the settings' own where it is empty
    origin: tuple[dict[str, Any], ...] = ()
    cache_bytes: int | None = None  # what rows may take of the disk; None where nobody looked


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """Everything a run will do; `reasons` has a sentence for every field that was left to the plan.

    `cut` is the last stage of the frozen prefix; `prefix_cached` says that its output is kept. A head-only run
    has no epochs. `patience` None means that it does not stop early. `trained` and `cut` are of the first epoch;
    `thaws` are the stages that follow, each with its epoch. What has a default came later: old plans lack it.
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
    # "kept": running averages stay as they came; "reestimated": measured once on the new pictures, then kept;
    # "updated": those of trained stages follow; "trained": all follow and learn, those of frozen stages too
    batch_norm: str
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
    thaws: tuple[tuple[int, str], ...] = ()
    lora_rank: int = 0  # 0: none
    head_learning_rate: float | None = None  # None: that of the rest
    layer_decay: float = 1.0
    momentum: float = 0.9
    flips: str = "horizontal"
    flips_by_hand: bool = False  # nobody asks the network then whether mirrored pictures still show the same
    mixup: float = 0.0
    cutmix: float = 0.0
    class_balance: str = "none"
    ema_decay: float = 0.0
    test_views: int = 1
    folds: int = 0  # of a cross-validation of the head; 0: no folds
    fold_repeats: int = 0
    used_in: str = "same"  # where the model will be used: the "same" places and days, or "new" ones
    kept_out: str = "none"  # what whole groups were kept out of training to judge by; "none" for none
    groups: int = 0  # how many of them there are in all
    preset: str = ""
    candidates: tuple[str, ...] = ()  # what a preset compares, by what `freeze` takes; the head alone first
    origin: tuple[dict[str, Any], ...] = ()  # the chain of what its weights learned from before
    cached_views: int = 0  # so many varied views of a picture take turns, what the frozen part says of them is kept
    pictures_on_device: bool = False  # the pictures of all epochs lie in the graphics card's memory
    frozen_engine: str = "torch"  # what runs the frozen part: "torch", or "openvino" on processors

    extended_at: int = 0  # the steps that were made when more epochs were asked for; 0: never
    extended_rate: float = 0.0  # the rate of the step after these
    steps_before: int = 0  # how many steps it was to have before

    @property
    def ever_trained(self) -> tuple[str, ...]:
        """The stages that train at the end, in their order."""
        thawed = {stage for _, stage in self.thaws}
        return tuple(stage.name for stage in self.stages if stage.name in self.trained or stage.name in thawed)

    @property
    def views(self) -> tuple[str, ...]:
        """The looks at each picture that answers are made of; mirrored ones only where a person chose flips."""
        mirror = self.flips_by_hand and self.flips != "none"
        return view_names(self.preprocessing, mirror=mirror)[: self.test_views]

    @property
    def steps(self) -> int:
        return self.epochs * self.steps_per_epoch

    def to_dict(self) -> dict[str, Any]:
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["preprocessing"] = self.preprocessing.to_dict()
        values["stages"] = [stage.to_dict() for stage in self.stages]
        for name in ("classes", "frozen", "trained", "candidates", "origin"):
            values[name] = list(values[name])
        values["thaws"] = [list(thaw) for thaw in self.thaws]
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
        for name in ("candidates", "origin"):
            known[name] = tuple(values.get(name, ()))
        known["thaws"] = tuple((int(epoch), str(stage)) for epoch, stage in values.get("thaws", ()))
        return cls(**known)
