"""The closed-form head against scikit-learn and against refitting without each picture."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge

from tl_core.errors import TrainingError
from tl_core.training import heads


def digits(count: int) -> tuple[np.ndarray, np.ndarray]:
    bunch = load_digits()
    return bunch.data[:count], bunch.target[:count]


def wide(count: int, width: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(3)
    labels = np.arange(count) % classes
    return random.normal(size=(count, width)) + labels[:, None] * 0.1, labels


CASES = [("more pictures than features", digits(300)), ("more features than pictures", wide(40, 90, 4))]


@pytest.mark.parametrize(("features", "labels"), [case for _, case in CASES], ids=[name for name, _ in CASES])
@pytest.mark.parametrize("penalty", [0.3, 40.0])
def test_the_coefficients_are_scikit_learns(features: np.ndarray, labels: np.ndarray, penalty: float) -> None:
    targets = heads.one_hot(labels, int(labels.max()) + 1)
    parts = heads.decompose(features)
    weight, bias = heads.coefficients(parts, targets, penalty)
    reference = Ridge(alpha=penalty).fit((features - parts.mean) / parts.scale, targets)
    expected = reference.predict((features - parts.mean) / parts.scale)
    assert np.abs(features @ weight.T + bias - expected).max() < 1e-6
    assert np.abs(weight * parts.scale - reference.coef_).max() < 1e-6


@pytest.mark.parametrize(("features", "labels"), [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_leaving_one_out_equals_fitting_without_it(features: np.ndarray, labels: np.ndarray) -> None:
    features, labels = features[:60], labels[:60]
    targets = heads.one_hot(labels, int(labels.max()) + 1)
    parts = heads.decompose(features)
    standard = (features - parts.mean) / parts.scale
    brute = np.empty_like(targets)
    for left_out in range(len(labels)):
        kept = np.arange(len(labels)) != left_out
        mean, centre = standard[kept].mean(axis=0), targets[kept].mean(axis=0)
        centred = standard[kept] - mean
        inverse = np.linalg.inv(centred.T @ centred + 7.0 * np.eye(centred.shape[1]))
        weight = inverse @ centred.T @ (targets[kept] - centre)
        brute[left_out] = (standard[left_out] - mean) @ weight + centre
    assert np.abs(heads.leave_one_out(parts, targets, 7.0) - brute).max() < 1e-10


@pytest.mark.parametrize(("features", "labels"), [case for _, case in CASES], ids=[name for name, _ in CASES])
def test_leaving_a_group_out_equals_fitting_without_any_of_it(features: np.ndarray, labels: np.ndarray) -> None:
    features, labels = features[:40], labels[:40]
    together = np.zeros(len(labels), dtype=np.int64)
    together[[0, 7, 31]] = 5
    together[[2, 3]] = 1
    targets, parts = heads.one_hot(labels, int(labels.max()) + 1), heads.decompose(features)
    left_out = heads.leave_one_out(parts, targets, 7.0, heads.groups_of(together))
    standard = (features - parts.mean) / parts.scale
    for row in range(len(labels)):
        kept = together != together[row] if together[row] else np.arange(len(labels)) != row
        fitted = Ridge(alpha=7.0).fit(standard[kept], targets[kept])
        assert np.abs(left_out[row] - fitted.predict(standard[[row]])[0]).max() < 1e-6


def test_copies_of_a_picture_flatter_unless_they_are_left_out_together() -> None:
    random = np.random.default_rng(0)
    features, labels = np.repeat(random.normal(size=(40, 60)), 3, axis=0), np.repeat(np.arange(40) % 2, 3)
    alone = heads.fit_ridge_head(features, labels, 2)
    together = heads.fit_ridge_head(features, labels, 2, np.repeat(np.arange(1, 41), 3))
    assert alone.loo_accuracy > 0.95
    assert together.loo_accuracy < 0.75  # the labels are chance: nothing can be learned


def test_a_group_that_is_everything_is_left_out_one_by_one() -> None:
    assert heads.groups_of(np.ones(12, dtype=np.int64)) == ()


def test_the_penalty_and_the_scale_have_the_lowest_leave_one_out_loss() -> None:
    features, labels = digits(400)
    head = heads.fit_ridge_head(features, labels, 10)
    targets, parts = heads.one_hot(labels, 10), heads.decompose(features)
    for penalty in heads.penalties(parts.eigenvalues):
        predictions = heads.leave_one_out(parts, targets, penalty)
        for scale in (1.0, 5.0, 10.0, 1.0 / head.temperature):
            assert heads.log_loss(heads.softmax(predictions * scale), labels) >= head.loo_loss - 1e-6


def test_the_folded_head_gives_the_scaled_ridge_and_generalises() -> None:
    features, labels = digits(1200)
    head = heads.fit_ridge_head(features, labels, 10)
    parts = heads.decompose(features)
    weight, bias = heads.coefficients(parts, heads.one_hot(labels, 10), head.penalty)
    expected = (features @ weight.T + bias) / head.temperature
    assert np.abs(features @ head.weight.T + head.bias - expected).max() < 1e-3
    later, truth = load_digits().data[1200:], load_digits().target[1200:]
    accuracy = float(np.mean((later @ head.weight.T + head.bias).argmax(axis=1) == truth))
    assert accuracy > 0.88
    assert head.loo_accuracy > 0.93
    assert head.loo_probabilities.shape == (1200, 10)
    assert np.allclose(head.loo_probabilities.sum(axis=1), 1.0, atol=1e-5)


def test_a_class_with_one_picture_is_learned_and_never_predicted_from_itself() -> None:
    features, labels = wide(41, 200, 4)
    labels = labels.copy()
    features = features.copy()
    features[40], labels[40] = features[40] + 6.0, 4
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


def test_float32_features_and_their_blocks_give_the_float64_head(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = digits(500)
    expected = heads.fit_ridge_head(features, labels, 10)
    monkeypatch.setattr(heads, "BLOCK_ROWS", 64)
    monkeypatch.setattr(heads, "MOST_IN_FLOAT64", 100)
    head = heads.fit_ridge_head(features.astype(np.float32), labels, 10)
    assert head.penalty == pytest.approx(expected.penalty)
    assert np.abs(head.loo_probabilities - expected.loo_probabilities).max() < 1e-3


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
