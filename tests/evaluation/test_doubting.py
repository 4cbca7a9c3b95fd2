""" "I don't know": what a threshold leaves unanswered and how right the rest is, and where nobody can say."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.test_answers import answers_for_tests
from tests.evaluation.test_measures import measured
from tests.ui.test_said import in_chinese
from tl_core.evaluation.doubting import MOST_POINTS, doubt_curve
from tl_core.evaluation.temperature import tempered
from tl_core.export.decision import Decision


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_every_point_is_what_the_decision_then_does(temperature: float) -> None:
    answers = measured(150, 4)
    rows = tempered(answers.probabilities, temperature)
    curve = doubt_curve(answers, temperature=temperature)
    assert len(curve.points) == 150
    for point in curve.points:
        answered, sure = Decision(unsure_below=point.threshold).answers(rows, answers.classes)
        assert int((~sure).sum()) == point.unanswered.part
        assert int((answered == answers.labels)[sure].sum()) == point.right.part


def test_one_in_twenty_may_stay_unanswered() -> None:
    labels = np.zeros(200, int)
    chances = np.linspace(0.55, 0.99, 200)
    rows = np.stack([chances, 1 - chances], axis=1)
    rows[:8] = rows[:8, ::-1]  # the least sure ones are wrong
    curve = doubt_curve(answers_for_tests(200, 2, labels=labels, probabilities=rows))
    point = curve.leaving(0.05)
    assert (point.unanswered.part, point.right.part, point.right.whole) == (10, 190, 190)
    assert curve.in_words(point) == (
        "It leaves 1 in 20 unanswered (10 of 200), and is right on 100 in 100 of the others (likely between "
        "98 and 100 %)."
    )
    wanted = curve.right_at_least(0.98)
    assert wanted is not None
    assert wanted.unanswered.part == 5  # 192 of 195 are 98.5 %, 192 of 196 are 97.96 %
    assert curve.points[0].threshold == 0.0
    in_chinese(curve.in_words(point))
    in_chinese(curve.in_words(curve.points[0]))


def test_a_goal_out_of_reach_has_no_point() -> None:
    answers = answers_for_tests(80, labels=np.ones(80, int), probabilities=np.full((80, 3), 1 / 3))
    curve = doubt_curve(answers)
    assert len(curve.points) == 1  # equally sure ones go together
    assert curve.right_at_least(0.5) is None


def test_on_few_pictures_it_says_that_it_cannot_know() -> None:
    curve = doubt_curve(measured(40, 3))
    assert not curve.is_known
    told = curve.in_words(curve.leaving(0.05))
    assert told.startswith("With 40 pictures to judge by, nobody can say how right it is when it is sure")
    in_chinese(told)


def test_a_curve_of_many_pictures_stays_short() -> None:
    curve = doubt_curve(measured(3000, 3))
    assert len(curve.points) <= MOST_POINTS
    assert curve.points[0].unanswered.part == 0
