"""Tiny real trainings for the tests: scikit-learn's scanned digits and a network of 100,000 parameters."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.datasets import load_digits

from tl_core.backbones.build import build_network
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.config import RunConfig
from tl_core.events import Event, checked
from tl_core.training.loop import train
from tl_core.training.lora import left_out, lora_sizes
from tl_core.training.norms import batch_norms, norm_sizes
from tl_core.training.pictures import Part, TrainingData, TrainingFiles
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts, PlanFacts, TrainingPlan

BACKBONE = "test_efficientnet.r160_in1k"
TRANSFORMER = "test_vit.r160_in1k"
CPU = DeviceFacts(device="cpu", name="a processor", threads=1, native_bf16=False)


@dataclass
class Ticking:
    """A clock that moves on by `step` seconds whenever it is read."""

    step: float = 0.05
    now: float = 100.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def digits_data(train: int, val: int, test: int = 0, *, classes: int = 10, size: int = 34) -> TrainingData:
    """The first scans of the lowest `classes` digits, enlarged to squares."""
    bunch = load_digits()
    kept = bunch.target < classes
    count = train + val + test
    images, labels = bunch.images[kept][:count], bunch.target[kept][:count].astype(np.int64)
    places = np.arange(size) * 8 // size
    squares = np.repeat((images[:, places][:, :, places] * 15.9).astype(np.uint8)[..., None], 3, axis=3)
    hashes = tuple(hashlib.sha256(square.tobytes()).hexdigest() for square in squares)
    rows = np.arange(count)
    parts = {
        "train": Part(rows[:train], labels[:train]),
        "val": Part(rows[train : train + val], labels[train : train + val]),
        "test": Part(rows[train + val :], labels[train + val :]),
    }
    return TrainingData(tuple(str(digit) for digit in range(classes)), hashes, squares, **parts)


def small_network(classes: int = 10, seed: int = 0, *, backbone: str = BACKBONE) -> StagedNetwork:
    torch.manual_seed(seed)
    return stage_network(build_network(backbone, classes, pretrained=False, image_size=32))


def facts_of(data: TrainingData, network: StagedNetwork, **changes: Any) -> PlanFacts:
    counts = {name: np.bincount(getattr(data, name).labels, minlength=len(data.classes)) for name in ("train", "val")}
    values: dict[str, Any] = {
        "classes": data.classes,
        "pictures": {name: len(getattr(data, name)) for name in ("train", "val", "test")},
        "rarest_train": int(counts["train"].min()),
        "rarest_val": int(counts["val"].min()),
        "brings_test": len(data.test) > 0,
        "preprocessing": network.network.preprocessing,
        "stages": network.stages,
        "has_cuts": network.has_cuts,
        "convolutional": not lora_sizes(network),
        "device": CPU,
        "most_train": int(counts["train"].max()),
        "batch_norms": any(True for _ in batch_norms(network.network.module)),
        "lora_sizes": lora_sizes(network),
        "lora_left_out": left_out(network),
        "norm_sizes": norm_sizes(network),
    }
    return PlanFacts(**{**values, **changes})


def small_plan(data: TrainingData, network: StagedNetwork, **choices: Any) -> TrainingPlan:
    config = RunConfig.from_dict({"backbone": network.network.name, "batch_size": 16, **choices})
    return make_plan(config, facts_of(data, network))


def files_in(folder: Path) -> TrainingFiles:
    return TrainingFiles(model=folder / "model", checkpoints=folder / "checkpoints", cache=folder / "cache")


def run(
    folder: Path,
    data: TrainingData,
    network: StagedNetwork,
    plan: TrainingPlan,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] | None = None,
) -> list[Event]:
    """Every event of a training, its grammar checked."""
    events: Iterator[Event] = train(
        plan, data, network, files_in(folder), should_stop=should_stop, clock=clock or Ticking()
    )
    return list(checked(events))
