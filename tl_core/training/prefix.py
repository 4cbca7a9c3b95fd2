"""Runs the frozen part of a network once over pictures and keeps what it says. Knows neither labels nor training."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tl_core.backbones.weights import weights_hash
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.events import Event, Phase
from tl_core.training.engine import Engine, Feed, stored_feed, to_stored
from tl_core.training.frozen_engine import fast_copy
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import Positions, TrainingData, first_of
from tl_core.training.plan_values import TrainingPlan

BATCH_ON_CPU, BATCH_ON_GPU = 32, 128


@dataclass(frozen=True, slots=True)
class Prefix:
    """The frozen part up to the stage `cut`, in eval for good. `stored` is how its output is kept."""

    module: nn.Module
    cut: str
    stored: str  # "bf16" or "fp32"


@dataclass(frozen=True, slots=True)
class Kept:
    """Features of some of a run's rows: `where[row]` is their place, -1 where there is none."""

    rows: NDArray[Any]
    where: Positions  # (rows of the squares,)

    @property
    def available(self) -> NDArray[np.bool_]:
        return self.where >= 0

    @property
    def feed(self) -> Feed:
        return stored_feed(self.rows, self.where)


def prefix_features(
    prefix: Prefix,
    plan: TrainingPlan,
    data: TrainingData,
    wanted: Positions,
    *,
    cache: Path,
    feed: Feed,
    first: Collection[int],
    should_stop: Callable[[], bool],
    clock: Clock,
) -> Generator[Event, None, Kept]:
    """The prefix's output for the wanted rows, from the cache where it is known; `feed` gives the network's input.

    The rows in `first` come first; asked to stop, the pass ends as soon as it has those.
    """
    engine = Engine(plan.device, plan.precision)
    module = fast_copy(prefix.module, plan.precision)
    key = FeatureKey(plan.backbone, weights_hash(prefix.module), prefix.cut, plan.preprocessing, plan.precision)
    shape = tuple(engine.infer(module, feed(wanted[:1])).shape[1:])
    size = BATCH_ON_CPU if plan.device == "cpu" else BATCH_ON_GPU
    with feature_rows(cache, key, shape, [data.content_hashes[row] for row in wanted], stored=prefix.stored) as file:
        missing = places_of(first_of(wanted[np.array(file.missing, dtype=np.int64)], first), wanted)
        done = {int(row) for row in np.delete(wanted, missing)}
        pace = Pace(clock)
        yield Phase("features", len(done), len(wanted))
        for start in range(0, len(missing), size):
            places = missing[start : start + size]
            features = engine.infer(module, feed(wanted[places]))
            for place, row in zip(places, to_stored(features, prefix.stored), strict=True):
                file.put(int(place), row)
            done.update(int(row) for row in wanted[places])
            count = start + len(places)
            if pace.due() or count == len(missing):
                left = pace.left(count, len(missing))
                yield Phase("features", len(done), len(wanted), pace.rate(count), left)
            if should_stop() and done.issuperset(first):
                break
        rows = file.finish()
    where = np.full(len(data.content_hashes), -1, dtype=np.int64)
    for place, row in enumerate(wanted):
        if int(row) in done:
            where[row] = place
    return Kept(rows, where)


def places_of(rows: Positions, wanted: Positions) -> Positions:
    """Where each row lies in `wanted`, which is sorted."""
    return np.searchsorted(wanted, rows).astype(np.int64)


class ClassifierInput(nn.Module):
    """A whole network cut before its classifier by listening there: for networks that cannot be cut as a graph."""

    def __init__(self, whole: nn.Module, classifier: nn.Module) -> None:
        super().__init__()
        self.whole = whole
        self.seen: list[torch.Tensor] = []
        classifier.register_forward_pre_hook(self._listen)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.seen.clear()
        self.whole(pictures)
        return self.seen[-1]

    def _listen(self, _classifier: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        self.seen[:] = [inputs[0]]
