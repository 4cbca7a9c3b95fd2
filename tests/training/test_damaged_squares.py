"""Decoded pictures whose kept copy is damaged are decoded again while they are read; pictures that went are named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_training import Ticking

from tl_core.caching.limits import kept_files
from tl_core.data.dataset import Dataset, import_source
from tl_core.data.decoder import DecoderPool
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import DataError
from tl_core.training.pictures import TrainingData
from tl_core.training.reading import read_pictures

PREPROCESSING = Preprocessing(24, 32, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
ROW_BYTES = 32 * 32 * 3


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Six pictures of noise, each another."""
    numbers = np.random.default_rng(0)
    for kind in ("fox", "hen"):
        (tmp_path / "animals" / "train" / kind).mkdir(parents=True)
        for number in range(3):
            pixels = numbers.integers(0, 255, (48, 48, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "animals" / "train" / kind / f"{number}.png")
    return import_source(tmp_path / "animals", tmp_path / "dataset")


def read(dataset: Dataset, cache: Path) -> TrainingData:
    with DecoderPool(1) as decoder:
        reading = read_pictures(
            dataset.index,
            dataset.path_of,
            PREPROCESSING,
            cache=cache,
            decoder=decoder,
            should_stop=lambda: False,
            clock=Ticking(),
        )
        while True:
            try:
                next(reading)
            except StopIteration as end:
                data: TrainingData = end.value
                return data


def damage(cache: Path, *rows: int) -> None:
    (item,) = kept_files(cache)
    content = bytearray(item.path.read_bytes())
    for row in rows:
        content[row * ROW_BYTES + 100] ^= 255
    item.path.write_bytes(bytes(content))


def test_damaged_squares_are_decoded_again_and_equal_the_first_ones(dataset: Dataset, tmp_path: Path) -> None:
    before = np.asarray(read(dataset, tmp_path / "cache").squares)
    damage(tmp_path / "cache", 0, 2, 5)
    assert np.array_equal(np.asarray(read(dataset, tmp_path / "cache").squares), before)
    assert len(kept_files(tmp_path / "cache")) == 2
    assert np.array_equal(np.asarray(read(dataset, tmp_path / "cache").squares), before)
    assert len(kept_files(tmp_path / "cache")) == 2


def test_a_damaged_square_whose_picture_was_written_over_is_told_by_its_name(dataset: Dataset, tmp_path: Path) -> None:
    read(dataset, tmp_path / "cache")
    damage(tmp_path / "cache", *range(6))
    squares = read(dataset, tmp_path / "cache").squares
    record = dataset.index.records[0]
    path = dataset.path_of(record)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(
        DataError, match=rf"What was kept of '{record.path}' is damaged, and the picture cannot be used"
    ):
        squares[np.arange(6)]
