"""Leaving pictures out by a formula, alone or in groups of any size, against really fitting without them."""

from __future__ import annotations

import numpy as np
import pytest
from ridge_cases import digits, ridges_of, wide
from sklearn.linear_model import Ridge

from tl_core.training import decomposing, leaving_out
from tl_core.training.decomposing import decompose
from tl_core.training.heads import one_hot
from tl_core.training.leaving_out import groups_of

PENALTY = 7.0


CASES = [("more pictures than features", digits(300)), ("more features than pictures", wide(40, 90, 4))]
IDS, SETS = [name for name, _ in CASES], [case for _, case in CASES]


def refitted(features: np.ndarray, labels: np.ndarray, together: np.ndarray) -> np.ndarray:
    """Scikit-learn's predictions of each row, fitted to those of other numbers (or, for 0, to all others)."""
    parts, targets = decompose(features), one_hot(labels, int(labels.max()) + 1)
    standard, found = (features - parts.mean) / parts.scale, np.empty_like(targets)
    for row in range(len(labels)):
        kept = together != together[row] if together[row] else np.arange(len(labels)) != row
        found[row] = Ridge(alpha=PENALTY).fit(standard[kept], targets[kept]).predict(standard[[row]])[0]
    return found


@pytest.mark.parametrize(("features", "labels"), SETS, ids=IDS)
@pytest.mark.parametrize("penalty", [0.3, 40.0])
def test_the_coefficients_are_scikit_learns(features: np.ndarray, labels: np.ndarray, penalty: float) -> None:
    ridges = ridges_of(features, labels, 1.0, penalty)
    weight, bias = ridges.coefficients(1)
    standard = (features - ridges.parts.mean) / ridges.parts.scale
    reference = Ridge(alpha=penalty).fit(standard, ridges.targets)
    assert np.abs(features @ weight.T + bias - reference.predict(standard)).max() < 1e-6
    assert np.abs(weight * ridges.parts.scale - reference.coef_).max() < 1e-6


@pytest.mark.parametrize(("features", "labels"), SETS, ids=IDS)
def test_leaving_one_out_equals_fitting_without_it(features: np.ndarray, labels: np.ndarray) -> None:
    features, labels = features[:60], labels[:60]
    brute = refitted(features, labels, np.zeros(len(labels)))
    assert np.abs(ridges_of(features, labels, PENALTY).left_out(0) - brute).max() < 1e-6


@pytest.mark.parametrize(("features", "labels"), SETS, ids=IDS)
def test_groups_of_different_sizes_are_left_out_as_if_fitted_without_them(
    features: np.ndarray, labels: np.ndarray
) -> None:
    features, labels = features[:40], labels[:40]
    together = np.zeros(len(labels), dtype=np.int64)
    for number, rows in enumerate(([0, 7, 31], [2, 3], [4, 9], [12, 20, 11], list(range(21, 30))), 1):
        together[rows] = number
    left_out = ridges_of(features, labels, PENALTY, together=together).left_out(0)
    assert np.abs(left_out - refitted(features, labels, together)).max() < 1e-6


def test_a_group_of_more_pictures_than_features_is_left_out_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = digits(200)
    features = features[:, 20:28]
    together = np.zeros(200, dtype=np.int64)
    together[10:90], together[100:130] = 1, 2
    expected = refitted(features, labels, together)
    assert np.abs(ridges_of(features, labels, PENALTY, together=together).left_out(0) - expected).max() < 1e-6
    monkeypatch.setattr(decomposing, "BLOCK_ROWS", 16)
    assert np.abs(ridges_of(features, labels, PENALTY, together=together).left_out(0) - expected).max() < 1e-6


def test_several_penalties_at_once_are_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = digits(120)
    together = np.repeat(np.arange(1, 41), 3)
    penalties = (0.1, 1.0, 10.0, 100.0, 1000.0)
    whole = dict(ridges_of(features, labels, *penalties, together=together).each_left_out(range(5)))
    monkeypatch.setattr(leaving_out, "NUMBERS_AT_ONCE", 120 * 10 * 2)
    parted = dict(ridges_of(features, labels, *penalties, together=together).each_left_out(range(5)))
    for at, penalty in enumerate(penalties):
        alone = ridges_of(features, labels, penalty, together=together).left_out(0)
        assert np.abs(whole[at] - alone).max() < 1e-10
        assert np.abs(parted[at] - alone).max() < 1e-10


def test_in_float32_it_is_nearly_as_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    for features, labels in SETS:
        together = np.zeros(len(labels), dtype=np.int64)
        together[:6], together[8:10] = 1, 2
        expected = ridges_of(features, labels, PENALTY, together=together).left_out(0)
        with monkeypatch.context() as patch:
            patch.setattr(decomposing, "LARGEST_IN_FLOAT64", 1)
            found = ridges_of(features.astype(np.float32), labels, PENALTY, together=together).left_out(0)
        assert found.dtype == np.float32
        assert np.abs(found - expected).max() < 1e-4


def test_groups_come_by_size_and_one_that_is_everything_is_none() -> None:
    assert groups_of(None) == ()
    assert groups_of(np.ones(12, dtype=np.int64)) == ()
    found = groups_of(np.array([0, 4, 2, 4, 0, 2, 3, 7, 7, 7]))
    assert [batch.tolist() for batch in found] == [[[2, 5], [1, 3]], [[7, 8, 9]]]
