"""What a ridge regression says of pictures that it was fitted without, each or in groups: exactly, without a refit.

Knows a decomposition and targets; neither losses nor which penalty is good. With H the hat matrix, intercept included,
the residuals r of a group that is left out solve (1 - H_group) r = y - fitted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tl_core.training.decomposing import Array, Decomposition, blocks

Labels = NDArray[np.integer[Any]]
Groups = Sequence[NDArray[np.int64]]  # each (groups, pictures of a group): all groups of one size

NUMBERS_AT_ONCE = 4_000_000  # of predictions by several penalties, or of `rotated` gathered for several groups
SMALLEST_REST = 1e-6  # of a picture that alone decides a direction, this much is left for the others to say


@dataclass(frozen=True, eq=False)
class Ridges:
    """The ridge regressions of all `penalties` on one decomposition; what they share is computed once."""

    parts: Decomposition
    targets: Array  # (n, classes)
    penalties: tuple[float, ...]
    groups: Groups = ()

    @cached_property
    def mean(self) -> Array:
        found: Array = self.targets.mean(axis=0, dtype=np.float64)
        return found

    @cached_property
    def products(self) -> Array:
        """Rotated features times centred targets, (r, classes); so many classes at once that targets stay few."""
        rotated, (count, classes) = self.parts.rotated, self.targets.shape
        step, found = max(1, NUMBERS_AT_ONCE // max(count, 1)), np.empty((rotated.shape[1], classes))
        for start in range(0, classes, step):
            some = slice(start, start + step)
            found[:, some] = rotated.T @ (self.targets[:, some] - self.mean[some]).astype(rotated.dtype)
        return found

    @cached_property
    def shrinks(self) -> Array:
        """(penalties, r)"""
        found: Array = 1.0 / (self.parts.eigenvalues + np.array(self.penalties)[:, None])
        return found

    @cached_property
    def leverages(self) -> Array:
        """The diagonal of the hat matrix for each penalty, (n, penalties)."""
        rotated = self.parts.rotated
        found = np.empty((len(rotated), len(self.penalties)), rotated.dtype)
        shrinks = self.shrinks.T.astype(rotated.dtype)
        for rows in blocks(len(rotated)):
            found[rows] = np.square(rotated[rows]) @ shrinks
        found += np.asarray(1.0 / len(rotated), rotated.dtype)
        return found

    def inner(self, at: int) -> Array:
        """Coefficients in the decomposition's basis, (r, classes)."""
        found: Array = self.shrinks[at][:, None] * self.products
        return found

    def coefficients(self, at: int) -> tuple[Array, Array]:
        """Weight (classes, d) and bias (classes,) on the features as they come from the network."""
        weight: Array = (self.parts.basis @ self.inner(at)).T / self.parts.scale
        bias: Array = self.mean - weight @ self.parts.mean
        return weight, bias

    def left_out(self, at: int) -> Array:
        """Each row as the penalty's ridge predicts it, fitted to all rows but its own or its group's; (n, classes)."""
        return next(self.each_left_out((at,)))[1]

    def each_left_out(self, positions: Sequence[int]) -> Iterator[tuple[int, Array]]:
        """The same for several penalties, each with its position: one product of matrices for as many as fit."""
        rotated, classes = self.parts.rotated, self.targets.shape[1]
        step = max(1, NUMBERS_AT_ONCE // self.targets.size)
        for start in range(0, len(positions), step):
            some = positions[start : start + step]
            fitted = rotated @ np.hstack([self.inner(at) for at in some]).astype(rotated.dtype)
            for place, at in enumerate(some):
                yield at, self.without(at, fitted[:, place * classes : (place + 1) * classes])
            del fitted  # before the next product takes as much

    def without(self, at: int, fitted: Array) -> Array:
        """`fitted` is spent: by blocks it becomes the residuals, as classes may be many."""
        mean, rest = self.mean.astype(fitted.dtype), np.maximum(1.0 - self.leverages[:, at], SMALLEST_REST)
        found: Array = np.empty_like(self.targets)
        for rows in blocks(*fitted.shape):
            residuals = self.targets[rows] - (fitted[rows] + mean)
            found[rows] = self.targets[rows] - residuals / rest[rows, None]
            fitted[rows] = residuals
        for batch in self.groups:
            for some in portions(batch, max(len(self.parts.eigenvalues), fitted.shape[1])):
                found[some] = self.targets[some] - self.residuals_without(some, fitted[some], self.shrinks[at])
        return found

    def residuals_without(self, some: NDArray[np.int64], residuals: Array, shrink: Array) -> Array:
        """(groups, pictures of a group, classes): the residuals of heads that were fitted without the group."""
        rotated = self.parts.rotated
        if some.shape[1] > rotated.shape[1] + 1:
            return np.stack([self.by_refit(*each, shrink) for each in zip(some, residuals, strict=True)])
        rows = rotated[some]
        hat = (rows * shrink.astype(rows.dtype)) @ rows.transpose(0, 2, 1) + 1.0 / len(rotated)
        kept = (1.0 + 1e-9) * np.eye(some.shape[1]) - hat.astype(np.float64)
        return np.linalg.solve(kept, residuals.astype(np.float64))

    def by_refit(self, group: NDArray[np.int64], residuals: Array, shrink: Array) -> Array:
        """The same for a group of more pictures than directions, by the Woodbury identity: no (group, group) matrix."""
        width = len(shrink) + 1
        gram, moved = np.zeros((width, width)), np.zeros((width, residuals.shape[1]))
        for part in blocks(len(group)):
            rows = self.with_one(group[part])
            gram += rows.T @ rows
            moved += rows.T @ residuals[part]
        inverse = np.diag(np.concatenate([1.0 / shrink, [float(len(self.targets))]]))
        change = np.linalg.solve(inverse * (1.0 + 1e-9) - gram, moved)
        return np.concatenate(
            [residuals[part] + self.with_one(group[part]) @ change for part in blocks(len(group))], dtype=np.float64
        )

    def with_one(self, rows: NDArray[np.int64]) -> Array:
        """Rotated rows with a one for the intercept, (rows, r + 1)."""
        rotated = self.parts.rotated[rows]
        return np.hstack([rotated, np.ones((len(rows), 1), rotated.dtype)])


def groups_of(together: Labels | None) -> Groups:
    """The positions of each group that has two pictures or more; one that is all there is can leave nothing out."""
    if together is None:
        return ()
    order = np.argsort(together, kind="stable").astype(np.int64)
    values, starts, sizes = np.unique(together[order], return_index=True, return_counts=True)
    real = (sizes > 1) & (sizes < len(together)) & (values > 0)
    return tuple(
        order[starts[real & (sizes == size)][:, None] + np.arange(size)] for size in np.unique(sizes[real]).tolist()
    )


def portions(batch: NDArray[np.int64], width: int) -> Iterator[NDArray[np.int64]]:
    """So many groups at once that what is gathered for them stays small."""
    step = max(1, NUMBERS_AT_ONCE // (batch.shape[1] * max(batch.shape[1], width, 1)))
    for start in range(0, len(batch), step):
        yield batch[start : start + step]
