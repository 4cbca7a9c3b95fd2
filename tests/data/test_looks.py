"""The looks of test-time augmentation: which there are, and what of a picture each sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch
from tl_core.data.views import CENTRE, is_view, view_names

HOW = Preprocessing(4, 6, "bilinear", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
SQUARE = np.arange(36, dtype=np.uint8).reshape(1, 6, 6, 1).repeat(3, axis=3)


def seen(view: str) -> np.ndarray:
    return (to_batch(SQUARE, HOW, view)[0, 0] * 255).round().numpy().astype(int)


@pytest.mark.parametrize(
    ("view", "top", "left"),
    [("centre", 1, 1), ("top-left", 0, 0), ("top-right", 0, 2), ("bottom-left", 2, 0), ("bottom-right", 2, 2)],
)
def test_a_look_is_its_part_of_the_square_and_mirrored_the_other_way_round(view: str, top: int, left: int) -> None:
    part = SQUARE[0, top : top + 4, left : left + 4, 0]
    assert np.array_equal(seen(view), part)
    assert np.array_equal(seen(f"{view}-mirrored"), part[:, ::-1])


def test_the_plain_look_comes_first_and_mirrored_ones_only_where_asked() -> None:
    assert view_names(HOW, mirror=False) == ("centre", "top-left", "bottom-right", "top-right", "bottom-left")
    assert view_names(HOW, mirror=True)[:3] == ("centre", "centre-mirrored", "top-left")
    assert len(view_names(HOW, mirror=True)) == 10


def test_where_the_square_is_all_that_is_seen_there_are_no_corners() -> None:
    assert view_names(replace(HOW, image_size=6), mirror=True) == (CENTRE, "centre-mirrored")


@pytest.mark.parametrize("name", ["", "middle", "centre-mirrored-mirrored", "mirrored", 3, None])
def test_another_word_is_no_look(name: object) -> None:
    assert not is_view(name)
