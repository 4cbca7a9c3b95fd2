"""What the network that a run began with says of the run's pictures, from the cache; computed where it is not there.

The questions that come after a training (would more pictures help, which pictures are alike) are asked of these. Knows
a run's plan and its split, and not what is asked.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.split_file import SplitRow
from tl_core.errors import DataError, TrainingError
from tl_core.events import Event
from tl_core.training.engine import Engine, square_feed
from tl_core.training.folds import groups_of_rows
from tl_core.training.head_phase import features_of, head_prefix
from tl_core.training.learning import hold
from tl_core.training.norms import reestimate
from tl_core.training.pictures import Part, Positions, rows_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Prefix, prefix_features
from tl_core.training.surroundings import read_for, staged
from tl_core.training.workplace import Workplace


@dataclass(frozen=True, slots=True, eq=False)
class RunFeatures:
    """Row i of every array is a picture, each content once. `groups`: equal numbers belong together."""

    classes: tuple[str, ...]
    features: NDArray[np.float32]  # (n, d)
    labels: Positions
    groups: Positions
    hashes: tuple[str, ...]
    paths: tuple[str, ...]
    is_train: NDArray[np.bool_]


class Embedder:
    """Owns the frozen network, and says of new squares what it said of the run's."""

    def __init__(self, plan: TrainingPlan, prefix: Prefix) -> None:
        self.preprocessing = plan.preprocessing
        self._engine, self._module = Engine(plan.device, plan.precision), prefix.module

    def __call__(self, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
        """uint8 (n, resize_size, resize_size, 3) -> (n, d)."""
        feed = square_feed(squares, self.preprocessing)
        found: NDArray[np.float32] = self._engine.infer(self._module, feed(np.arange(len(squares)))).float().numpy()
        return found.reshape(len(squares), -1)


def run_features(
    config: RunConfig, plan: TrainingPlan, dataset: Dataset, rows: Sequence[SplitRow], place: Workplace
) -> Generator[Event, None, tuple[RunFeatures, Embedder] | None]:
    """Reading and features as phases; None after a stop.

    `rows` are the run's split. Raises TrainingError for a run from scratch, DataError where its pictures are gone.
    """
    if plan.start == "scratch":
        raise TrainingError(
            "This run began from scratch, so there is no network that knew anything of pictures before it.",
            "Ask this of a run that began with pretrained weights.",
        )
    index = pictures_of_run(dataset.index, rows)
    network = staged(config, len(plan.classes), place.device)
    plan = replace(plan, device=place.device.device)
    hold(network)
    data = yield from read_for(plan, index, dataset, place)
    if plan.batch_norm == "reestimated":
        yield from reestimate(plan, data, network, should_stop=place.should_stop, clock=place.clock)
    prefix = head_prefix(network)
    kept = yield from prefix_features(
        prefix,
        plan,
        data,
        rows_of((data.train, data.val, data.test)),
        cache=place.cache,
        feed=square_feed(data.squares, plan.preprocessing),
        first=(),
        should_stop=place.should_stop,
        clock=place.clock,
    )
    if place.should_stop():
        return None
    positions, labels = _each_once((data.train, data.val, data.test))
    code_of = np.array([plan.classes.index(name) for name in data.classes])
    found = RunFeatures(
        classes=plan.classes,
        features=features_of(kept, Part(positions, labels)),
        labels=code_of[labels],
        groups=groups_of_rows(data, index, config)[positions],
        hashes=tuple(data.content_hashes[row] for row in positions),
        paths=tuple(data.paths[row] for row in positions),
        is_train=np.isin(positions, data.train.positions),
    )
    return found, Embedder(plan, prefix)


def pictures_of_run(index: ImageIndex, rows: Sequence[SplitRow]) -> ImageIndex:
    """The dataset's pictures that the run knew, under the labels and on the sides that they had then.

    Raises DataError where none is left, or none of a class.
    """
    known: dict[str, list[SplitRow]] = {}
    for row in rows:
        known.setdefault(row.sha256, []).append(row)
    records: list[ImageRecord] = []
    for record in index.records:
        own = known.get(record.sha256)
        if own:
            row = next((row for row in own if row.path == record.path), own[0])
            records.append(replace(record, label=row.label, split=row.split, group=row.group))
    classes = tuple(sorted({record.label for record in records}))
    gone = sorted({row.label for row in rows} - set(classes))
    if gone:
        raise DataError(
            f"The pictures of '{gone[0]}' that this run learned from are no longer in the dataset.", "Train again."
        )
    return ImageIndex(classes, tuple(records))


def _each_once(parts: Sequence[Part]) -> tuple[Positions, Positions]:
    positions, first = np.unique(np.concatenate([part.positions for part in parts]), return_index=True)
    return positions, np.concatenate([part.labels for part in parts])[first]
