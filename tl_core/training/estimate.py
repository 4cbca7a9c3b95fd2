"""Measures in a few seconds how fast this machine runs a network, stage by stage; `estimate_values` does the sums.

Knows networks and clocks, no picture of anybody: grey noise takes as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.tensors import to_batch
from tl_core.engines.choosing import TORCH
from tl_core.engines.running import fast_part
from tl_core.engines.task import Task
from tl_core.processes import cpu_count
from tl_core.training.augment import NUMBERS_A_VIEW, STRENGTHS, Flips, varied
from tl_core.training.device_feed import feeding_device
from tl_core.training.engine import Engine
from tl_core.training.estimate_listening import Ear, listened, one_pass
from tl_core.training.estimate_memory import LEARNING_BYTES, base_bytes
from tl_core.training.estimate_suffix import measured_alone
from tl_core.training.estimate_values import Speed, StageSpeed
from tl_core.training.head_phase import head_prefix
from tl_core.training.plan_values import DeviceFacts
from tl_core.training.sending import sent

# Pictures of the timed passes: as many as fit into this time by a first pass of two, up to the usual batch.
SECONDS_A_PASS, FIRST, MOST = 1.5, 2, 32
MEGA = 1e6


def measure_speed(network: StagedNetwork, device: DeviceFacts, *, precision: str, frozen_engine: str = TORCH) -> Speed:
    """The network's weights are as they were afterwards, and it is in eval mode; gradients are gone."""
    module, engine = network.network.module, Engine(device.device, precision)
    clock = synchronised(device.device)
    squares = noise(network.network.preprocessing.resize_size, MOST)
    pictures = engine.place(to_batch(squares, network.network.preprocessing))
    with everything_learns(module):
        count = fitting(module, engine, pictures, clock)
        learning = listened(network, engine, pictures[:count], clock, learn=True)
        answering = listened(network, engine, pictures[:count], clock, learn=False)
        costs = [learning.forward.get(one.name, 0.0) + learning.backward.get(one.name, 0.0) for one in network.stages]
        alone = measured_alone(network, engine, costs, count, clock)
        step = step_seconds(module, clock)
    task = Task(network.network.preprocessing.image_size, precision, device.device, cpu_count())
    begun = clock()
    fast_module = fast_part(head_prefix(network).module, task, frozen_engine).module
    making = clock() - begun
    fast = answering_seconds(fast_module, engine, pictures[:count], clock)
    score = score_seconds(network, device, frozen_engine, pictures[:count], clock)
    stages = stage_speeds(network, learning, answering, fast, count)
    return Speed(
        backbone=network.network.name,
        image_size=network.network.preprocessing.image_size,
        device=device.device,
        has_cuts=network.has_cuts,
        stages=stages,
        read_seconds=0.0,
        feed_seconds=timed(lambda: to_batch(squares, network.network.preprocessing), clock) / len(squares),
        view_seconds=view_seconds(squares, network.network.preprocessing.image_size, clock, device.device),
        step_seconds=step,
        base_bytes=base_bytes(stages, frozen_engine),
        learning_bytes=LEARNING_BYTES,
        alone=alone,
        making_seconds=making,
        score_seconds=score,
    )


def stage_speeds(
    network: StagedNetwork, learning: Ear, answering: Ear, fast_seconds: float, count: int
) -> tuple[StageSpeed, ...]:
    """A picture's in each stage, of passes with `count`; `fast_seconds` of all frozen ones are shared out as heard."""
    spread = fast_seconds / max(sum(answering.forward.values()), 1e-9)
    return tuple(
        StageSpeed(
            name=stage.name,
            parameters=stage.parameters,
            answer_seconds=answering.forward.get(stage.name, 0.0) * spread / count,
            judge_seconds=answering.forward.get(stage.name, 0.0) / count,
            forward_seconds=learning.forward.get(stage.name, 0.0) / count,
            backward_seconds=learning.backward.get(stage.name, 0.0) / count,
            kept_bytes=learning.kept.get(stage.name, 0.0) / count,
        )
        for stage in network.stages
    )


@contextmanager
def everything_learns(module: nn.Module) -> Iterator[None]:
    """Afterwards all is as it was, the module in eval mode and without gradients."""
    state = {name: value.detach().clone() for name, value in module.state_dict().items()}
    grads = [parameter.requires_grad for parameter in module.parameters()]
    try:
        module.requires_grad_(True)
        yield
    finally:
        module.load_state_dict(state)
        module.zero_grad(set_to_none=True)
        module.eval()
        for parameter, trained in zip(module.parameters(), grads, strict=True):
            parameter.requires_grad_(trained)


def score_seconds(
    network: StagedNetwork, device: DeviceFacts, frozen_engine: str, pictures: Tensor, clock: Callable[[], float]
) -> float:
    """A picture's in the finished model, as it is measured: in 32 bits, by the engine of the frozen part."""
    task = Task(network.network.preprocessing.image_size, "fp32", device.device, cpu_count())
    fast = fast_part(network.whole(train=False), task, frozen_engine).module
    return answering_seconds(fast, Engine(device.device, "fp32"), pictures, clock) / len(pictures)


def fitting(module: nn.Module, engine: Engine, pictures: Tensor, clock: Callable[[], float]) -> int:
    """How many pictures the timed passes take: a power of two."""
    module.train()
    one_pass(module, engine, pictures[:FIRST], learn=True)
    seconds = timed(lambda: one_pass(module, engine, pictures[:FIRST], learn=True), clock)
    count = FIRST
    while count < MOST and seconds / FIRST * count * 2 <= SECONDS_A_PASS:
        count *= 2
    return count


def answering_seconds(module: nn.Module, engine: Engine, pictures: Tensor, clock: Callable[[], float]) -> float:
    """One pass to warm up and one that counts."""
    engine.infer(module, pictures)
    return timed(lambda: engine.infer(module, pictures), clock)


def step_seconds(module: nn.Module, clock: Callable[[], float]) -> float:
    """Seconds of an optimizer's step for a million numbers, with the gradients that the last pass left."""
    trained = [parameter for parameter in module.parameters() if parameter.grad is not None]
    optimizer = torch.optim.AdamW(trained, lr=1e-9, fused=trained[0].device.type in ("cpu", "cuda"))
    optimizer.step()
    return timed(optimizer.step, clock) / max(sum(parameter.numel() for parameter in trained), 1) * MEGA


def view_seconds(squares: NDArray[np.uint8], size: int, clock: Callable[[], float], device: str) -> dict[str, float]:
    """Of a picture for each kind of augmentation, made where a training makes it."""
    pixels = sent(torch.from_numpy(squares), feeding_device(device))
    numbers = np.random.default_rng(0).random((len(squares), NUMBERS_A_VIEW)).astype(np.float32)
    flips = Flips(mirror=True)
    return {
        name: timed(lambda: varied(pixels, numbers, strength, size=size, flips=flips), clock) / len(squares)  # noqa: B023 - called at once
        for name, strength in STRENGTHS.items()
    }


def noise(size: int, count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    before = clock()
    work()
    return clock() - before


def synchronised(device: str) -> Callable[[], float]:
    """A clock that waits for what the device has still to do."""
    wait = {"cuda": torch.cuda.synchronize, "mps": torch.mps.synchronize}.get(device)
    if wait is None:
        return time.perf_counter

    def clock() -> float:
        wait()
        return time.perf_counter()

    return clock
