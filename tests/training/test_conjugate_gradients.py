"""Products with the curvature are the curvature's own, and the vector that is found solves it."""

from __future__ import annotations

import numpy as np
import pytest

from tl_core.training import conjugate_gradients as module
from tl_core.training.calibrating import derivatives, derivatives_for_many, softmax
from tl_core.training.conjugate_gradients import conjugate_gradients


def made() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = random.integers(0, 8, 100)
    return np.eye(8)[labels] + random.normal(size=(100, 8)), labels, np.array([1.5, *random.normal(size=8)])


def test_its_derivatives_and_products_are_those_of_the_whole_curvature() -> None:
    predictions, labels, values = made()
    gradient, whole = derivatives(predictions, labels, values)
    summed, curvature = derivatives_for_many(predictions, labels, values)
    assert np.abs(summed / len(labels) - gradient).max() < 1e-6
    assert np.abs(curvature.diagonal / len(labels) - np.diagonal(whole)).max() < 1e-6
    for vector in np.eye(9):
        assert np.abs(curvature.times(vector) / len(labels) - whole @ vector).max() < 1e-6


def test_the_vector_solves_the_equations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_ENOUGH", 1e-9)
    random = np.random.default_rng(1)
    rows = random.normal(size=(20, 12))
    matrix, wanted = rows.T @ rows, random.normal(size=12)
    found = conjugate_gradients(lambda vector: matrix @ vector, np.diagonal(matrix), wanted)
    assert np.abs(found - np.linalg.solve(matrix, wanted)).max() < 1e-6


def test_it_leads_downhill_however_early_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(2).normal(size=(15, 12))
    matrix, wanted = rows.T @ rows + softmax(np.eye(12)), np.ones(12)
    for most in (1, 2, 5):
        monkeypatch.setattr(module, "MOST_PRODUCTS", most)
        assert conjugate_gradients(lambda vector: matrix @ vector, np.diagonal(matrix), wanted) @ wanted > 0


def test_nothing_wanted_is_nothing_found() -> None:
    assert (conjugate_gradients(lambda vector: vector, np.ones(3), np.zeros(3)) == 0).all()
