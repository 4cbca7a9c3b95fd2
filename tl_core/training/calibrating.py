"""Predictions made into probabilities: one softmax scale and a shift a class, of the lowest log loss.

Knows predictions and labels alone. The scale is one over the temperature; the shifts put right what ridge regression
does to rare classes, whose predictions it keeps too low.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.training.conjugate_gradients import Curvature, conjugate_gradients
from tl_core.training.decomposing import Array, blocks

Labels = NDArray[np.integer[Any]]

LOWEST_SCALE, HIGHEST_SCALE = 0.5, 500.0
STEPS, CLOSE = 20, 1e-3  # steps at most; the search ends when a step changes the scale by less than this share
SHIFT_PENALTY = 1.0  # times the squared shifts, against the summed log loss: few pictures say little about their class
HALVINGS = 6
MANY_CLASSES = 256  # more of them, and a matrix of classes by classes would cost more than all the rest


def best_scale(predictions: Array, labels: Labels, start: float = 10.0) -> tuple[float, float]:
    """The softmax scale with the lowest log loss, and that loss (nats a picture).

    The loss is convex in the scale: Newton's steps; and where one leads out of what is still possible, or they do not
    become shorter fast, half of that instead.
    """
    low, high, scale = LOWEST_SCALE, HIGHEST_SCALE, min(max(start, LOWEST_SCALE), HIGHEST_SCALE)
    before = HIGHEST_SCALE
    for _ in range(STEPS):
        slope, spread = slope_and_spread(predictions, labels, scale)
        low, high = (low, scale) if slope > 0 else (scale, high)
        following = scale - slope / max(spread, 1e-12)
        if not low < following < high or abs(following - scale) > before / 2:
            following = float(np.sqrt(low * high))
        before, scale = abs(following - scale), following
        if before < CLOSE * scale:
            break
    return scale, summed_loss(predictions, labels, scale) / len(labels)


def slope_and_spread(predictions: Array, labels: Labels, scale: float) -> tuple[float, float]:
    """First and second derivative of the mean log loss by the scale; by blocks of rows, as classes may be many."""
    slope = spread = 0.0
    for rows in blocks(*predictions.shape):
        block = predictions[rows]
        probabilities = softmax(block * scale)
        expected = np.einsum("ij,ij->i", probabilities, block)
        slope += float(np.sum(expected - block[np.arange(len(block)), labels[rows]]))
        spread += float(np.sum(np.einsum("ij,ij,ij->i", probabilities, block, block) - np.square(expected)))
    return slope / len(labels), spread / len(labels)


def summed_loss(predictions: Array, labels: Labels, scale: float, shifts: Array | float = 0.0) -> float:
    """Log loss of all rows together, by blocks."""
    return sum(
        log_loss(softmax(predictions[rows] * scale + shifts), labels[rows]) * len(labels[rows])
        for rows in blocks(*predictions.shape)
    )


def best_shifts(predictions: Array, labels: Labels, scale: float) -> tuple[float, Array]:
    """Scale and shifts (classes,) so that softmax(predictions * scale + shifts) has the lowest log loss.

    The shifts are penalised a little, as so few pictures of a class can say little about it. Newton's method on a
    convex loss, from the best scale without shifts; never worse than that.
    """
    values = np.concatenate([[scale], np.zeros(predictions.shape[1])])
    loss = penalised_loss(predictions, labels, values)
    for _ in range(STEPS):
        step = newton_step(predictions, labels, values)
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
    penalty = SHIFT_PENALTY * float(np.square(values[1:]).sum())
    return (summed_loss(predictions, labels, float(values[0]), values[1:]) + penalty) / len(labels)


def newton_step(predictions: Array, labels: Labels, values: Array) -> Array:
    """By the whole curvature; for very many classes by its products alone, which takes (rows, classes) and no more."""
    if predictions.shape[1] <= MANY_CLASSES:
        gradient, whole = derivatives(predictions, labels, values)
        found: Array = np.linalg.solve(whole, gradient)
        return found
    gradient, curvature = derivatives_for_many(predictions, labels, values)
    return conjugate_gradients(curvature.times, curvature.diagonal, gradient)


def derivatives_for_many(predictions: Array, labels: Labels, values: Array) -> tuple[Array, Curvature]:
    """The same as `derivatives`, summed over the pictures."""
    count, classes = predictions.shape
    kept = np.empty((count, classes), np.float32)
    squares, column, gradient, corner = np.zeros(classes), np.zeros(classes), np.zeros(1 + classes), 0.0
    scale, shifts = predictions.dtype.type(values[0]), values[1:].astype(predictions.dtype)
    for rows in blocks(count, classes):
        block, places = predictions[rows], np.arange(len(labels[rows]))
        probabilities = kept[rows] = softmax(block * scale + shifts)
        expected = np.einsum("ij,ij->i", probabilities, block)
        weighted = probabilities * (block - expected[:, None])
        corner += float(np.einsum("ij,ij->", weighted, block))
        column += weighted.sum(axis=0)
        squares += np.einsum("ij,ij->j", probabilities, probabilities)
        gradient[0] += float(expected.sum(dtype=np.float64)) - float(block[places, labels[rows]].sum(dtype=np.float64))
        gradient[1:] += probabilities.sum(axis=0)
    sums = gradient[1:] + 2.0 * SHIFT_PENALTY
    gradient[1:] += 2.0 * SHIFT_PENALTY * values[1:] - np.bincount(labels, minlength=classes)
    return gradient, Curvature(kept, sums, squares, column, corner)


def derivatives(predictions: Array, labels: Labels, values: Array) -> tuple[Array, Array]:
    """Gradient (1 + classes,) and second derivatives of the penalised loss by scale and shifts; by blocks of rows."""
    count, classes = predictions.shape
    gradient, curvature = np.zeros(1 + classes), np.zeros((1 + classes, 1 + classes))
    for rows in blocks(count, classes):
        block = predictions[rows].astype(np.float64)
        probabilities = softmax(block * values[0] + values[1:])
        weighted = probabilities * (block - np.einsum("ij,ij->i", probabilities, block)[:, None])
        curvature[0, 0] += np.einsum("ij,ij->", weighted, block)
        curvature[0, 1:] += weighted.sum(axis=0)
        curvature[1:, 1:] += np.diag(probabilities.sum(axis=0)) - probabilities.T @ probabilities
        probabilities[np.arange(len(block)), labels[rows]] -= 1.0
        gradient[0] += np.einsum("ij,ij->", probabilities, block)
        gradient[1:] += probabilities.sum(axis=0)
    curvature[1:, 0] = curvature[0, 1:]
    pull = 2.0 * SHIFT_PENALTY * np.concatenate([[1e-12], np.ones(classes)])
    return (gradient + pull * np.concatenate([[0.0], values[1:]])) / count, (curvature + np.diag(pull)) / count


def calibrated(
    predictions: Array, labels: Labels, scale: float, shifts: Array
) -> tuple[NDArray[np.float32], float, float]:
    """Probabilities (n, classes), their log loss and the share that is right; by blocks."""
    found, loss, right = np.empty(predictions.shape, np.float32), 0.0, 0
    for rows in blocks(*predictions.shape):
        probabilities = softmax(predictions[rows] * scale + shifts)
        loss += log_loss(probabilities, labels[rows]) * len(probabilities)
        right += int(np.sum(probabilities.argmax(axis=1) == labels[rows]))
        found[rows] = probabilities
    return found, loss / len(labels), right / len(labels)


def softmax(logits: Array) -> Array:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Array = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def log_loss(probabilities: Array, labels: Labels) -> float:
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-15)).mean())
