"""The head in closed form: ridge regression on frozen features, chosen by its own leave-one-out predictions.

Knows numbers only: no network, no file, no picture. Method: "Prevalidated ridge regression is a highly-efficient
drop-in replacement for logistic regression for high-dimensional data" (PreVal, arXiv 2401.15610), with a shift a class.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike, NDArray

from tl_core.errors import TrainingError
from tl_core.training.calibrating import best_scale, best_shifts, calibrated
from tl_core.training.decomposing import Array, decompose
from tl_core.training.leaving_out import Labels, Ridges, groups_of
from tl_core.training.product_threads import threads_for

# Penalties as multiples of the mean eigenvalue of the features' own covariance, so that one grid fits every size.
RELATIVE_PENALTIES = tuple(float(value) for value in np.logspace(-4.0, 3.0, 29))
# The penalties are tried four apart first, then around the best of those: 14 instead of 29.
COARSE = 4


@dataclass(frozen=True, slots=True)
class RidgeHead:
    """`features @ weight.T + bias` are logits: standardisation, temperature and shifts are folded in.

    `loo_probabilities` is what each picture gets from the head that was fitted without it.
    """

    weight: NDArray[np.float32]  # (classes, d)
    bias: NDArray[np.float32]  # (classes,)
    penalty: float
    temperature: float
    shifts: NDArray[np.float32]  # (classes,), within `bias`
    loo_loss: float
    loo_accuracy: float
    loo_probabilities: NDArray[np.float32]  # (n, classes)


def fit_ridge_head(
    features: Array, labels: Labels, num_classes: int, together: Labels | None = None, *, overwrite: bool = False
) -> RidgeHead:
    """The head with the penalty, temperature and shifts of the lowest leave-one-out log loss.

    features (n, d), labels (n,) from 0 to num_classes - 1. `together` (n,) has a number above 0 for pictures that are
    left out together, as near-duplicates must be, and 0 for the others. With `overwrite` the features are spent, which
    saves as much memory as they take. Raises TrainingError on features that are not finite.
    """
    if not len(labels):
        raise TrainingError("There is no picture to fit a head to.", "Bring pictures of at least two kinds.")
    with threads_for(len(features), features.shape[1], num_classes):
        parts = decompose(features, overwrite=overwrite)
        targets = one_hot(labels, num_classes, parts.rotated.dtype)
        ridges = Ridges(parts, targets, penalties(parts.eigenvalues), groups_of(together))
        (best,) = best_for_each(ridges, labels, [slice(None)])
        left_out = ridges.left_out(best)
        scale, shifts = best_shifts(left_out, labels, best_scale(left_out, labels)[0])
        weight, bias = ridges.coefficients(best)
    probabilities, loss, accuracy = calibrated(left_out, labels, scale, shifts)
    return RidgeHead(
        weight=(weight * scale).astype(np.float32),
        bias=(bias * scale + shifts).astype(np.float32),
        penalty=ridges.penalties[best],
        temperature=1.0 / scale,
        shifts=shifts.astype(np.float32),
        loo_loss=loss,
        loo_accuracy=accuracy,
        loo_probabilities=probabilities,
    )


def best_for_each(ridges: Ridges, labels: Labels, judges: Sequence[NDArray[np.int64] | slice]) -> list[int]:
    """For each of the sets of pictures the penalty with which those are predicted best, in log loss at the best scale.

    Penalties are tried coarsely, then around the best ones.
    """
    count = len(ridges.penalties)
    tried: dict[int, list[float]] = {}
    wanted: set[int] = set(range(0, count, COARSE))
    for _ in range(2):
        for at, left_out in ridges.each_left_out(sorted(wanted - tried.keys())):
            tried[at] = [best_scale(left_out[rows], labels[rows])[1] for rows in judges]
        losses = np.array(list(tried.values()))  # (tried, judges)
        best = [list(tried)[place] for place in losses.argmin(axis=0)]
        wanted = {at for mid in best for at in range(max(0, mid - COARSE + 1), min(count, mid + COARSE))}
    return best


def one_hot(labels: Labels, num_classes: int, kind: DTypeLike = np.float64) -> Array:
    targets: Array = np.zeros((len(labels), num_classes), kind)
    targets[np.arange(len(labels)), labels] = 1.0
    return targets


def penalties(eigenvalues: Array) -> tuple[float, ...]:
    mean = float(eigenvalues.mean()) if len(eigenvalues) else 0.0
    return tuple(relative * max(mean, 1e-12) for relative in RELATIVE_PENALTIES)
