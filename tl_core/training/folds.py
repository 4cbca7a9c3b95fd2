"""Small sets of pictures are measured in folds on kept features, instead of on one thin split.

Knows features, labels and groups; no network and no file. Every picture is judged by heads that were fitted without it,
its copies and its group, several times over; the final head is then fitted to all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.config import RunConfig
from tl_core.data.columns import SPLIT_CODES
from tl_core.data.groups import judged_together
from tl_core.data.index import ImageIndex
from tl_core.errors import ConfigError, TrainingError
from tl_core.training.calibrating import best_scale, best_shifts, softmax
from tl_core.training.closed_form import fits_head_alone
from tl_core.training.decomposing import Array, decompose
from tl_core.training.heads import best_for_each, one_hot, penalties
from tl_core.training.leaving_out import Labels, Ridges, groups_of
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.product_threads import threads_for
from tl_core.training.sampling import rank

FOLDS, REPEATS = 5, 3
# Below so many pictures a fifth of them, set aside, says little: of 80 pictures, 95 % right means 88 to 98 %.
FEW = 400

Numbers = NDArray[np.int64]


def measures_in_folds(config: RunConfig, index: ImageIndex) -> bool:
    """Whether this run's number comes from folds: never where the person brought pictures to judge by.

    Raises ConfigError where folds are asked for and more than the head learns.
    """
    closed_form = fits_head_alone(config)
    if config.measure == "folds" and not closed_form:
        raise ConfigError(
            "measure is 'folds', which measures a head that is fitted in closed form, but more than that learns.",
            "Set measure to 'split', or let only the head learn.",
        )
    brought = bool((index.columns.split > SPLIT_CODES["train"]).any())
    if brought or not closed_form or config.measure == "split":
        return False
    return config.measure == "folds" or len(index.records) < FEW


def repeated_folds(data: TrainingData, index: ImageIndex, config: RunConfig) -> tuple[Numbers, ...]:
    """For each repeat the fold of every row of the squares; what belongs together is always in one fold."""
    rows, first = np.unique(data.train.positions, return_index=True)
    groups = groups_of_rows(data, index, config)[rows]
    found = []
    for repeat in range(REPEATS):
        folds = np.zeros(len(data.content_hashes), dtype=np.int64)
        contents = [data.content_hashes[row] for row in rows]
        folds[rows] = fold_numbers(groups, data.train.labels[first], contents, seed=config.seed + repeat)
        found.append(folds)
    return tuple(found)


def groups_of_rows(data: TrainingData, index: ImageIndex, config: RunConfig) -> Numbers:
    """A number above 0 for every row of the squares; those of equal numbers are judged together."""
    keys = judged_together(index, used_in=config.used_in, group_by=config.group_by).tolist()
    key_of = dict(zip((digest.tobytes().hex() for digest in index.columns.sha256), keys, strict=True))
    return np.array([key_of[content] + 1 for content in data.content_hashes], dtype=np.int64)


def told_rows(data: TrainingData, index: ImageIndex) -> NDArray[np.bool_] | None:
    """Which rows of the squares somebody told a model that had answered wrong; None where there are none."""
    told = {digest.tobytes().hex() for digest in index.columns.sha256[index.columns.told]}
    return np.array([content in told for content in data.content_hashes]) if told else None


def fold_numbers(groups: Labels, labels: Labels, contents: Sequence[str], *, seed: int) -> Numbers:
    """Big groups first, each to the fold that has least of its kinds so far; which is which the seed decides."""
    members: dict[int, list[int]] = {}
    for place, group in enumerate(groups.tolist()):
        members.setdefault(group, []).append(place)
    ordered = sorted(members.values(), key=lambda own: (-len(own), rank(seed, min(contents[place] for place in own))))
    held = np.zeros((FOLDS, int(labels.max(initial=0)) + 1))
    numbers = np.zeros(len(labels), dtype=np.int64)
    for own in ordered:
        kinds = np.bincount(labels[own], minlength=held.shape[1])
        fold = min(range(FOLDS), key=lambda at: (float(held[at] @ kinds), float(held[at].sum()), at))
        numbers[own] = fold
        held[fold] += kinds
    return numbers


def cross_validated(
    features: Array, labels: Labels, num_classes: int, numbers: Sequence[Numbers]
) -> NDArray[np.float32]:
    """Probabilities (n, classes) of each picture, averaged over the repeats, by heads that never saw its fold.

    Exact: for each penalty, what a ridge regression fitted without the fold predicts; it comes from one decomposition
    of all, which knows features (their means and scales too) and no labels. Nearly so: penalty, scale and shifts are
    those with which the pictures of the other folds are predicted best, each fold by heads without it; those heads had
    learned from this fold, so its labels have a small say in these few numbers.
    Raises TrainingError where a fold is all there is.
    """
    for folds in numbers:
        if len(np.unique(folds)) < 2:
            raise TrainingError(
                f"All {len(labels):,} pictures belong together, so none can be judged by a head that never saw them.",
                "Bring pictures of other days or places, or set group_by to none.",
            )
    total = np.zeros((len(labels), num_classes))
    with threads_for(len(features), features.shape[1], num_classes):
        parts = decompose(features)
        targets = one_hot(labels, num_classes, parts.rotated.dtype)
        for folds in numbers:
            ridges = Ridges(parts, targets, penalties(parts.eigenvalues), groups_of(folds + 1))
            total += judged_in_folds(ridges, labels, folds)
    averaged: NDArray[Any] = total / max(len(numbers), 1)
    return averaged.astype(np.float32)


def judged_in_folds(ridges: Ridges, labels: Labels, folds: Numbers) -> Array:
    """What each picture gets by the penalty, scale and shifts that are best for the other folds; (n, classes)."""
    others = {fold: np.flatnonzero(folds != fold) for fold in np.unique(folds).tolist()}
    chosen = dict(zip(others, best_for_each(ridges, labels, list(others.values())), strict=True))
    found = np.zeros(ridges.targets.shape)
    for at, left_out in ridges.each_left_out(sorted(set(chosen.values()))):
        for fold in (fold for fold in others if chosen[fold] == at):
            rows = others[fold]
            scale, shifts = best_shifts(left_out[rows], labels[rows], best_scale(left_out[rows], labels[rows])[0])
            found[folds == fold] = softmax(left_out[folds == fold] * scale + shifts)
    return found


def measured_in_folds(plan: TrainingPlan) -> TrainingPlan:
    pictures = plan.pictures.get("train", 0)
    reasons = {**plan.reasons, "measured_on": in_words(pictures)}
    return replace(plan, folds=FOLDS, fold_repeats=REPEATS, reasons=reasons)


def in_words(pictures: int) -> str:
    return (
        f"With {pictures:,} pictures, a few set aside would say little: each is judged by heads fitted without it, "
        f"in {FOLDS} folds, {REPEATS} times. The final head learns from all of them."
    )
