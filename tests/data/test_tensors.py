from __future__ import annotations

import numpy as np
import pytest

from tests.data.pictures_for_tests import SMALL
from tl_core.data.tensors import to_batch


def test_a_batch_is_the_centre_of_each_square_normalised_by_channel() -> None:
    rng = np.random.default_rng(0)
    squares = rng.integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    batch = to_batch(squares, SMALL)
    expected = (squares[:, 4:28, 4:28].astype(np.float32) / 255 - 0.5) / np.float32([0.5, 0.25, 0.125])
    assert batch.shape == (3, 3, 24, 24)
    assert np.allclose(batch.numpy(), expected.transpose(0, 3, 1, 2), atol=1e-6)


def test_an_empty_batch_stays_empty() -> None:
    assert to_batch(np.zeros((0, 32, 32, 3), np.uint8), SMALL).shape == (0, 3, 24, 24)


@pytest.mark.parametrize(
    "squares", [np.zeros((1, 32, 31, 3), np.uint8), np.zeros((32, 32, 3), np.uint8), np.zeros((1, 32, 32, 3))]
)
def test_squares_of_another_shape_or_type_are_refused(squares: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"not uint8 \(n, 32, 32, 3\)"):
        to_batch(squares, SMALL)


def test_a_batch_lies_in_memory_as_the_squares_do_and_takes_nothing_from_them() -> None:
    squares = np.full((2, 32, 32, 3), 200, np.uint8)
    batch = to_batch(squares, SMALL)
    assert batch.permute(0, 2, 3, 1).is_contiguous()
    assert squares.min() == squares.max() == 200
