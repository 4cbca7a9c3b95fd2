"""Runs the frozen part of a network once over pictures and keeps what it says. Knows neither labels nor training.

What comes out in the middle of a network is kept as the plan computes it: in 16 bits where bf16 is native, else in 32.
Rounding what is computed in 32 would halve its place on the disk, and what learns from it would then be fed other
numbers than without the cache. (The head's features are kept in 32 bits everywhere: `head_phase.head_prefix`.)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tl_core.backbones.stage import HEAD
from tl_core.backbones.weights import weights_hash
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.kept import KeptRows
from tl_core.caching.rows import RowRequest
from tl_core.events import Event, Phase, Warned
from tl_core.training.engine import Engine, Feed, from_stored, to_stored
from tl_core.training.frozen_engine import FastPart, frozen_part
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
    """Features of some of a run's rows: `where[row]` is their place, -1 where there is none.

    `engine` is what they were asked of in the end: another than the plan's where that one failed.
    """

    rows: KeptRows
    where: Positions  # (rows of the squares,)
    engine: str

    @property
    def available(self) -> NDArray[np.bool_]:
        return self.where >= 0

    def feed(self, positions: Positions) -> torch.Tensor:
        return from_stored(np.asarray(self.rows[self.places(positions)]))

    def places(self, positions: Positions) -> Positions:
        """Where their rows lie. Raises LookupError for a picture without features: -1 would be the last one's row."""
        places = self.where[positions]
        if (places < 0).any():
            raise LookupError(f"no features were computed for {int((places < 0).sum())} of {len(places)} pictures")
        return places


class FrozenPass:
    """The prefix over rows of pictures, as they are kept. Its fast copy is made when the first features are missing."""

    def __init__(self, prefix: Prefix, plan: TrainingPlan, feed: Feed, cache: Path) -> None:
        self._prefix, self._plan, self._feed, self._cache = prefix, plan, feed, cache
        self._engine = Engine(plan.device, plan.precision)
        self.batch = BATCH_ON_CPU if plan.device == "cpu" else BATCH_ON_GPU

    @cached_property
    def fast(self) -> FastPart:
        return frozen_part(self._prefix.module, self._plan, cache=self._cache)

    def expect(self, rows: Positions) -> None:
        """What is asked for next: a feed that reads ahead sends it to the card while that computes the present."""
        expect: Callable[[Positions], None] | None = getattr(self._feed, "expect", None)
        if expect is not None and len(rows):
            expect(rows)

    def __call__(self, rows: Positions) -> NDArray[Any]:
        return to_stored(self._engine.infer(self.fast.module, self._feed(rows)), self._prefix.stored)


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
    view: str = "",
) -> Generator[Event, None, Kept]:
    """The prefix's output for the wanted rows, from the cache where it is known; `feed` gives the network's input.

    `view` names how the feed varies the pictures, with everything that this depends on; "" is as they are. The rows in
    `first` come first; asked to stop, the pass ends as soon as it has those.
    """
    compute = FrozenPass(prefix, plan, feed, cache)
    key = FeatureKey(
        plan.backbone, weights_hash(prefix.module), prefix.cut, plan.preprocessing, plan.precision, plan.frozen_engine
    )
    shape = known_shape(prefix, plan) or compute(wanted[:1]).shape[1:]
    contents = [data.content_hashes[row] for row in wanted]
    with feature_rows(cache, key, shape, contents, stored=prefix.stored, view=view) as request:
        missing = places_of(first_of(wanted[request.missing], first), wanted)
        if len(missing) and compute.fast.told:
            yield Warned(compute.fast.told)
            otherwise = replace(plan, frozen_engine=compute.fast.engine)
            again_with = partial(prefix_features, prefix, otherwise, data, wanted, cache=cache, feed=feed, view=view)
            return (yield from again_with(first=first, should_stop=should_stop, clock=clock))
        enough = lambda done: should_stop() and done.issuperset(first)  # noqa: E731 - a name for two words
        done = yield from computed(compute, request, wanted, missing, enough=enough, pace=Pace(clock))
        again = FrozenPass(prefix, plan, feed, cache)  # another, so that a fast copy that is done with takes no memory
        rows = request.finish(lambda places: each(places, lambda some: again(wanted[some]), again.batch))
    where = np.full(len(data.content_hashes), -1, dtype=np.int64)
    for place, row in enumerate(wanted):
        if int(row) in done:
            where[row] = place
    return Kept(rows, where, plan.frozen_engine)


def computed(
    compute: FrozenPass,
    request: RowRequest,
    wanted: Positions,
    missing: Positions,
    *,
    enough: Callable[[set[int]], bool],
    pace: Pace,
) -> Generator[Event, None, set[int]]:
    """Puts the rows of the missing places, batch by batch, until it is enough; all the rows that are there then."""
    done = {int(row) for row in np.delete(wanted, missing)}
    yield Phase("features", len(done), len(wanted))
    for start in range(0, len(missing), compute.batch):
        places = missing[start : start + compute.batch]
        compute.expect(wanted[missing[start + compute.batch : start + 2 * compute.batch]])
        for place, row in zip(places.tolist(), compute(wanted[places]), strict=True):
            request.put(place, row)
        done.update(int(row) for row in wanted[places])
        count = start + len(places)
        if pace.due() or count == len(missing):
            yield Phase("features", len(done), len(wanted), pace.rate(count), pace.left(count, len(missing)))
        if enough(done):
            break
    return done


def known_shape(prefix: Prefix, plan: TrainingPlan) -> tuple[int, ...]:
    """What the prefix makes of one picture, so far as the plan tells without running it; or ()."""
    if isinstance(prefix.module, ClassifierInput):
        return ()
    shapes = {stage.name: stage.output_shape for stage in plan.stages if stage.name != HEAD}
    return next(reversed(shapes.values()), ()) if prefix.cut == HEAD else shapes.get(prefix.cut, ())


def each(
    places: Positions, computed: Callable[[Positions], NDArray[Any]], size: int
) -> Iterator[tuple[int, NDArray[Any]]]:
    """Each place with its row, so many computed at once."""
    for start in range(0, len(places), size):
        some = places[start : start + size]
        yield from zip(some.tolist(), computed(some), strict=True)


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
