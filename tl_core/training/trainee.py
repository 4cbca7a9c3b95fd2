"""The part of a network that learns, and what it is fed: kept features, or pictures through the frozen part.

Knows modes (train, eval, frozen) and views of pictures; neither steps nor epochs' ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.tensors import to_batch
from tl_core.training.augment import STRENGTHS, augment, draws, picture_number
from tl_core.training.engine import Engine, Feed
from tl_core.training.frozen_engine import fast_copy
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan

EpochFeed = Callable[[Positions, int], Tensor]


@dataclass(frozen=True, slots=True)
class Trainee:
    """`part` has two graphs over the same parameters, one to learn and one to answer: `learn` and `judge` choose."""

    part: nn.Module
    train_feed: EpochFeed
    val_feed: Feed
    parameters: tuple[nn.Parameter, ...]
    resting: tuple[nn.Module, ...]  # batch norms that keep their running averages while the others train

    def learn(self) -> None:
        self.part.train()
        for module in self.resting:
            module.eval()

    def judge(self) -> None:
        self.part.eval()


def freeze(plan: TrainingPlan, network: StagedNetwork) -> tuple[str, ...]:
    """Only the trained stages' parameters take gradients from here on; their names, in order."""
    names = {name for stage in plan.trained for name in network.parameter_names(stage)}
    for name, parameter in network.network.module.named_parameters():
        parameter.requires_grad_(name in names)
    return tuple(name for name, _ in network.network.module.named_parameters() if name in names)


def resting_norms(plan: TrainingPlan, network: StagedNetwork) -> tuple[nn.Module, ...]:
    """The batch norms of the trained stages, where the plan keeps their running averages as they are."""
    if plan.batch_norm != "kept":
        return ()
    return tuple(module for module in network.network.module.modules() if isinstance(module, _BatchNorm))


def view_feed(plan: TrainingPlan, data: TrainingData, *, mirror: bool) -> EpochFeed:
    """Pictures as this epoch sees them: augmented as the plan says, normalised."""
    if plan.augment == "none":
        return lambda positions, _: to_batch(np.asarray(data.squares[positions]), plan.preprocessing)
    numbers = np.array([picture_number(content) for content in data.content_hashes], dtype=np.int64)
    size = plan.preprocessing.image_size
    cropped = replace(plan.preprocessing, resize_size=size)

    def feed(positions: Positions, epoch: int) -> Tensor:
        squares = np.asarray(data.squares[positions])
        chosen = draws(plan.seed, epoch, numbers[positions].tolist())
        return to_batch(augment(squares, chosen, STRENGTHS[plan.augment], size=size, mirror=mirror), cropped)

    return feed


def through(engine: Engine, prefix: nn.Module, feed: EpochFeed) -> EpochFeed:
    """What the frozen prefix says about each view, computed at every step, without gradients."""
    fast = fast_copy(prefix, engine.precision)

    def prefixed(positions: Positions, epoch: int) -> Tensor:
        with torch.no_grad(), engine.autocast():
            output: Tensor = fast(engine.place(feed(positions, epoch)))
        return output

    return prefixed
