"""A whole run: from a dataset and choices to a trained, saved and measured model in the run's folder.

The one function a worker calls. Knows the order of things and nothing of how each is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from tl_core.backbones.build import build_network
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.index import SPLITS, ImageIndex
from tl_core.data.splits import assign_splits, write_split_csv
from tl_core.errors import DataError, NotYetError
from tl_core.events import Event, Planned, Warned
from tl_core.training.batches import batch_count
from tl_core.training.device import device_facts, use_threads
from tl_core.training.engine import Engine
from tl_core.training.loop import carry_out
from tl_core.training.lora import lora_sizes
from tl_core.training.metrics import Clock
from tl_core.training.norms import batch_norms
from tl_core.training.pictures import TrainingData, TrainingFiles
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts, PlanFacts, TrainingPlan
from tl_core.training.reading import read_pictures

VALIDATION_SHARE = 0.2
STARTS = ("pretrained", "scratch")


def run_training(
    config: RunConfig,
    dataset: Dataset,
    run_folder: Path,
    cache: Path,
    *,
    should_stop: Callable[[], bool],
    clock: Clock,
) -> Iterator[Event]:
    """The events of a run, Planned first and Finished or Stopped last.

    Writes split.csv, checkpoints/ and model/ into `run_folder`, prepared pictures and features into `cache`. Raises
    UserError kinds for what a person can put right, before Planned or after it; then no ending comes from here.
    """
    started = clock()
    if config.start not in STARTS:
        raise NotYetError(
            f"start is '{config.start}': going on from an earlier run is not built yet.",
            "Use start 'pretrained' or 'scratch'.",
        )
    index = split_pictures(config, dataset.index)
    write_split_csv(index, run_folder / "split.csv")
    device = device_facts()
    use_threads(device.threads)
    network = staged(config, len(index.classes), device)
    plan = make_plan(config, plan_facts(index, network, device))
    yield Planned(plan.to_dict())
    yield from cautions(index)
    with DecoderPool() as decoder:
        data = yield from read_pictures(
            index,
            dataset.path_of,
            plan.preprocessing,
            cache=cache,
            decoder=decoder,
            should_stop=should_stop,
            clock=clock,
        )
    plan = with_pictures(plan, data)
    files = TrainingFiles(model=run_folder / "model", checkpoints=run_folder / "checkpoints", cache=cache)
    yield from carry_out(plan, data, network, files, should_stop=should_stop, clock=clock, started=started)


def split_pictures(config: RunConfig, index: ImageIndex) -> ImageIndex:
    """Every picture on its side, as the settings say. Raises DataError where that cannot be."""
    share = VALIDATION_SHARE if config.validation_share is None else config.validation_share
    return assign_splits(index, validation_share=share, seed=config.seed)


def staged(config: RunConfig, num_classes: int, device: DeviceFacts) -> StagedNetwork:
    """The network on its device, its random parts from the seed; staged last, because graphs hold on to devices."""
    torch.manual_seed(config.seed)
    pretrained = config.start == "pretrained"
    network = build_network(config.backbone, num_classes, pretrained=pretrained, image_size=config.image_size)
    Engine(device.device, "fp32").place_network(network.module)
    return stage_network(network)


def plan_facts(index: ImageIndex, network: StagedNetwork, device: DeviceFacts) -> PlanFacts:
    counts = index.counts()
    modules = network.network.module.modules()
    return PlanFacts(
        classes=index.classes,
        pictures={split: len(index.of_split(split)) for split in SPLITS},
        rarest_train=min(count.get("train", 0) for count in counts.values()),
        rarest_val=min(count.get("val", 0) for count in counts.values()),
        brings_test=bool(index.of_split("test")),
        preprocessing=network.network.preprocessing,
        stages=network.stages,
        has_cuts=network.has_cuts,
        convolutional=not any("attention" in type(module).__name__.lower() for module in modules),
        device=device,
        most_train=max(count.get("train", 0) for count in counts.values()),
        batch_norms=any(True for _ in batch_norms(network.network.module)),
        lora_sizes=lora_sizes(network),
    )


def with_pictures(plan: TrainingPlan, data: TrainingData) -> TrainingPlan:
    """The plan for the pictures that could be read."""
    pictures: dict[str, int] = {split: len(getattr(data, split)) for split in SPLITS}
    if pictures == plan.pictures:
        return plan
    if plan.measured_on != "cross-validation" and not len(data.measured(plan.measured_on)):
        raise DataError(f"No {plan.measured_on} picture can be read any more.", "Bring the pictures in again.")
    steps = batch_count(pictures["train"], plan.batch_size) if plan.method == "fine-tune" else 0
    return replace(plan, pictures=pictures, steps_per_epoch=steps)


def cautions(index: ImageIndex) -> Iterator[Event]:
    """What a person should know about the pictures before trusting the numbers."""
    counts = index.counts()
    few = [name for name in index.classes if counts[name].get("train", 0) < 5]
    if few:
        names = ", ".join(f"'{name}'" for name in few[:5]) + (" and others" if len(few) > 5 else "")
        yield Warned(f"Fewer than 5 training pictures of {names}: do not expect much of that yet.")
    trained = np.array([counts[name].get("train", 0) for name in index.classes])
    if trained.max() >= 10 * max(int(trained.min()), 1):
        most, least = index.classes[int(trained.argmax())], index.classes[int(trained.argmin())]
        yield Warned(f"'{most}' has {trained.max():,} training pictures, '{least}' only {trained.min():,}.")
