"""The long questions about a trained run, step by step: would more help, how sturdy, where it looks, its answers anew.

Each is an iterator of answers with "state", "done" and "total", the last one with what was found. Torch is loaded by
the first step. Knows no request and keeps nothing but a run's own files.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tl_core.config import STARTS, RunConfig
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.decoder import DecoderPool, Problem
from tl_core.data.index import ImageRecord
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.split_file import read_split_csv
from tl_core.errors import DataError, RunError
from tl_core.events import Event, Phase
from tl_core.jobs.background import Answer
from tl_core.jobs.beginnings import start_path
from tl_core.jobs.hint_requests import must_be_here
from tl_core.jobs.journal import read_records
from tl_core.jobs.rundir import RunDir

if TYPE_CHECKING:
    from tl_core.training.run_features import Embedder, RunFeatures
    from tl_core.training.workplace import Workplace

STURDY_PICTURES, LOOKED_AT = 200, 12  # of all, of each class
MOST_FEATURES = 4000  # that heads are fitted to, or that are compared all with all
AT_ONCE = 32
ShouldStop = Callable[[], bool]
# Contents and how a network sees -> squares, and which of the contents they are
SquaresOf = Callable[[Sequence[str], Preprocessing], tuple[NDArray[np.uint8], NDArray[np.int64]]]
RUNNING: Answer = {"state": "running", "done": 0, "total": 0}


@dataclass(frozen=True, slots=True)
class Question:
    """Whose run is asked about, where prepared pictures lie, and whether anybody still wants to know."""

    run: RunDir
    cache: Path
    should_stop: ShouldStop


def learning_curve(question: Question) -> Iterator[Answer]:
    """The answer's `curve` is `LearningCurve.to_dict()`."""
    yield RUNNING
    with workplace(question) as place:
        made = yield from features_of_run(question, place)
    if made is None:
        return
    from tl_core.training.learning_curve import LearningCurve, learning_curve

    features, _ = made
    chosen = spread(features.labels, MOST_FEATURES)
    steps = learning_curve(
        features.features[chosen], features.labels[chosen], features.classes, features.groups[chosen]
    )
    curve: LearningCurve | None = None
    while curve is None:
        try:
            done, total = next(steps)
        except StopIteration as end:
            curve = end.value
        else:
            if question.should_stop():
                return
            yield {**RUNNING, "phase": "heads", "done": done, "total": total}
    yield {"state": "done", "curve": curve.to_dict()}


def sturdiness(question: Question) -> Iterator[Answer]:
    """The answer's `changes` are `Changed.to_dict()`, `told` says what it is weakest on."""
    yield RUNNING
    from tl_core.evaluation.answers import ANSWERS, read_answers
    from tl_core.evaluation.predictor import Predictor
    from tl_core.evaluation.sturdiness import CHANGES, in_words, sturdiness

    answers = read_answers(question.run.path / ANSWERS)
    answers = answers.rows(spread(answers.labels, STURDY_PICTURES))
    predictor = Predictor.open(question.run.path)
    with pictures_of(question) as squares_of:
        squares, found = squares_of(answers.hashes, predictor.preprocessing)
    changes = []
    for changed in sturdiness(predictor.probabilities, squares, answers.labels[found]):
        changes.append(changed)
        if question.should_stop():
            return
        yield {**RUNNING, "phase": "asking", "done": len(changes), "total": len(CHANGES)}
    yield {"state": "done", "changes": [changed.to_dict() for changed in changes], "told": in_words(changes)}


def looks(question: Question) -> Iterator[Answer]:
    """The answer's `classes` have for each class its mean heat map, and a warning where that lies at the border."""
    yield RUNNING
    from tl_core.evaluation.answers import ANSWERS, read_answers
    from tl_core.evaluation.heat_maps import border_warning, heat_maps, mean_map
    from tl_core.export.loading import load_network

    answers = read_answers(question.run.path / ANSWERS)
    config, network = load_network(question.run.path)
    told: dict[str, Any] = {}
    with pictures_of(question) as squares_of:
        for label, name in enumerate(answers.classes):
            rows = np.flatnonzero((answers.labels == label) & answers.is_right)
            own = answers.rows(rows[np.argsort(-answers.probabilities[rows, label], kind="stable")][:LOOKED_AT])
            if len(own):
                squares, _ = squares_of(own.hashes, config.preprocessing)
                mean = mean_map(heat_maps(network.module, config.preprocessing, squares, [label] * len(squares)))
                warning = border_warning(name, mean, len(squares))
                told[name] = {"map": mean.to_dict(), "pictures": len(squares), "warning": warning}
            if question.should_stop():
                return
            yield {**RUNNING, "phase": "looking", "done": label + 1, "total": len(answers.classes)}
    yield {"state": "done", "classes": told}


