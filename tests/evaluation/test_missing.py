"""The class that must not be missed: counts against scikit-learn's curve, and the threshold does what was counted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn import metrics

from tests.evaluation.test_answers import answers_for_tests
from tests.evaluation.test_measures import measured
from tests.ui.test_said import in_chinese
from tl_core.errors import ConfigError
from tl_core.evaluation.missing import MOST_POINTS, miss_curve
from tl_core.evaluation.temperature import tempered


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_every_point_counts_what_scikit_learn_counts(temperature: float) -> None:
    answers = measured(120, 3)
    curve = miss_curve(answers, "kind 1", temperature=temperature)
    chances = tempered(answers.probabilities, temperature)[:, 1]
    for point in curve.points:
        called = chances >= point.threshold
        (_, checked), (missed, _) = metrics.confusion_matrix(answers.labels == 1, called)
        assert (point.missed.part, point.checked.part) == (missed, checked)
    assert curve.points[0].missed.part == 0
    assert curve.points[-1].checked.part == 0
    missed_and_checked = [(point.missed.part, -point.checked.part) for point in curve.points]
    assert missed_and_checked == sorted(missed_and_checked)


def test_a_chosen_point_does_to_the_pictures_what_was_counted() -> None:
    answers = measured(200, 4)
    curve = miss_curve(answers, "kind 2", temperature=1.7)
    point = curve.at_most_missed(0.05)
    answered, _ = curve.decision(point).answers(tempered(answers.probabilities, 1.7), answers.classes)
    assert int(((answered != 2) & (answers.labels == 2)).sum()) == point.missed.part
    assert int(((answered == 2) & (answers.labels != 2)).sum()) == point.checked.part
    assert point.missed.part <= 0.05 * point.missed.whole
    assert point.missed.part <= curve.usual.missed.part


def test_it_speaks_in_parts_with_an_interval_each() -> None:
    labels = np.array([1] * 40 + [0] * 2000)
    chances = np.concatenate([np.full(3, 0.1), np.full(37, 0.9), np.full(60, 0.6), np.full(1940, 0.2)])
    answers = answers_for_tests(2040, 2, labels=labels, probabilities=np.stack([1 - chances, chances], 1))
    curve = miss_curve(replace(answers, classes=("good", "bad")), "bad")
    told = curve.in_words(curve.usual)
    assert told == (
        "Of 40 'bad', 3 slipped through (likely between 3 and 20 %); of 2,000 others, 60 were checked again "
        "(likely between 2 and 4 %)."
    )
    in_chinese(told)
    assert curve.at_most_missed(0.0).checked.part == 2000
    assert curve.at_most_missed(0.1).checked.part == 0


def test_few_of_it_are_cautioned_of() -> None:
    curve = miss_curve(measured(30, 3), "kind 0")
    told = curve.in_words(curve.points[0])
    assert "With so few 'kind 0' measured, that is hardly known" in told
    in_chinese(told)


def test_a_curve_of_many_pictures_stays_short() -> None:
    assert len(miss_curve(measured(5000, 2), "kind 0").points) <= MOST_POINTS


def test_what_cannot_be_counted_is_told() -> None:
    with pytest.raises(ConfigError, match="There is no class 'rose' in this run") as problem:
        miss_curve(measured(), "rose")
    in_chinese(str(problem.value))
    only = answers_for_tests(12, labels=np.zeros(12, int))
    with pytest.raises(ConfigError, match="Among the 12 pictures that were measured, 0 are of 'kind 1'") as problem:
        miss_curve(only, "kind 1")
    in_chinese(str(problem.value))
