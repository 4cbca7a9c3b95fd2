"""Every number of a result against scikit-learn, scipy and hand-made values, and at the edges."""

from __future__ import annotations

import json
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from tl_core.errors import DataError
from tl_core.evaluation.scores import RunResult, score, wilson
from tl_core.events import Finished, Planned, checked

CLASSES = ("cat", "dog", "fox", "owl")


def random_answers(images: int = 200, num_classes: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    labels = generator.integers(num_classes, size=images)
    logits = generator.normal(size=(images, num_classes)) + 1.5 * np.eye(num_classes)[labels]
    probabilities = np.exp(logits)
    return probabilities / probabilities.sum(axis=1, keepdims=True), labels


def test_every_number_equals_scikit_learn():
    probabilities, labels = random_answers()
    answers = probabilities.argmax(axis=1)
    result = score(probabilities, labels, CLASSES, "test")
    assert result.accuracy == pytest.approx(metrics.accuracy_score(labels, answers), abs=1e-12)
    assert result.macro_f1 == pytest.approx(metrics.f1_score(labels, answers, average="macro"), abs=1e-12)
    assert result.balanced_accuracy == pytest.approx(metrics.balanced_accuracy_score(labels, answers), abs=1e-12)
    assert result.log_loss == pytest.approx(metrics.log_loss(labels, probabilities), abs=1e-12)
    assert result.auroc == pytest.approx(metrics.roc_auc_score(labels, probabilities, multi_class="ovr"), abs=1e-12)
    assert np.array_equal(result.confusion, metrics.confusion_matrix(labels, answers))
    wanted = metrics.precision_recall_fscore_support(labels, answers)
    for item, precision, recall, f1, support in zip(result.per_class, *wanted, strict=True):
        assert (item.precision, item.recall, item.f1, item.support) == pytest.approx((precision, recall, f1, support))


def test_two_classes_with_tied_scores_have_scikit_learns_auroc():
    generator = np.random.default_rng(1)
    positive = generator.integers(0, 6, size=100) / 5  # many ties
    labels = generator.integers(2, size=100)
    result = score(np.stack([1 - positive, positive], axis=1), labels, ("no", "yes"), "test")
    assert result.auroc == pytest.approx(metrics.roc_auc_score(labels, positive), abs=1e-12)


@given(st.integers(0, 3000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_wilson_equals_scipy_at_every_count(counts: tuple[int, int]):
    correct, total = counts
    low, high = wilson(correct, total)
    assert 0.0 <= low <= high <= 1.0
    if total:
        wanted = stats.binomtest(correct, total).proportion_ci(method="wilson")
        assert (low, high) == pytest.approx((wanted.low, wanted.high), abs=1e-12)
        assert low <= correct / total <= high


def test_wilson_by_hand():
    assert wilson(11, 12) == pytest.approx((0.646, 0.985), abs=1e-3)  # the pages of statistics books
    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert wilson(10, 10) == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)


def test_a_class_without_a_picture_has_a_row_of_zeros_and_does_not_pull_the_averages_down():
    probabilities = np.eye(4)[[0, 0, 1, 1, 3]] * 0.7 + 0.075
    result = score(probabilities, [0, 0, 1, 1, 3], CLASSES, "test")
    assert (result.macro_f1, result.balanced_accuracy, result.auroc, result.accuracy) == (1.0, 1.0, 1.0, 1.0)
    fox = result.per_class[2]
    assert (fox.name, fox.precision, fox.recall, fox.f1, fox.support) == ("fox", 0.0, 0.0, 0.0, 0)
    assert result.confusion[2] == (0, 0, 0, 0)


def test_a_class_that_is_only_ever_answered_counts_against_macro_f1_as_in_scikit_learn():
    labels, answers = [0, 0, 1, 1], [0, 2, 1, 1]
    result = score(np.eye(4)[answers], labels, CLASSES, "validation")
    assert result.macro_f1 == pytest.approx(metrics.f1_score(labels, answers, average="macro", zero_division=0))
    assert result.balanced_accuracy == pytest.approx(0.75)


def test_labels_of_one_class_alone_have_no_auroc_and_finite_numbers():
    result = score([[0.9, 0.1], [0.2, 0.8]], [0, 0], ("cat", "dog"), "test")
    assert result.auroc is None
    assert (result.baseline, result.baseline_class, result.correct) == (1.0, "cat", 1)
    json.dumps(result.to_dict(), allow_nan=False)


def test_a_truth_that_got_probability_zero_keeps_the_log_loss_finite():
    result = score([[1.0, 0.0], [1.0, 0.0]], [0, 1], ("cat", "dog"), "test")
    assert math.isfinite(result.log_loss)
    assert result.log_loss == pytest.approx(metrics.log_loss([0, 1], [[1.0, 0.0], [1.0, 0.0]]))


def test_equal_probabilities_are_answered_by_the_earlier_class():
    assert score([[0.5, 0.5]], [0], ("cat", "dog"), "test").correct == 1


def test_a_result_travels_through_json_and_an_event_and_comes_back_equal():
    result = score(*random_answers(), CLASSES, "test")
    wire = json.loads(json.dumps({**result.to_dict(), "a_field_of_tomorrow": 1}, allow_nan=False))
    assert RunResult.from_dict(wire) == result
    assert list(wire["per_class"][0]) == ["class", "precision", "recall", "f1", "support"]
    assert len(list(checked([Planned({}), Finished(1, 1.0, result.to_dict())]))) == 2


def test_no_picture_at_all_is_said():
    with pytest.raises(DataError, match=r"There is no picture to measure on. Give at least one picture that has a"):
        score(np.zeros((0, 2)), np.zeros(0), ("cat", "dog"), "test")


@pytest.mark.parametrize(
    ("probabilities", "labels", "message"),
    [
        ([[0.5, 0.5]], [2], "labels go from 2 to 2, but there are 2 classes"),
        ([[0.5, 0.5]], [-1], "labels go from -1 to -1"),
        ([[0.5, 0.5]], [0, 1], r"\(1, 2\) probabilities, \(2,\) labels and 2 classes do not fit"),
        ([[0.5, 0.3, 0.2]], [0], r"\(1, 3\) probabilities"),
        ([[float("nan"), 0.5]], [0], "probabilities are not all between 0 and 1"),
        ([[7.0, -6.0]], [0], "probabilities are not all between 0 and 1"),
    ],
)
def test_numbers_that_make_no_sense_are_refused(probabilities, labels, message):
    with pytest.raises(ValueError, match=message):
        score(probabilities, labels, ("cat", "dog"), "test")


def test_a_place_of_measuring_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="measured_on is 'training'; it is one of test, validation, cross-validation"):
        score([[0.5, 0.5]], [0], ("cat", "dog"), "training")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "module",
    [
        "tl_core.evaluation.scores",
        "tl_core.export.model_config",
        "tl_core.commands.predict",
        "tl_core.commands.evaluate",
        "tl_core.commands.export",
    ],
)
def test_results_configs_and_help_come_without_torch(module: str):
    code = f"import sys, {module}; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
