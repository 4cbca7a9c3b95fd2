"""Predictions made into probabilities: one softmax scale and a shift a class, of the lowest log loss.

Knows predictions and labels alone. The scale is one over the temperature; the shifts put right what ridge regression
does to rare classes, whose predictions it keeps too low.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.training.decomposing import Array

Labels = NDArray[np.integer[Any]]

LOWEST_SCALE, HIGHEST_SCALE = 0.5, 500.0
STEPS, CLOSE = 20, 1e-3  # steps at most; the search ends when a step changes the scale by less than this share
SHIFT_PENALTY = 1.0  # times the squared shifts, against the summed log loss: few pictures say little about their class
HALVINGS = 6


def best_scale(predictions: Array, labels: Labels, start: float = 10.0) -> tuple[float, float]:
    """The softmax scale with the lowest log loss, and that loss (nats a picture).

    The loss is convex in the scale: Newton's steps; and where one leads out of what is still possible, or they do not
    become shorter fast, half of that instead.
    """
    low, high, scale = LOWEST_SCALE, HIGHEST_SCALE, min(max(start, LOWEST_SCALE), HIGHEST_SCALE)
    chosen, before = predictions[np.arange(len(labels)), labels], HIGHEST_SCALE
    for _ in range(STEPS):
        probabilities = softmax(predictions * scale)
        expected = np.einsum("ij,ij->i", probabilities, predictions)
        slope = float(np.mean(expected - chosen))
        spread = np.einsum("ij,ij,ij->i", probabilities, predictions, predictions) - np.square(expected)
        low, high = (low, scale) if slope > 0 else (scale, high)
        following = scale - slope / max(float(np.mean(spread)), 1e-12)
        if not low < following < high or abs(following - scale) > before / 2:
            following = float(np.sqrt(low * high))
        before, scale = abs(following - scale), following
        if before < CLOSE * scale:
            break
    return scale, log_loss(softmax(predictions * scale), labels)


def best_shifts(predictions: Array, labels: Labels, scale: float) -> tuple[float, Array]:
    """Scale and shifts (classes,) so that softmax(predictions * scale + shifts) has the lowest log loss.

    The shifts are penalised a little, as so few pictures of a class can say little about it. Newton's method on a
    convex loss, from the best scale without shifts; never worse than that.
    """
    count, classes = predictions.shape
    targets = np.zeros((count, classes))
    targets[np.arange(count), labels] = 1.0
    predictions = predictions.astype(np.float64)
    values = np.concatenate([[scale], np.zeros(classes)])
    loss = penalised_loss(predictions, labels, values)
    for _ in range(STEPS):
        gradient, curvature = derivatives(predictions, targets, values)
        step = np.linalg.solve(curvature, gradient)
        for halving in range(HALVINGS):
            tried = values - step / 2.0**halving
            found = penalised_loss(predictions, labels, tried)
            if found < loss and LOWEST_SCALE <= tried[0] <= HIGHEST_SCALE:
                break
        else:
            break
        gained, loss, values = loss - found, found, tried
        if gained < 1e-7:
            break
    return float(values[0]), values[1:]


def penalised_loss(predictions: Array, labels: Labels, values: Array) -> float:
    penalty = SHIFT_PENALTY * float(np.square(values[1:]).sum()) / len(labels)
    return log_loss(softmax(predictions * values[0] + values[1:]), labels) + penalty


def derivatives(predictions: Array, targets: Array, values: Array) -> tuple[Array, Array]:
    """Gradient (1 + classes,) and second derivatives of the penalised loss by scale and shifts."""
    count, classes = predictions.shape
    probabilities = softmax(predictions * values[0] + values[1:])
    excess = probabilities - targets
    expected = np.einsum("ij,ij->i", probabilities, predictions)
    weighted = probabilities * (predictions - expected[:, None])
    pull = 2.0 * SHIFT_PENALTY / count
    gradient = np.concatenate([[np.einsum("ij,ij->", excess, predictions) / count], excess.mean(axis=0)])
    gradient[1:] += pull * values[1:]
    curvature = np.empty((1 + classes, 1 + classes))
    curvature[0, 0] = np.einsum("ij,ij->", weighted, predictions) / count + 1e-12
    curvature[0, 1:] = curvature[1:, 0] = weighted.mean(axis=0)
    curvature[1:, 1:] = np.diag(probabilities.mean(axis=0) + pull) - probabilities.T @ probabilities / count
    return gradient, curvature


def softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Array = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def log_loss(probabilities: Array, labels: Labels) -> float:
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-15)).mean())
