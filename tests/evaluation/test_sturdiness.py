"""Sturdiness: every change does what its name says, and a model that hangs on light is found out."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ui.test_said import in_chinese
from tl_core.evaluation.rates import rate
from tl_core.evaluation.sturdiness import CHANGES, MENDED_BY, PICTURES, Changed, in_words, sturdiness, weakest


def photograph(seed: int, level: int, size: int = 48) -> np.ndarray:
    generator = np.random.default_rng(seed)
    small = generator.integers(level - 30, level + 30, size=(8, 8, 3))
    return np.repeat(np.repeat(small, size // 8, 0), size // 8, 1).astype(np.uint8)


SQUARE = photograph(3, 128)


def test_each_change_keeps_the_square_and_is_the_same_every_time() -> None:
    for change, make in CHANGES.items():
        found = make(SQUARE, 5)
        assert (found.shape, found.dtype) == (SQUARE.shape, np.uint8), change
        assert not np.array_equal(found, SQUARE), change
        assert np.array_equal(make(SQUARE, 5), found), change
    assert PICTURES.keys() == CHANGES.keys() >= MENDED_BY.keys()


def test_changes_do_what_their_names_say() -> None:
    def detail(square: np.ndarray) -> float:
        return float(np.abs(np.diff(square.astype(float), axis=0)).mean())

    assert CHANGES["dark"](SQUARE, 0).mean() == pytest.approx(SQUARE.mean() * 0.4, abs=1)
    assert CHANGES["bright"](SQUARE, 0).mean() > SQUARE.mean() * 1.4
    assert detail(CHANGES["blur"](SQUARE, 0)) < detail(SQUARE) < detail(CHANGES["noise"](SQUARE, 0))
    assert np.abs(CHANGES["noise"](SQUARE, 0).mean() - SQUARE.mean()) < 1
    left, right = CHANGES["rotation"](SQUARE, 0), CHANGES["rotation"](SQUARE, 1)
    assert not np.array_equal(left, right)
    dot = np.zeros((60, 60, 3), np.uint8)
    dot[26:34, 26:34] = 255
    assert (CHANGES["crop"](dot, 0) > 128).sum() > 1.5 * (dot > 128).sum()


def by_light(squares: np.ndarray) -> np.ndarray:
    """Tells dark pictures from bright ones, and nothing else."""
    bright = (squares.reshape(len(squares), -1).mean(axis=1) > 120).astype(np.float32)
    return np.stack([1 - bright, bright], axis=1)


def test_a_model_that_hangs_on_light_is_weakest_there() -> None:
    squares = np.stack([photograph(n, 90 if n % 2 else 150) for n in range(40)])
    labels = np.array([0 if n % 2 else 1 for n in range(40)])
    changes = list(sturdiness(by_light, squares, labels))
    assert [changed.change for changed in changes] == list(CHANGES)
    assert [changed.change for changed in changes if changed.is_weak] == ["dark", "bright"]
    weak = weakest(changes)
    assert weak is not None
    assert (weak.right.part, weak.before.part) == (20, 40)
    told = in_words(changes)
    assert told.startswith("It is weakest on dark pictures: right on 50 % of 40, instead of 100 %. Train with augment")
    assert [Changed.from_dict(changed.to_dict()) for changed in changes] == changes


def test_a_difference_that_may_be_chance_is_no_weakness() -> None:
    assert not Changed("blur", rate(36, 40), rate(38, 40), p_value=0.5).is_weak
    assert not Changed("blur", rate(980, 1000), rate(990, 1000), p_value=0.002).is_weak
    assert weakest([Changed("blur", rate(36, 40), rate(38, 40), p_value=0.5)]) is None


@pytest.mark.parametrize("change", list(CHANGES))
def test_what_it_found_is_said_in_chinese(change: str) -> None:
    in_chinese(in_words([Changed(change, rate(20, 40), rate(40, 40), p_value=1e-6)]))
    in_chinese(in_words([Changed(change, rate(39, 40), rate(40, 40), p_value=1.0)]))
