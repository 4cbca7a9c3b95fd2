"""What every depth of a network already knows about a person's pictures: one pass, and a closed-form head a stage.

Knows no screen and no process. The pass leaves behind what a training needs: decoded squares, and the features that the
head reads. It can be left at any point: each value it yields is an answer as far as it is known.
"""

from __future__ import annotations

import functools
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.backbones.weights import weights_hash
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.rows import RowRequest
from tl_core.data.dataset import Dataset
from tl_core.data.groups import kept_together
from tl_core.data.index import ImageIndex
from tl_core.engines.running import FastPart, fast_part
from tl_core.engines.task import Task
from tl_core.evaluation.scores import wilson
from tl_core.events import Event, Phase
from tl_core.processes import cpu_count
from tl_core.training.device import use_threads
from tl_core.training.engine import Engine, square_feed, to_stored
from tl_core.training.frozen_engine import engine_for
from tl_core.training.head_phase import head_prefix
from tl_core.training.heads import RidgeHead, fit_ridge_head
from tl_core.training.pictures import TrainingData
from tl_core.training.pooled_stages import PooledStages, Reading, pooled_stages
from tl_core.training.prefix import BATCH_ON_CPU, BATCH_ON_GPU, each
from tl_core.training.probe_values import Probe, StageReading
from tl_core.training.reading import read_pictures
from tl_core.training.sampling import pictures_to_learn_from, to_learn_from
from tl_core.training.streams import retold
from tl_core.training.workplace import Workplace

PROBED_AT_MOST = 1000
SEED = 0
STAGES_CUT = "every stage, pooled"  # in the feature cache, where a training has the name of the stage it cuts after

