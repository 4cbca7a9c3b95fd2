"""ResNet-50 fine-tuned on a graphics card, against the same steps on noise that lies there already.

A part of `benchmarks.finetune`, which prints and records it; where there is no such card, it says so. From weights of
chance, which take as long as any others.
"""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import torch

from benchmarks.finetune_ways import whole_alone, with_thaw
from benchmarks.recording import Goal
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.training.device import choose_device

BACKBONE, BATCH = "torchvision/resnet50", 64
EPOCHS = 4
SHARE = 0.9  # of the steps alone
NO_CARD = "No graphics card of CUDA here: ResNet-50 against the same steps on data that lies there is not measured."


def measured_on_card(
    dataset: Dataset, folder: Path, *, pictures: int, turns: int, backbone: str = BACKBONE
) -> dict[str, Any]:
    """Images a second in turns, with varied views as they are usual; a training's first epoch does not count."""
    config = RunConfig(
        backbone=backbone, start="scratch", freeze="none", augment="gentle", epochs=EPOCHS, batch_size=BATCH
    )
    fed, alone = [], []
    for _ in range(turns):
        fed.append(with_thaw(dataset, folder, config).images_per_second)
        alone.append(whole_alone(backbone, BATCH, pictures))
    usual = {"with pictures": statistics.median(fed), "steps alone": statistics.median(alone)}
    name = torch.cuda.get_device_name() if choose_device() == "cuda" else choose_device()
    share = usual["with pictures"] / usual["steps alone"]
    return {"backbone": backbone, "card": name, "images_per_second": usual, "share_of_steps_alone": round(share, 3)}


def goal_on_card(found: dict[str, Any]) -> Goal:
    share = found["share_of_steps_alone"]
    return Goal(
        "GPU: ResNet-50 fine-tuning, images a second, against the same step on synthetic data already on the GPU",
        f"at least {SHARE:.0%}",
        f"{share:.0%} ({found['images_per_second']['with pictures']:,.0f} images a second on {found['card']})",
        share >= SHARE,
    )
