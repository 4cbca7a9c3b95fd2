"""The part of a network that learns, and what it is fed: kept features, or pictures through the frozen part.

Knows modes (train, eval, frozen) and views of pictures; neither steps nor epochs' ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tl_core.backbones.parts import TrainablePart
from tl_core.events import Event
from tl_core.training.device_feed import DevicePictures, ViewFeed
from tl_core.training.engine import Engine, Feed
from tl_core.training.mixing import Mixture, mixed
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan

StepFeed = Callable[[Positions, Positions, Mixture | None], Tensor]  # pictures, the view of each, what blends them
Prepare = Callable[[Positions], Iterator[Event]]
Through = Callable[[Tensor], Tensor]


def nothing_to_expect(_positions: Positions) -> None:
    """What is read as it is asked for."""


def nothing_to_prepare(_views: Positions) -> Iterator[Event]:
    """What is computed as it is fed."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Trainee:
    """`part` has two graphs over the same parameters, one to learn and one to answer: `learn` and `judge` choose.

    `train_feed` gives a whole step; `through` takes a piece of it through the frozen prefix on the device. `expect` is
    told which pictures come next, so that they can be on their way while the device is busy.
    """

    part: nn.Module
    train_feed: StepFeed
    val_feed: Feed
    through: Through
    resting: tuple[nn.Module, ...]  # batch norms that keep their running averages while the others train
    prepare: Prepare = nothing_to_prepare  # before an epoch that feeds these views
    expect: Callable[[Positions], None] = nothing_to_expect

    def learn(self) -> None:
        self.part.train()
        for module in self.resting:
            module.eval()

    def judge(self) -> None:
        self.part.eval()


def keep_awake(part: nn.Module, norms: tuple[nn.Module, ...]) -> None:
    """Batch norms of frozen stages that learn along."""
    if norms and isinstance(part, TrainablePart):
        part.keep_awake(norms)


def picture_feed(views: ViewFeed) -> StepFeed:
    """Pictures as a step sees them: in their views, blended with their partners."""
    return lambda positions, numbers, mixture: mixed(views(positions, numbers), mixture)


def view_feed(plan: TrainingPlan, data: TrainingData, *, mirror: bool) -> ViewFeed:
    """Views of pictures by their numbers, normalised."""
    return DevicePictures(plan, data).views(mirror=mirror)


def as_it_is(batch: Tensor) -> Tensor:
    return batch


def through(engine: Engine, fast: nn.Module) -> Through:
    """What the frozen prefix, made fast, says about each view, computed at every step, without gradients."""

    def prefixed(batch: Tensor) -> Tensor:
        with torch.no_grad(), engine.autocast():
            output: Tensor = fast(batch)
        return output

    return prefixed
