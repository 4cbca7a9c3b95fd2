"""What becomes of the batch norms: kept as they came, measured once on the new pictures, or trained along.

Knows modules and pictures; neither steps nor losses.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator

import numpy as np
import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from tl_core.backbones.stages import StagedNetwork
from tl_core.events import Event, Phase
from tl_core.training.batches import epoch_batches
from tl_core.training.engine import Engine, square_feed
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan

MEASURED_AT_MOST, BATCH = 2048, 32


def batch_norms(module: nn.Module) -> Iterator[tuple[str, _BatchNorm]]:
    """Those that keep running averages, by name."""
    for name, child in module.named_modules():
        if isinstance(child, _BatchNorm) and child.track_running_stats:
            yield name, child


def norms_of(network: StagedNetwork, stages: tuple[str, ...]) -> dict[str, _BatchNorm]:
    """The batch norms of some stages, by name."""
    parameters = {name for stage in stages for name in network.parameter_names(stage)}
    inside = tuple(f"{name}." for stage in stages for name in network.module_names(stage))
    return {
        name: norm
        for name, norm in batch_norms(network.network.module)
        if f"{name}.weight" in parameters or f"{name}.".startswith(inside)
    }


def norm_sizes(network: StagedNetwork) -> dict[str, int]:
    """How many numbers the batch norms of each stage learn; stages without any are left out."""
    sizes = {
        stage.name: sum(own.numel() for norm in norms_of(network, (stage.name,)).values() for own in norm.parameters())
        for stage in network.stages
    }
    return {stage: size for stage, size in sizes.items() if size}


def resting_norms(plan: TrainingPlan, network: StagedNetwork) -> tuple[nn.Module, ...]:
    """Those whose running averages stay as they are while the rest of the network trains."""
    if plan.batch_norm in ("updated", "trained"):
        return ()
    return tuple(norm for _, norm in batch_norms(network.network.module))


def awake_norms(plan: TrainingPlan, network: StagedNetwork) -> dict[str, _BatchNorm]:
    """Those that train though their stage is frozen."""
    return norms_of(network, plan.frozen) if plan.batch_norm == "trained" else {}


def reestimate(
    plan: TrainingPlan,
    data: TrainingData,
    network: StagedNetwork,
    *,
    should_stop: Callable[[], bool],
    clock: Clock,
) -> Generator[Event, None, None]:
    """Measures every running average anew on the training pictures: the mean over batches, all else in eval mode.

    Asked to stop, it keeps what the batches so far say (AdaBN, arXiv 1603.04779).
    """
    module, engine = network.network.module, Engine(plan.device, plan.precision)
    feed = square_feed(data.squares, plan.preprocessing)
    norms = [norm for _, norm in batch_norms(module)]
    usual = [norm.momentum for norm in norms]
    chosen = data.train.positions[np.random.default_rng(plan.seed).permutation(len(data.train))[:MEASURED_AT_MOST]]
    pace, done = Pace(clock), 0
    module.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # torch: the plain mean of all batches
        norm.train()
    yield Phase("features", 0, len(chosen))
    for batch in epoch_batches(len(chosen), BATCH, seed=plan.seed, epoch=0):
        with torch.no_grad(), engine.autocast():
            module(engine.place(feed(chosen[batch])))
        done += len(batch)
        if pace.due() or done == len(chosen):
            yield Phase("features", done, len(chosen), pace.rate(done), pace.left(done, len(chosen)))
        if should_stop():
            break
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = momentum
        norm.eval()
