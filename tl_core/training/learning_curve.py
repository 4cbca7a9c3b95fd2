"""Would more pictures help? Heads in closed form on smaller and smaller parts of the pictures, judged by others.

Knows features, labels and who belongs together; no network and no file. It asks about the head: a network that learns
too may gain more from more pictures.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tl_core.evaluation.rates import percent
from tl_core.training.decomposing import Array
from tl_core.training.folds import fold_numbers
from tl_core.training.heads import fit_ridge_head
from tl_core.training.leaving_out import Labels

SHARES = (0.125, 0.25, 0.5, 1.0)
LEAST_TO_LEARN, LEAST_OF_CLASS = 16, 2  # pictures of all, and of each class, that the smallest part must have
REPEATS, FOLDS = 3, 5
MANY = 500  # pictures, from which on one round of folds says enough: three take three times as long
CLEAR = 2.0  # standard errors
HARDLY = 0.01  # a gain of less than a point by doubling is hardly worth a person's afternoon


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """How right heads are that learned from so many pictures: of all, and of each class (None: none was judged)."""

    pictures: int
    accuracy: float
    of_class: tuple[float | None, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"pictures": self.pictures, "accuracy": self.accuracy, "of_class": list(self.of_class)}


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """`gain` is what the last doubling brought, `error` its standard error; both None with a single point.

    `next_gain_at_most` is what another doubling would bring if the errors went on shrinking as fast: they slow down.
    """

    classes: tuple[str, ...]
    points: tuple[CurvePoint, ...]
    judged: int
    gain: float | None = None
    error: float | None = None
    class_gains: tuple[float | None, ...] = ()
    next_gain_at_most: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "classes": list(self.classes),
            "points": [point.to_dict() for point in self.points],
            "judged": self.judged,
            "gain": self.gain,
            "error": self.error,
            "class_gains": list(self.class_gains),
            "next_gain_at_most": self.next_gain_at_most,
            "verdict": self.verdict,
            "gains_most": self.gains_most,
            "told": self.in_words(),
        }

    @property
    def verdict(self) -> str:
        """ "helps", "hardly", or "unknown" where so few pictures cannot tell."""
        if self.gain is None or self.error is None:
            return "unknown"
        if self.gain > CLEAR * self.error and self.gain >= HARDLY:
            return "helps"
        return "hardly" if self.gain + CLEAR * self.error < 2 * HARDLY else "unknown"

    def in_words(self) -> str:
        if self.gain is None or self.error is None:
            return "There are too few pictures to see whether more would help. They nearly always do at this size."
        halved, whole = self.points[-2].pictures, self.points[-1].pictures
        brought = f"Going from {halved:,} to {whole:,} pictures changed {self.gain * 100:+.1f} points"
        if self.verdict == "helps":
            told = f"{brought}, so more pictures would help: "
            return f"{told}twice as many would bring {self.next_gain_at_most_in_words()} at most.{self._most_for()}"
        if self.verdict == "hardly":
            return f"{brought}: more pictures of the same kind would hardly help."
        return f"{brought}, give or take {CLEAR * self.error * 100:.1f}: whether more would help cannot be told."

    def next_gain_at_most_in_words(self) -> str:
        return f"{(self.next_gain_at_most or 0.0) * 100:.1f} points"

    @property
    def gains_most(self) -> str:
        """The class that the last doubling did most for, "" where none stands out."""
        gain, name = self._most()
        return name if gain >= 2 * HARDLY else ""

    def _most(self) -> tuple[float, str]:
        gains = zip(self.class_gains, self.classes, strict=False)
        known = [(gain, name) for gain, name in gains if gain is not None]
        return max(known) if len(known) > 2 else (0.0, "")

    def _most_for(self) -> str:
        gain, name = self._most()
        return f" Most for '{name}' ({percent(gain)} points so far)." if self.gains_most else ""


def learning_curve(
    features: Array, labels: Labels, classes: tuple[str, ...], groups: Labels, *, seed: int = 0
) -> Generator[tuple[int, int], None, LearningCurve]:
    """Progress as (heads fitted, heads in all); the curve at the end.

    Everything is judged in folds, by heads that saw neither the picture nor its group: features (n, d), labels and
    groups (n,), numbers above 0 that are equal for pictures which belong together.
    """
    shares = [share for share in SHARES if _is_enough(labels, share)]
    repeats = REPEATS if len(labels) < MANY else 1
    numbers = _folds(groups, labels, seed, repeats)
    total, done = len(shares) * repeats * FOLDS, 0
    right = np.zeros((len(shares), repeats, len(labels)), dtype=np.bool_)
    sizes = np.zeros(len(shares))
    for repeat, folds in enumerate(numbers):
        for fold in range(FOLDS):
            others, own = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            order = np.random.default_rng([seed, repeat, fold]).permutation(others)
            for at, share in enumerate(shares):
                some = part_of_each(order, labels, share)
                right[at, repeat, own] = _answers(features, labels, some, own, len(classes)) == labels[own]
                sizes[at] += len(some)
                done += 1
                yield done, total
    points = [_point(right[at], labels, len(classes), size) for at, size in enumerate(sizes / (repeats * FOLDS))]
    return _with_gain(classes, tuple(points), right, labels)


def part_of_each(order: npt.NDArray[np.int64], labels: Labels, share: float) -> npt.NDArray[np.int64]:
    """The first of each class in that order, the same share of all; a smaller share is part of a greater one."""
    parts = []
    for label in np.unique(labels[order]):
        own = order[labels[order] == label]
        parts.append(own[: max(LEAST_OF_CLASS, round(share * len(own)))])
    return np.concatenate(parts)


def _answers(
    features: Array, labels: Labels, some: npt.NDArray[np.int64], own: npt.NDArray[np.int64], num_classes: int
) -> npt.NDArray[np.int64]:
    head = fit_ridge_head(features[some], labels[some], num_classes)
    answers: npt.NDArray[np.int64] = (features[own] @ head.weight.T + head.bias).argmax(axis=1)
    return answers


def _is_enough(labels: Labels, share: float) -> bool:
    learn = share * (1 - 1 / FOLDS)
    return share == 1.0 or (len(labels) * learn >= LEAST_TO_LEARN and np.bincount(labels).min() * learn >= 1)


def _folds(groups: Labels, labels: Labels, seed: int, repeats: int) -> Iterator[npt.NDArray[np.int64]]:
    names = [f"{place:064x}" for place in range(len(labels))]
    return (fold_numbers(groups, labels, names, seed=seed + repeat) for repeat in range(repeats))


def _point(right: npt.NDArray[np.bool_], labels: Labels, num_classes: int, pictures: float) -> CurvePoint:
    each = [
        float(right[:, labels == label].mean()) if (labels == label).any() else None for label in range(num_classes)
    ]
    return CurvePoint(round(pictures), float(right.mean()), tuple(each))


def _with_gain(
    classes: tuple[str, ...], points: tuple[CurvePoint, ...], right: npt.NDArray[np.bool_], labels: Labels
) -> LearningCurve:
    if len(points) < 2:
        return LearningCurve(classes, points, len(labels))
    gains = (right[-1].astype(float) - right[-2]).mean(axis=0)  # a picture, over the repeats
    gain, error = float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))
    each = tuple(
        None if one is None or other is None else one - other
        for one, other in zip(points[-1].of_class, points[-2].of_class, strict=True)
    )
    wrong_before, wrong = 1 - points[-2].accuracy, 1 - points[-1].accuracy
    following = max(0.0, wrong - wrong**2 / wrong_before) if wrong_before > 0 else 0.0
    return LearningCurve(classes, points, len(labels), gain, error, each, following)
