"""What a whole run is given beside its settings and pictures, and the steps that beginning and going on share."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path

from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.index import SPLITS, ImageIndex
from tl_core.errors import DataError
from tl_core.events import Event
from tl_core.training.batches import batch_count
from tl_core.training.beginning import begin
from tl_core.training.engine import Engine
from tl_core.training.metrics import Clock
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import DeviceFacts, TrainingPlan
from tl_core.training.reading import read_pictures
from tl_core.training.workplace import Workplace

ShouldStop = Callable[[], bool]
# The network that the settings ask for, with a head for so many classes, if somebody has it ready.
Ready = Callable[[RunConfig, int], StagedNetwork | None]


def nothing_ready(_config: RunConfig, _num_classes: int) -> None:
    """Every network is made when its run is known."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`cache` keeps prepared pictures and features."""

    cache: Path
    should_stop: ShouldStop
    clock: Clock
    ready: Ready = nothing_ready


def staged(config: RunConfig, num_classes: int, device: DeviceFacts, *, empty: bool = False) -> StagedNetwork:
    """The network on its device, its random parts from the seed; staged last, because graphs hold on to devices.

    `empty` while its pretrained weights are not here yet.
    """
    network = begin(config, num_classes, empty=empty)
    Engine(device.device, "fp32").place_network(network.module)
    return stage_network(network)


def read_for(
    plan: TrainingPlan, index: ImageIndex, dataset: Dataset, place: Workplace
) -> Generator[Event, None, TrainingData]:
    return read_pictures(
        index,
        dataset.path_of,
        plan.preprocessing,
        cache=place.cache,
        decoder=place.decoder,
        should_stop=place.should_stop,
        clock=place.clock,
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