def answers_again(question: Question) -> Iterator[Answer]:
    """Asks the model of a run that kept no answers about its test or validation pictures, and keeps them."""
    yield RUNNING
    from tl_core.evaluation.answers import ANSWERS, TRAIN_AGAIN, make_answers, write_answers
    from tl_core.evaluation.predictor import Predictor
    from tl_core.export.described import weights_hash

    rows = read_split_csv(question.run.split_file)
    split = "test" if any(row.split == "test" for row in rows) else "val"
    own = [row for row in rows if row.split == split]
    if not own:
        raise RunError("This run kept no answers to its pictures, and none were set aside to ask again.", TRAIN_AGAIN)
    predictor = Predictor.open(question.run.path)
    with pictures_of(question) as squares_of:
        squares, found = squares_of([row.sha256 for row in own], predictor.preprocessing)
    parts = []
    for start in range(0, len(squares), AT_ONCE):
        parts.append(predictor.probabilities(squares[start : start + AT_ONCE]))
        if question.should_stop():
            return
        yield {**RUNNING, "phase": "asking", "done": min(start + AT_ONCE, len(squares)), "total": len(squares)}
    kept = [own[at] for at in found.tolist()]
    answers = make_answers(
        predictor.classes,
        "test" if split == "test" else "validation",
        np.concatenate(parts),
        [predictor.classes.index(row.label) for row in kept],
        hashes=[row.sha256 for row in kept],
        paths=[row.path for row in kept],
        split=split,
        weights=weights_hash(question.run.path),
    )
    write_answers(question.run.path / ANSWERS, answers)
    yield {"state": "done", "pictures": len(answers)}


def features_of_run(
    question: Question, place: Workplace
) -> Generator[Answer, None, tuple[RunFeatures, Embedder] | None]:
    """What the network that the run began with says of its pictures, with progress as answers; None after a stop."""
    from tl_core.training.plan_values import TrainingPlan
    from tl_core.training.run_features import run_features
    from tl_core.training.streams import retold

    planned = next((record for record in read_records(question.run.journal)[0] if record["kind"] == "planned"), None)
    if planned is None:
        raise RunError("This run has no plan, so nothing can be asked of it.", "Train again.")
    config = beginning(question.run)
    must_be_here(config)
    dataset, rows = open_dataset(question.run.dataset_folder), read_split_csv(question.run.split_file)
    events = run_features(config, TrainingPlan.from_dict(planned["plan"]), dataset, rows, place)

    def told(event: Event) -> Answer | None:
        if not isinstance(event, Phase):
            return None
        return {**RUNNING, "phase": event.name, "done": event.done, "total": event.total}

    return retold(events, told)


def beginning(run: RunDir) -> RunConfig:
    """The run's settings, an earlier run that it began with as a path."""
    config = run.config
    return config if config.start in STARTS else replace(config, start=str(start_path(config.start, run.path.parent)))


@contextmanager
def workplace(question: Question) -> Iterator[Workplace]:
    from tl_core.training.device import device_facts, use_threads
    from tl_core.training.workplace import Workplace

    device = device_facts()
    use_threads(device.threads)
    with DecoderPool() as decoder:
        yield Workplace(question.cache, decoder, device, question.should_stop, time.monotonic)


@contextmanager
def pictures_of(question: Question) -> Iterator[SquaresOf]:
    """Opens pictures of the run's dataset by their contents, as squares."""
    dataset = open_dataset(question.run.dataset_folder)
    records = {record.sha256: record for record in dataset.index.records}
    with DecoderPool() as decoder:
        yield lambda hashes, preprocessing: _squares(dataset, records, decoder, hashes, preprocessing)


def _squares(
    dataset: Dataset,
    records: Mapping[str, ImageRecord],
    decoder: DecoderPool,
    hashes: Sequence[str],
    preprocessing: Preprocessing,
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Those that the dataset still has and that can be opened, and which of the hashes they are.

    Raises DataError where there is none.
    """
    there = [at for at, content in enumerate(hashes) if content in records]
    own = [records[hashes[at]] for at in there]
    squares = decoder.squares(
        [dataset.path_of(record) for record in own], preprocessing, sha256=[record.sha256 for record in own]
    )
    opened = {there[at]: square for at, square in squares if not isinstance(square, Problem)}
    if not opened:
        raise DataError("None of the pictures that this run was measured on can be opened any more.", "Train again.")
    order = sorted(opened)
    return np.stack([opened[at] for at in order]), np.array(order, dtype=np.int64)


def spread(labels: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Rows, at most so many, of every class as evenly as there are; always the same ones."""
    if len(labels) <= most:
        return np.arange(len(labels))
    order = np.random.default_rng(0).permutation(len(labels))
    turn = np.zeros(len(labels), dtype=np.int64)  # how many of its class come before it
    for label in np.unique(labels):
        own = labels[order] == label
        turn[own] = np.arange(int(own.sum()))
    return np.sort(order[np.argsort(turn, kind="stable")[:most]])
