"""The first model is judged on pictures whose near-duplicates it has not seen either."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from small_training import digits_data, run, small_network, small_plan

from tests.training.test_folds import index_of
from tl_core.config import RunConfig
from tl_core.events import EpochDone
from tl_core.training.folds import groups_of_rows
from tl_core.training.pictures import Part, TrainingData, empty_part


def with_near_copies(data: TrainingData) -> TrainingData:
    """Every training picture a second time, a little brighter."""
    brighter = np.minimum(data.squares[:], 250) + 5
    count = len(data.squares)
    train = Part(
        np.concatenate([data.train.positions, data.train.positions + count]),
        np.concatenate([data.train.labels, data.train.labels]),
    )
    hashes = (*data.content_hashes, *(content[::-1] for content in data.content_hashes))
    return replace(
        data, content_hashes=hashes, squares=np.concatenate([data.squares[:], brighter.astype(np.uint8)]), train=train
    )


def test_near_copies_do_not_flatter_the_first_model(tmp_path: Path) -> None:
    data = with_near_copies(digits_data(60, 20))
    pairs = np.tile(np.arange(1, len(data.squares) // 2 + 1), 2)
    told = {}
    for name, known in {"alone": data, "together": replace(data, together=pairs)}.items():
        plan = small_plan(known, small_network(), freeze="all")
        events = run(tmp_path / name, known, small_network(), plan)
        told[name] = next(event.train_accuracy for event in events if isinstance(event, EpochDone))
    assert told["together"] < told["alone"] - 0.1


def test_each_row_has_the_number_of_those_that_it_is_judged_with() -> None:
    index = index_of(12, near=7, group="one cat")
    contents = tuple(record.sha256 for record in index.records)
    everything = Part(np.arange(12), np.arange(12) % 2)
    data = TrainingData(
        index.classes, contents, np.zeros((12, 1, 1, 3), np.uint8), everything, empty_part(), empty_part()
    )
    numbers = groups_of_rows(data, index, RunConfig())
    assert (numbers > 0).all()
    assert numbers[8] == numbers[9]
    assert len(set(numbers.tolist())) == 11
    assert len(set(groups_of_rows(data, index, RunConfig(group_by="table"))[:6].tolist())) == 1
