"""Scale and shifts have the lowest log loss, whatever search finds it; and put rare classes right."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from tl_core.training import calibrating, decomposing
from tl_core.training.calibrating import (
    HIGHEST_SCALE,
    LOWEST_SCALE,
    best_scale,
    best_shifts,
    calibrated,
    derivatives,
    log_loss,
    penalised_loss,
    softmax,
)


def predictions_of(count: int, classes: int, noise: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    labels = random.choice(classes, count, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    return np.eye(classes)[labels] * 0.5 + random.normal(size=(count, classes)) * noise, labels


@pytest.mark.parametrize("noise", [0.2, 0.4, 1.0])
@pytest.mark.parametrize("start", [0.6, 10.0, 400.0])
def test_the_scale_is_the_best_one_from_wherever_the_search_begins(noise: float, start: float) -> None:
    predictions, labels = predictions_of(200, 4, noise)
    scale, loss = best_scale(predictions, labels, start)
    reference = minimize_scalar(
        lambda value: log_loss(softmax(predictions * value), labels), bounds=(0.5, 500), method="bounded"
    )
    assert loss <= reference.fun + 1e-6
    assert scale == pytest.approx(reference.x, rel=0.01)


def test_a_scale_without_an_end_stays_within_its_bounds() -> None:
    predictions, labels = np.eye(3), np.arange(3)
    assert 0.9 * HIGHEST_SCALE < best_scale(predictions, labels)[0] <= HIGHEST_SCALE
    assert LOWEST_SCALE <= best_scale(predictions, (labels + 1) % 3)[0] < 1.1 * LOWEST_SCALE


def test_scale_and_shifts_have_the_lowest_penalised_loss() -> None:
    predictions, labels = predictions_of(150, 5, 0.4)
    scale, shifts = best_shifts(predictions, labels, best_scale(predictions, labels)[0])
    reference = minimize(lambda values: penalised_loss(predictions, labels, values), np.array([5.0, 0, 0, 0, 0, 0]))
    assert penalised_loss(predictions, labels, np.array([scale, *shifts])) <= reference.fun + 1e-6
    assert np.abs(shifts - reference.x[1:]).max() < 0.01


def test_the_derivatives_are_those_of_the_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decomposing, "BLOCK_ROWS", 25)
    predictions, labels = predictions_of(60, 3, 0.5)
    values, small = np.array([4.0, 0.3, -0.2, 0.1]), 1e-5
    gradient, curvature = derivatives(predictions, labels, values)
    for place, change in enumerate(np.eye(4) * small):
        more, less = values + change, values - change
        slope = (penalised_loss(predictions, labels, more) - penalised_loss(predictions, labels, less)) / (2 * small)
        assert gradient[place] == pytest.approx(slope, abs=1e-7)
        bent = derivatives(predictions, labels, more)[0] - derivatives(predictions, labels, less)[0]
        assert np.abs(curvature[place] - bent / (2 * small)).max() < 1e-6


def test_shifts_are_never_worse_than_none_and_small_for_few_pictures() -> None:
    for count in (2, 10, 500):
        predictions, labels = predictions_of(count, 4, 0.4)
        scale, loss = best_scale(predictions, labels)
        better, shifts = best_shifts(predictions, labels, scale)
        assert log_loss(softmax(predictions * better + shifts), labels) <= loss + 1e-9
        assert np.abs(shifts).max() < 3.0


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_the_shifts_of_very_many_classes_are_those_of_the_whole_curvature(
    monkeypatch: pytest.MonkeyPatch, precision: type
) -> None:
    predictions, labels = predictions_of(900, 60, 0.15)
    predictions = predictions.astype(precision)
    start = best_scale(predictions, labels)[0]
    scale, shifts = best_shifts(predictions, labels, start)
    monkeypatch.setattr(calibrating, "MANY_CLASSES", 59)
    found, many = best_shifts(predictions, labels, start)
    assert np.abs(shifts).max() > 0.5
    assert found == pytest.approx(scale, rel=1e-3)
    assert np.abs(many - shifts).max() < 2e-3
    least = penalised_loss(predictions, labels, np.array([scale, *shifts]))
    assert penalised_loss(predictions, labels, np.array([found, *many])) == pytest.approx(least, abs=1e-6)


def test_very_many_classes_need_no_matrix_of_classes_by_classes() -> None:
    predictions, labels = np.random.default_rng(0).normal(size=(400, 2000)).astype(np.float32), np.arange(400)
    tracemalloc.start()
    best_shifts(predictions, labels, 1.0)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * predictions.nbytes < 2000 * 2000 * 8


def test_what_is_calibrated_by_blocks_is_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    predictions, labels = predictions_of(90, 4, 0.6)
    shifts = np.array([0.1, 0.0, -0.3, 0.2])
    whole = softmax(predictions * 5.0 + shifts)
    monkeypatch.setattr(decomposing, "NUMBERS_OF_A_BLOCK", 4 * 7)
    probabilities, loss, accuracy = calibrated(predictions, labels, 5.0, shifts)
    assert np.abs(probabilities - whole).max() < 1e-6
    assert loss == pytest.approx(log_loss(whole, labels))
    assert accuracy == np.mean(whole.argmax(axis=1) == labels)
    assert best_scale(predictions, labels)[1] == pytest.approx(
        log_loss(softmax(predictions * best_scale(predictions, labels)[0]), labels)
    )
