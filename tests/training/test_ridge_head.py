"""The closed-form head: chosen by leave-one-out, honest about copies, right on few, rare and degenerate pictures."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from ridge_cases import digits, ridges_of, wide
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from tl_core.errors import TrainingError
from tl_core.training import decomposing, heads
from tl_core.training.calibrating import best_scale, log_loss, softmax


def test_copies_of_a_picture_flatter_unless_they_are_left_out_together() -> None:
    random = np.random.default_rng(0)
    features, labels = np.repeat(random.normal(size=(40, 60)), 3, axis=0), np.repeat(np.arange(40) % 2, 3)
    alone = heads.fit_ridge_head(features, labels, 2)
    together = heads.fit_ridge_head(features, labels, 2, np.repeat(np.arange(1, 41), 3))
    assert alone.loo_accuracy > 0.95
    assert together.loo_accuracy < 0.75  # the labels are chance: nothing can be learned


def test_no_penalty_of_the_grid_has_a_lower_leave_one_out_loss() -> None:
    features, labels = digits(400)
    head, ridges = heads.fit_ridge_head(features, labels, 10), ridges_of(features, labels)
    losses = [best_scale(ridges.left_out(at), labels)[1] for at in range(len(ridges.penalties))]
    assert head.penalty == ridges.penalties[int(np.argmin(losses))]
    assert head.loo_loss <= min(losses)


def test_the_folded_head_gives_the_scaled_ridge_and_generalises() -> None:
    features, labels = digits(1200)
    head, ridges = heads.fit_ridge_head(features, labels, 10), ridges_of(features, labels)
    weight, bias = ridges.coefficients(ridges.penalties.index(head.penalty))
    expected = (features @ weight.T + bias) / head.temperature + head.shifts
    assert np.abs(features @ head.weight.T + head.bias - expected).max() < 1e-3
    later, truth = load_digits().data[1200:], load_digits().target[1200:]
    accuracy = float(np.mean((later @ head.weight.T + head.bias).argmax(axis=1) == truth))
    assert accuracy > 0.88
    assert head.loo_accuracy > 0.93
    assert head.loo_probabilities.shape == (1200, 10)
    assert np.allclose(head.loo_probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_it_is_no_less_right_than_logistic_regression_where_features_are_many() -> None:
    scans, labels = digits(1797)
    random = np.random.default_rng(0)
    features = np.maximum(
        (scans - scans.mean(axis=0)) / 16 @ random.normal(size=(64, 1024)) + random.normal(size=1024), 0
    )
    order = random.permutation(len(labels))
    known, new = order[:400], order[400:]
    standard = (features - features[known].mean(axis=0)) / features[known].std(axis=0)
    reference = LogisticRegression(max_iter=300).fit(standard[known], labels[known])
    head = heads.fit_ridge_head(features[known], labels[known], 10)
    probabilities = softmax(features[new] @ head.weight.T + head.bias)
    assert np.mean(probabilities.argmax(axis=1) == labels[new]) >= reference.score(standard[new], labels[new])
    assert log_loss(probabilities, labels[new]) <= log_loss(reference.predict_proba(standard[new]), labels[new])


def test_a_class_with_one_picture_is_learned_and_never_predicted_from_itself() -> None:
    random = np.random.default_rng(3)
    labels = np.arange(41) % 4
    features = random.normal(size=(41, 200)) + 1.5 * random.normal(size=(4, 200))[labels]
    features[40], labels[40] = random.normal(size=200) + 3.0, 4
    head = heads.fit_ridge_head(features, labels, 5)
    assert (features @ head.weight.T + head.bias)[40].argmax() == 4
    assert head.loo_probabilities[40].argmax() != 4
    assert np.isfinite(head.weight).all()


def test_two_pictures_of_two_classes_make_a_head_that_tells_them_apart() -> None:
    features = np.array([[0.0, 1.0, 2.0], [5.0, 1.0, -2.0]], dtype=np.float32)
    head = heads.fit_ridge_head(features, np.array([0, 1]), 2)
    assert (features @ head.weight.T + head.bias).argmax(axis=1).tolist() == [0, 1]


def test_a_rare_class_is_still_found_among_many_of_another() -> None:
    random = np.random.default_rng(0)
    labels = np.array([0] * 190 + [1] * 10)
    features = random.normal(size=(200, 30)) + 3.0 * labels[:, None]
    head = heads.fit_ridge_head(features, labels, 2)
    fresh = random.normal(size=(100, 30)) + 3.0
    assert ((fresh @ head.weight.T + head.bias).argmax(axis=1) == 1).mean() > 0.95


def test_float32_gives_the_head_of_float64(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = digits(500)
    for count in (40, 500):  # more features than pictures, and the other way round
        expected = heads.fit_ridge_head(features[:count], labels[:count], 10)
        with monkeypatch.context() as patch:
            patch.setattr(decomposing, "LARGEST_IN_FLOAT64", 8)
            head = heads.fit_ridge_head(features[:count].astype(np.float32), labels[:count], 10)
        assert head.penalty == pytest.approx(expected.penalty, rel=1e-5)
        assert np.abs(head.loo_probabilities - expected.loo_probabilities).max() < 1e-3
        logits = features @ head.weight.T + head.bias - (features @ expected.weight.T + expected.bias)
        assert np.abs(logits).max() < 1e-2


def test_a_head_that_may_spend_the_features_is_the_same() -> None:
    features, labels = wide(700, 300, 4)
    features = features.astype(np.float32)
    expected = heads.fit_ridge_head(features, labels, 4)
    head = heads.fit_ridge_head(features, labels, 4, overwrite=True)
    assert (head.weight == expected.weight).all()
    assert (head.loo_probabilities == expected.loo_probabilities).all()


def test_many_classes_take_no_more_memory_than_a_few_times_their_predictions() -> None:
    features, labels = wide(2400, 270, 600)
    features = features.astype(np.float32)
    tracemalloc.start()
    head = heads.fit_ridge_head(features, labels, 600)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert head.loo_probabilities.nbytes == 2400 * 600 * 4
    assert most < features.nbytes + 6 * head.loo_probabilities.nbytes


def test_features_that_never_vary_do_no_harm() -> None:
    features, labels = digits(200)
    padded = np.hstack([features, np.full((200, 3), 1234.5)])
    head = heads.fit_ridge_head(padded, labels, 10)
    assert np.abs(head.weight[:, -3:]).max() < 1e-3
    assert head.loo_accuracy > 0.85


def test_features_that_are_not_finite_are_refused_in_words() -> None:
    features, labels = digits(20)
    features = features.copy()
    features[3, 4] = np.nan
    with pytest.raises(TrainingError, match="not finite, so no head can be fitted"):
        heads.fit_ridge_head(features, labels, 10)


def test_features_that_are_all_alike_make_a_head_that_says_how_often_each_class_is() -> None:
    labels = np.array([0] * 30 + [1] * 10)
    head = heads.fit_ridge_head(np.ones((40, 6), np.float32), labels, 2)
    probabilities = softmax(np.ones((1, 6)) @ head.weight.T + head.bias)[0]
    assert probabilities.argmax() == 0
    assert np.isfinite(head.loo_probabilities).all()


def test_one_picture_a_class_makes_a_head_that_knows_them() -> None:
    features = np.random.default_rng(1).normal(size=(6, 50))
    head = heads.fit_ridge_head(features, np.arange(6), 6)
    assert (features @ head.weight.T + head.bias).argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5]
    assert head.loo_accuracy == 0.0
