"""The part of a network that learns, and what it is fed: kept features, or pictures through the frozen part.

Knows modes (train, eval, frozen) and views of pictures; neither steps nor epochs' ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn

from tl_core.backbones.parts import TrainablePart
from tl_core.data.tensors import to_batch
from tl_core.events import Event
from tl_core.training.augment import STRENGTHS, Flips, augment, draws, picture_number
from tl_core.training.engine import Engine, Feed
from tl_core.training.mixing import Mixture, mixed
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan

StepFeed = Callable[[Positions, Positions, Mixture | None], Tensor]  # pictures, the view of each, what blends them
Prepare = Callable[[Positions], Iterator[Event]]
Through = Callable[[Tensor], Tensor]


def nothing_to_prepare(_views: Positions) -> Iterator[Event]:
    """What is computed as it is fed."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Trainee:
    """`part` has two graphs over the same parameters, one to learn and one to answer: `learn` and `judge` choose.

    `train_feed` gives a whole step on the CPU; `through` takes a piece of it through the frozen prefix on the device.
    """

    part: nn.Module
    train_feed: StepFeed
    val_feed: Feed
    through: Through
    resting: tuple[nn.Module, ...]  # batch norms that keep their running averages while the others train
    prepare: Prepare = nothing_to_prepare  # before an epoch that feeds these views

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


def picture_feed(plan: TrainingPlan, data: TrainingData, *, mirror: bool) -> StepFeed:
    """Pictures as this step sees them: augmented as the plan says, normalised, blended with their partners."""
    view = view_feed(plan, data, mirror=mirror)
    return lambda positions, views, mixture: mixed(view(positions, views), mixture)


def view_feed(plan: TrainingPlan, data: TrainingData, *, mirror: bool) -> Callable[[Positions, Positions], Tensor]:
    """Views of pictures by their numbers, normalised."""
    if plan.augment == "none":
        return lambda positions, _: to_batch(np.asarray(data.squares[positions]), plan.preprocessing)
    numbers = np.array([picture_number(content) for content in data.content_hashes], dtype=np.int64)
    size = plan.preprocessing.image_size
    cropped = replace(plan.preprocessing, resize_size=size)
    flips = Flips(mirror, upside_down=plan.flips == "both")

    def feed(positions: Positions, views: Positions) -> Tensor:
        squares = np.asarray(data.squares[positions])
        chosen = draws(plan.seed, views.tolist(), numbers[positions].tolist())
        return to_batch(augment(squares, chosen, STRENGTHS[plan.augment], size=size, flips=flips), cropped)

    return feed


def as_it_is(batch: Tensor) -> Tensor:
    return batch


def through(engine: Engine, fast: nn.Module) -> Through:
    """What the frozen prefix, made fast, says about each view, computed at every step, without gradients."""

    def prefixed(batch: Tensor) -> Tensor:
        with torch.no_grad(), engine.autocast():
            output: Tensor = fast(batch)
        return output

    return prefixed
