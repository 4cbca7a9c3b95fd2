"""Seconds of whole passes through a frozen part, and of kept features; for `benchmarks.frozen`.

Knows no other way to run a network than a training's own.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tl_core.backbones.stages import StagedNetwork
from tl_core.training.engine import square_feed
from tl_core.training.estimate import noise as noise_squares
from tl_core.training.head_phase import head_prefix
from tl_core.training.pictures import Part, TrainingData, empty_part
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import prefix_features

CLASSES = tuple(f"kind {number}" for number in range(10))
ADDED = 20


def seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def made_up(count: int, size: int) -> TrainingData:
    hashes = tuple(hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
    rows = np.arange(count)
    return TrainingData(
        CLASSES, hashes, noise_squares(size, count), Part(rows, rows % len(CLASSES)), empty_part(), empty_part()
    )


def passed(network: StagedNetwork, plan: TrainingPlan, data: TrainingData, cache: Path) -> float:
    """Seconds of a whole pass over the pictures, its features read from the cache at the end."""
    started = time.perf_counter()
    events = prefix_features(
        head_prefix(network),
        plan,
        data,
        data.train.positions,
        cache=cache,
        feed=square_feed(data.squares, plan.preprocessing),
        first=(),
        should_stop=lambda: False,
        clock=time.perf_counter,
    )
    while True:
        try:
            next(events)
        except StopIteration as end:
            end.value.feed(data.train.positions)
            return time.perf_counter() - started


def measure_passes(network: StagedNetwork, plan: TrainingPlan, count: int, cache: Path) -> dict[str, Any]:
    """All features, the same again, and with a few pictures more."""
    data = made_up(count + ADDED, plan.preprocessing.resize_size)
    few = replace(data, train=data.train.within(np.arange(count + ADDED) < count))
    return {
        "pictures": count,
        "seconds": round(passed(network, plan, few, cache), 3),
        "seconds_again": round(passed(network, plan, few, cache), 3),
        f"seconds_with_{ADDED}_more": round(passed(network, plan, data, cache), 3),
    }
