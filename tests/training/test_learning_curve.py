"""The learning curve: digits gain from more pictures, noise does not, and it says when it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests.ui.test_said import in_chinese
from tl_core.training.learning_curve import MANY, LearningCurve, learning_curve, part_of_each


def curve_of(features: np.ndarray, labels: np.ndarray, groups: np.ndarray | None = None) -> LearningCurve:
    numbers = np.arange(1, len(labels) + 1) if groups is None else groups
    classes = tuple(f"kind {number}" for number in range(int(labels.max()) + 1))
    steps = learning_curve(features.astype(np.float32), labels, classes, numbers)
    progress = []
    while True:
        try:
            progress.append(next(steps))
        except StopIteration as end:
            assert progress[-1][0] == progress[-1][1] == len(progress)
            curve: LearningCurve = end.value
            return curve


@pytest.fixture(scope="module")
def digits() -> LearningCurve:
    bunch = load_digits()
    return curve_of(bunch.data[:400], bunch.target[:400])


def test_more_digits_help_and_the_curve_rises(digits: LearningCurve) -> None:
    accuracies = [point.accuracy for point in digits.points]
    assert accuracies == sorted(accuracies)
    assert [point.pictures for point in digits.points][-1] == 320  # each was judged by heads without its fold
    assert digits.verdict == "helps"
    assert "more pictures would help" in digits.in_words()
    in_chinese(digits.in_words())


def test_what_is_said_of_the_next_doubling_is_no_promise_that_fails(digits: LearningCurve) -> None:
    """Learned from 200, another doubling is said to bring at most so much; with 400 it then was that or less."""
    bunch = load_digits()
    before = curve_of(bunch.data[:200], bunch.target[:200])
    assert before.next_gain_at_most is not None
    assert digits.points[-1].accuracy - before.points[-1].accuracy <= before.next_gain_at_most + 0.02


def test_what_is_known_from_few_pictures_hardly_gains() -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(300) % 3
    features = generator.normal(size=(300, 8)) * 0.05 + np.eye(8)[labels] * 3
    found = curve_of(features, labels)
    assert found.verdict == "hardly"
    assert found.in_words().endswith("more pictures of the same kind would hardly help.")
    in_chinese(found.in_words())


def test_of_many_pictures_one_round_of_folds_is_enough() -> None:
    bunch = load_digits()
    few, many = (
        curve_of(bunch.data[: MANY - 1], bunch.target[: MANY - 1]),
        curve_of(bunch.data[:520], bunch.target[:520]),
    )
    assert abs(few.points[-1].accuracy - many.points[-1].accuracy) < 0.03
    assert many.points[-1].pictures == 416


def test_on_noise_it_does_not_promise_anything() -> None:
    generator = np.random.default_rng(1)
    found = curve_of(generator.normal(size=(90, 6)), np.arange(90) % 2)
    assert found.verdict == "unknown"
    assert "cannot be told" in found.in_words()
    in_chinese(found.in_words())


def test_of_very_few_pictures_it_says_so() -> None:
    found = curve_of(np.random.default_rng(2).normal(size=(14, 4)), np.arange(14) % 2)
    assert (found.gain, found.verdict, len(found.points)) == (None, "unknown", 1)
    assert found.in_words().startswith("There are too few pictures to see whether more would help.")
    in_chinese(found.in_words())


def test_groups_are_never_on_both_sides() -> None:
    """Two copies of each picture with labels of chance: only who learned from the copy can know them."""
    generator = np.random.default_rng(3)
    features, labels = np.repeat(generator.normal(size=(60, 90)), 2, axis=0), np.repeat(generator.integers(0, 2, 60), 2)
    apart = curve_of(features, labels)
    together = curve_of(features, labels, np.repeat(np.arange(1, 61), 2))
    assert apart.points[-1].accuracy > 0.8
    assert together.points[-1].accuracy < 0.7


def test_a_smaller_part_lies_within_a_greater_one_and_holds_every_class() -> None:
    labels = np.array([0] * 60 + [1] * 12 + [2] * 3)
    order = np.random.default_rng(4).permutation(75)
    parts = [part_of_each(order, labels, share) for share in (0.125, 0.5, 1.0)]
    assert set(parts[0]) <= set(parts[1]) <= set(parts[2])
    assert [np.bincount(labels[part]).tolist() for part in parts] == [[8, 2, 2], [30, 6, 2], [60, 12, 3]]


def test_it_goes_to_disk_as_plain_values(digits: LearningCurve) -> None:
    values = digits.to_dict()
    assert values["points"][0].keys() == {"pictures", "accuracy", "of_class"}
    assert values["told"] == digits.in_words()
    assert len(values["class_gains"]) == len(values["classes"]) == 10
