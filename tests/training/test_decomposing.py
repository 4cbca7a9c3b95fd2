"""The decomposition against numpy's own numbers: both ways round, in float32, by blocks and in place."""

from __future__ import annotations

import numpy as np
import pytest

from tl_core.training import decomposing
from tl_core.training.decomposing import decompose

SHAPES = [(300, 40), (40, 300), (50, 50)]


def features_of(count: int, width: int) -> np.ndarray:
    random = np.random.default_rng(0)
    return random.normal(size=(count, width)) * random.uniform(0.5, 2.0, width) + random.normal(size=width)


@pytest.mark.parametrize(("count", "width"), SHAPES)
@pytest.mark.parametrize("largest", [1, 1000])
def test_the_rotated_features_are_the_standardised_ones_turned(
    count: int, width: int, largest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decomposing, "LARGEST_IN_FLOAT64", largest)
    features = features_of(count, width)
    parts = decompose(features)
    close = 1e-4 if largest == 1 else 1e-9
    variance = features.var(axis=0)
    scale = np.sqrt(variance + decomposing.SCALE_FLOOR**2 * variance.mean())
    standard = (features - features.mean(axis=0)) / scale
    assert np.abs(parts.mean - features.mean(axis=0)).max() < 1e-12
    assert np.abs(parts.scale / scale - 1).max() < close
    assert np.abs(parts.rotated @ parts.basis.T - standard).max() < 10 * close
    assert np.abs(parts.rotated.T @ parts.rotated - np.diag(parts.eigenvalues)).max() < close * parts.eigenvalues.max()
    assert np.abs(parts.basis.T @ parts.basis - np.eye(len(parts.eigenvalues))).max() < 10 * close


@pytest.mark.parametrize(("count", "width"), SHAPES)
def test_blocks_make_no_difference(count: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    features = features_of(count, width)
    whole = decompose(features)
    monkeypatch.setattr(decomposing, "BLOCK_ROWS", 7)
    parted = decompose(features)
    assert np.abs(whole.eigenvalues / parted.eigenvalues - 1).max() < 1e-9
    assert np.abs(np.abs(whole.rotated) - np.abs(parted.rotated)).max() < 1e-8


def test_spent_features_become_the_rotated_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposing, "LARGEST_IN_FLOAT64", 1)
    features = features_of(300, 40).astype(np.float32)
    features[:, 5] = 3.0  # one direction less
    expected, kept = decompose(features), features.copy()
    assert (features == kept).all()
    parts = decompose(features, overwrite=True)
    assert np.shares_memory(parts.rotated, features)
    assert (parts.rotated == expected.rotated).all()
    assert parts.rotated.shape == (300, 39)


def test_features_that_hardly_vary_are_not_blown_up() -> None:
    features = features_of(100, 10)
    features[:, 3] *= 1e-6
    parts = decompose(features)
    assert parts.scale[3] > 0.5 * np.median(parts.scale)
