"""Measures against scikit-learn and scipy, in both languages, with cautions where pictures are few."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

from tests.evaluation.test_answers import answers_for_tests
from tests.ui.test_said import in_chinese
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.calibration import BINS, calibration
from tl_core.evaluation.measures import MEANINGS, measures, where
from tl_core.evaluation.rates import rate, right_in_words


def measured(count: int = 300, classes: int = 5, seed: int = 0, sharpness: float = 2.0) -> Answers:
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, size=count)
    logits = generator.normal(size=(count, classes)) + sharpness * np.eye(classes)[labels]
    powers = np.exp(logits)
    return answers_for_tests(count, classes, labels=labels, probabilities=powers / powers.sum(axis=1, keepdims=True))


def test_every_measure_is_scikit_learns() -> None:
    answers = measured()
    rows, labels, answered = answers.probabilities.astype(np.float64), answers.labels, answers.answered
    found = {measure.name: measure.value for measure in measures(answers)}
    assert list(found) == list(MEANINGS)
    assert found["balanced_accuracy"] == pytest.approx(metrics.balanced_accuracy_score(labels, answered))
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(labels, answered, average="macro"))
    assert found["top_3"] == pytest.approx(metrics.top_k_accuracy_score(labels, rows, k=3))
    rows /= rows.sum(axis=1, keepdims=True)
    assert found["auroc"] == pytest.approx(metrics.roc_auc_score(labels, rows, multi_class="ovr"), abs=1e-6)
    assert found["log_loss"] == pytest.approx(metrics.log_loss(labels, rows), abs=1e-6)


def test_the_calibration_error_is_that_of_scikit_learns_curve() -> None:
    answers = measured()
    sure, right = answers.probabilities.max(axis=1).astype(np.float64), answers.is_right
    often, surely = calibration_curve(right, sure, n_bins=BINS, strategy="uniform")
    counts = np.histogram(sure, bins=BINS, range=(0, 1))[0]
    wanted = np.abs(often - surely) @ counts[counts > 0] / len(sure)
    found = calibration(sure, right)
    assert found.error == pytest.approx(wanted, abs=1e-9)
    assert [item.right.value for item in found.bins] == pytest.approx(often)


def test_a_model_that_is_as_sure_as_it_is_right_is_not_accused() -> None:
    generator = np.random.default_rng(3)
    accused = 0
    for _ in range(20):
        sure = generator.uniform(0.3, 1.0, size=60)
        accused += calibration(sure, generator.random(60) < sure).is_off
    assert accused <= 4  # 1 in 20 is expected
    sure = np.full(60, 0.95)
    off = calibration(sure, generator.random(60) < 0.5)
    assert off.is_off
    assert "chance alone makes at most" in off.in_words()


def test_counts_carry_scipys_interval_in_words() -> None:
    assert right_in_words(11, 12) == "11 of 12 right: the true rate is likely between 65 and 99 %."
    wanted = stats.binomtest(11, 12).proportion_ci(method="wilson")
    assert (rate(11, 12).low, rate(11, 12).high) == pytest.approx((wanted.low, wanted.high))
    assert right_in_words(0, 0) == "Not a single picture of it was measured, so nothing is known."


def test_few_pictures_are_cautioned_of_and_many_are_not() -> None:
    few = {measure.name: measure.caution for measure in measures(measured(12, 3))}
    assert few["accuracy"].endswith("%.")
    assert "counts as much as any and has few pictures" in few["macro_f1"]
    many = {measure.name: measure.caution for measure in measures(measured(900, 3))}
    assert (many["accuracy"], many["macro_f1"]) == ("", "")
    assert "top_3" not in many


@pytest.mark.parametrize("measured_on", ["test", "validation", "cross-validation"])
def test_where_it_was_measured_is_told_and_flattery_is_named(measured_on: str) -> None:
    answers = answers_for_tests(measured_on=measured_on, split="test" if measured_on == "test" else "val")
    told = where(answers, kept_out="folder")
    assert ("on pictures like these" in told) == (measured_on != "test")
    assert told.endswith("None of them shares its folder with a training picture.")
    in_chinese(told)


def test_all_that_measures_say_is_said_in_chinese() -> None:
    for answers in (measured(12, 3), measured(300, 5), measured(300, 5, sharpness=0.0)):
        for measure in measures(answers):
            in_chinese(measure.meaning)
            if measure.caution:
                in_chinese(measure.caution)
    in_chinese(right_in_words(0, 0))