Rows = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """The pictures that readings are made of: one row each, one label, and who must be left out together."""

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    together: NDArray[np.int64]
    hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose depths are probed, on what."""

    network: StagedNetwork
    data: TrainingData
    judged: Judged
    stages: PooledStages


def probe(
    dataset: Dataset,
    network: StagedNetwork,
    place: Workplace,
    *,
    used_in: str | None = None,
    group_by: str | None = None,
) -> Iterator[Probe]:
    """Values with more and more in them; the last one is "done" or "stopped".

    The person's test split is not looked at. What a split keeps on one side is left out together (`used_in` and
    `group_by` as in RunConfig). Raises DataError where the pictures cannot be used.
    """
    use_threads(place.device.threads)
    known = Probe(network.network.name, "running", images_in_all=pictures_to_learn_from(dataset.index))
    index = to_learn_from(dataset.index, PROBED_AT_MOST, SEED)
    data = yield from read_squares(known, index, dataset, network, place)
    judged = judged_pictures(data, index, kept_together(index, used_in=used_in, group_by=group_by))
    if place.should_stop():
        yield replace(known, state="stopped")
        return
    counts = np.bincount(judged.labels, minlength=len(data.classes))
    known = replace(
        known,
        images=len(judged.rows),
        baseline=float(counts.max() / counts.sum()),
        baseline_class=data.classes[int(counts.argmax())],
    )
    subject = Subject(network, data, judged, pooled_stages(network))
    rows = yield from pooled_rows(known, subject, place)
    if rows is None:
        yield replace(known, state="stopped")
    else:
        yield from readings(known, subject, rows)


def read_squares(
    known: Probe, index: ImageIndex, dataset: Dataset, network: StagedNetwork, place: Workplace
) -> Generator[Probe, None, TrainingData]:
    """The pictures decoded, or those that were before a stop; progress comes as the values of a probe."""
    events = read_pictures(
        index,
        dataset.path_of,
        network.network.preprocessing,
        cache=place.cache,
        decoder=place.decoder,
        should_stop=place.should_stop,
        clock=place.clock,
    )

    def told(event: Event) -> Probe | None:
        return replace(known, phase="reading", done=event.done, total=event.total) if isinstance(event, Phase) else None

    return retold(events, told)


def judged_pictures(data: TrainingData, index: ImageIndex, together: NDArray[np.int64]) -> Judged:
    """Each picture once; what lies in two classes judges nothing. `together` has a number for each of the index."""
    rows, first, place = np.unique(data.train.positions, return_index=True, return_inverse=True)
    labels = data.train.labels[first]
    clear = np.ones(len(rows), dtype=bool)
    clear[place[data.train.labels != labels[place]]] = False
    number_of = dict(zip((content.tobytes().hex() for content in index.columns.sha256), together.tolist(), strict=True))
    hashes = tuple(data.content_hashes[row] for row in rows[clear])
    left_out = np.array([number_of[content] + 1 for content in hashes], dtype=np.int64)
    return Judged(rows[clear], labels[clear], left_out, hashes)


def pooled_rows(
    known: Probe, subject: Subject, place: Workplace, chosen: str | None = None
) -> Generator[Probe, None, Rows | None]:
    """The pass: (judged pictures, width), from the cache where it is known; None after a stop, which keeps what was.

    `chosen` is the engine; None is the one that a training would take.
    """
    network, judged, stages = subject.network, subject.judged, subject.stages
    name, preprocessing, before_head = network.network.name, network.network.preprocessing, head_prefix(network).module
    task = Task(preprocessing.image_size, place.precision, place.device.device, cpu_count())
    if chosen is None:
        pictures, of = len(judged.hashes), (network.network, before_head, place.device)
        chosen = engine_for(*of, precision=place.precision, pictures=pictures, cache=place.cache)
    weights = weights_hash(before_head)
    keys = [FeatureKey(name, weights, cut, preprocessing, place.precision, chosen) for cut in (STAGES_CUT, HEAD)]
    engine, feed = Engine(place.device.device, place.precision), square_feed(subject.data.squares, preprocessing)
    size = BATCH_ON_CPU if place.device.device == "cpu" else BATCH_ON_GPU
    total = len(judged.hashes)

    @functools.cache
    def fast() -> FastPart:
        return fast_part(stages.part, task, chosen, cache=place.cache)

    def computed(places: NDArray[np.int64]) -> Rows:
        return np.asarray(to_stored(engine.infer(fast().module, feed(judged.rows[places])), "fp32"))

    with ExitStack() as requests:
        pooled, head = (
            requests.enter_context(feature_rows(place.cache, key, (width,), judged.hashes, stored="fp32"))
            for key, width in zip(keys, (stages.width, stages.features), strict=True)
        )
        missing = np.union1d(pooled.missing, head.missing).astype(np.int64)
        if len(missing) and fast().engine != chosen:
            return (yield from pooled_rows(known, subject, place, fast().engine))
        for start in range(0, len(missing), size):
            if place.should_stop():
                pooled.finish()
                head.finish()
                return None
            places = missing[start : start + size]
            found = computed(places)
            put_missing(pooled, places, found)
            put_missing(head, places, found[:, stages.width - stages.features :])
            done = total - len(missing) + start + len(places)
            yield replace(known, phase="features", done=done, total=total)
        head.finish()
        return np.asarray(pooled.finish(lambda places: each(places, computed, size)))


def put_missing(request: RowRequest, places: NDArray[np.int64], rows: Rows) -> None:
    for place, row in zip(places.tolist(), rows, strict=True):
        if request.lacks(place):
            request.put(place, row)


def readings(known: Probe, subject: Subject, rows: Rows) -> Generator[Probe, None, None]:
    """A head for each stage, in order."""
    told: list[StageReading] = []
    judged, stages = subject.judged, subject.stages.readings
    for stage in stages:
        head = best_head(stage, rows, judged, len(subject.data.classes))
        correct = int((head.loo_probabilities.argmax(axis=1) == judged.labels).sum())
        low, high = wilson(correct, len(judged.labels))
        told.append(StageReading(stage.stage, correct / len(judged.labels), low, high, len(judged.labels)))
        state = replace(known, phase="head", done=len(told), total=len(stages), stages=tuple(told))
        yield replace(state, state="done") if len(told) == len(stages) else state


def best_head(stage: Reading, rows: Rows, judged: Judged, num_classes: int) -> RidgeHead:
    """Of the ways to read a stage (a mean over tokens, the class token) the one with the lower leave-one-out loss."""
    heads = [fit_ridge_head(rows[:, way], judged.labels, num_classes, judged.together) for way in stage.ways]
    return min(heads, key=lambda head: head.loo_loss)
