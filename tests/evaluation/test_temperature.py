"""The temperature on a synthetic truth, against scipy's minimiser, and its words."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import softmax

from tests.evaluation.test_answers import answers_for_tests
from tests.ui.test_said import in_chinese
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.temperature import (
    COLDEST,
    HOTTEST,
    best_temperature,
    fit_temperature,
    loss_at,
    tempered,
)


def too_sure(truth: float, count: int = 4000, classes: int = 4, seed: int = 0) -> Answers:
    """Labels drawn from softmax(logits); the model says softmax(logits * truth), so `truth` puts it right."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, classes)) * 2
    chances = softmax(logits, axis=1)
    labels = (chances.cumsum(axis=1) < generator.random((count, 1))).sum(axis=1)
    return answers_for_tests(count, classes, labels=labels, probabilities=softmax(logits * truth, axis=1))


@pytest.mark.parametrize("truth", [0.4, 1.0, 2.0, 5.0])
def test_the_temperature_that_spoilt_the_answers_is_found(truth: float) -> None:
    found = fit_temperature(too_sure(truth))
    assert found.value == pytest.approx(truth, rel=0.06)
    assert found.loss_after <= found.loss_before
    assert found.is_known


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_lowest_loss_that_scipy_finds(seed: int) -> None:
    answers = too_sure(2.5, count=80, seed=seed)
    rows, labels = answers.probabilities, answers.labels
    wanted = minimize_scalar(
        lambda value: loss_at(rows, labels, value), bounds=(COLDEST, HOTTEST), method="bounded", options={"xatol": 1e-7}
    )
    assert best_temperature(rows, labels) == pytest.approx(wanted.x, rel=1e-3)


def test_the_kept_probabilities_are_enough_to_apply_it() -> None:
    logits = np.random.default_rng(0).normal(size=(50, 6)) * 6
    kept = softmax(logits, axis=1).astype(np.float32)
    assert np.abs(tempered(kept, 2.5) - softmax(logits / 2.5, axis=1)).max() < 1e-6
    assert np.array_equal(tempered(kept, 1.0), kept)


def test_answers_all_right_or_all_alike_stay_within_the_range() -> None:
    labels = np.arange(60) % 3
    right = answers_for_tests(60, labels=labels, probabilities=np.eye(3)[labels] * 0.7 + 0.1)
    assert COLDEST <= best_temperature(right.probabilities, labels) < 0.2
    wrong = answers_for_tests(60, labels=labels, probabilities=np.eye(3)[(labels + 1) % 3] * 0.7 + 0.1)
    assert 10 < fit_temperature(wrong).value <= HOTTEST
    assert np.isfinite(fit_temperature(answers_for_tests(60, probabilities=np.full((60, 3), 1 / 3))).value)


def test_of_few_pictures_it_says_that_it_cannot_know() -> None:
    found = fit_temperature(too_sure(3.0, count=29))
    assert (found.value, found.is_known) == (1.0, False)
    assert found.in_words().startswith("With 29 pictures to judge by, nobody can say whether the model is too sure")
    in_chinese(found.in_words())


def test_a_model_that_is_nearly_always_right_is_not_made_surer_for_that() -> None:
    labels = np.arange(60) % 3
    said = labels.copy()
    said[:4] = (said[:4] + 1) % 3
    found = fit_temperature(answers_for_tests(60, labels=labels, probabilities=np.eye(3)[said] * 0.7 + 0.1))
    assert (found.value, found.is_known) == (1.0, False)
    assert found.in_words().startswith("With 4 mistakes among 60 pictures, nobody can say how sure the model should be")
    in_chinese(found.in_words())


@pytest.mark.parametrize(("truth", "said"), [(3.0, "surer of itself"), (0.4, "more often right"), (1.0, "about as")])
def test_what_it_found_is_said_in_both_languages(truth: float, said: str) -> None:
    told = fit_temperature(too_sure(truth)).in_words()
    assert said in told
    in_chinese(told)
