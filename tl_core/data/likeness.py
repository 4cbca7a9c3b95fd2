"""How alike two pictures are by their signatures, also where one is a cut-out of the other. Knows no picture's name.

Grey levels of 12 x 12 points are made white: what all pictures of the set share counts little, so that a hundred
T-shirts on black are not alike and two files of one photograph are. In between stands the covariance of ordinary
pictures (power falls with the square of the frequency: Field 1987, doi:10.1364/JOSAA.4.002379) until the set is big
enough to have its own. That one picture is a part of the other is tried by shifting and stretching the points of one,
which is linear: every trial is a matrix, made once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.looking import GREY_SIDE

POINTS = GREY_SIDE**2
SMALLEST_PART = 0.9  # of the width or height that a cut-out keeps
PRIOR_PICTURES = 100  # so many pictures weigh as much as what is known of pictures in general
NOISE = 0.3  # share of the mean variance; below it, differences are compression and rounding
MOST_SAMPLED = 20_000
_BLOCK = 256  # pictures whose shifted points are held at once, 12 MB a hundred
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Fitted to a set. `plain` (144, 144) makes standardised points white; `parts` (144, trials * 144) as well, after
    cutting a part out.
    """

    plain: Floats
    parts: Floats

    def of(self, points: Floats) -> Floats:
        """White points of length 1 (pictures, 144); the product of two rows is their likeness, at most 1."""
        return _unit(points @ self.plain)

    def best(self, points: Floats, white: Floats, one: NDArray[np.int64], other: NDArray[np.int64]) -> Floats:
        """For each pair the highest likeness of picture `other`, as it is, to a part of picture `one` of `points`."""
        found = np.empty(len(one), dtype=np.float32)
        order = np.argsort(one, kind="stable")
        needed, starts = np.unique(one[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        for first in range(0, len(needed), _BLOCK):
            rows = needed[first : first + _BLOCK]
            shifted = _unit((points[rows] @ self.parts).reshape(len(rows), -1, POINTS))  # (rows, trials, 144)
            for at in range(len(rows)):
                pairs = order[starts[first + at] : ends[first + at]]
                found[pairs] = (shifted[at] @ white[other[pairs]].T).max(axis=0)
        return found


def points_of(signature: NDArray[np.uint8]) -> Floats:
    """The grey levels (pictures, 144), each picture's brightness and contrast set aside."""
    greys = signature[:, :POINTS].astype(np.float32)
    greys -= greys.mean(axis=1, keepdims=True)
    greys /= np.maximum(greys.std(axis=1, keepdims=True), np.float32(1e-6))
    return greys


def mirrored(points: Floats) -> Floats:
    return points.reshape(-1, GREY_SIDE, GREY_SIDE)[:, :, ::-1].reshape(-1, POINTS)


def likeness_in(points: Floats) -> Likeness:
    """Fitted to a set's own points (pictures, 144), or to an even sample where there are many."""
    sample = points[:: max(1, len(points) // MOST_SAMPLED)].astype(np.float64)
    covariance = (sample.T @ sample + PRIOR_PICTURES * _ordinary()) / (len(sample) + PRIOR_PICTURES)
    variance, directions = np.linalg.eigh(covariance)
    whitening = directions / np.sqrt(np.maximum(variance, 0) + NOISE)  # points have variance 1
    centring = np.eye(POINTS) - 1 / POINTS
    white = centring @ whitening
    sides = white.reshape(GREY_SIDE, -1)  # (12, 12 x 144): np.kron(y, x).T @ white, in a tenth of the time
    trials = [
        np.matmul(x.T, (y.T @ sides).reshape(GREY_SIDE, GREY_SIDE, POINTS)).reshape(POINTS, POINTS) for y, x in _parts()
    ]
    return Likeness(white.astype(np.float32), np.concatenate(trials, axis=1).astype(np.float32))


def _ordinary() -> NDArray[np.float64]:
    """The covariance of ordinary pictures, variance 1 in the mean: power 1 / frequency^2 over cosines."""
    wave = np.arange(GREY_SIDE)
    cosines = np.cos(np.pi * np.outer(wave, wave + 0.5) / GREY_SIDE) * np.sqrt(2 / GREY_SIDE)
    cosines[0] /= np.sqrt(2)
    power = 1 / np.maximum(wave[:, None] ** 2 + wave[None, :] ** 2, 1).astype(np.float64)
    power[0, 0] = 0
    basis = np.kron(cosines, cosines)
    return np.asarray((basis.T * (POINTS * power.ravel() / power.sum())) @ basis)


def _parts() -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Rows and columns of each trial: all of a side, 95 % of it in three places, 90 % in five."""
    half = (1 + SMALLEST_PART) / 2
    places = [(1.0, 0.0)] + [(half, at) for at in (0, 0.5, 1)] + [(SMALLEST_PART, at) for at in (0, 0.25, 0.5, 0.75, 1)]
    sides = [_part(kept, (1 - kept) * at) for kept, at in places]
    return [(rows, columns) for rows in sides for columns in sides]


def _part(kept: float, start: float) -> NDArray[np.float64]:
    """(12, 12): a side's points between `start` and `start + kept`, by cubic interpolation (Keys 1981)."""
    weights = np.zeros((GREY_SIDE, GREY_SIDE))
    for row in range(GREY_SIDE):
        place = (start + kept * (row + 0.5) / GREY_SIDE) * GREY_SIDE - 0.5
        for column in range(int(np.floor(place)) - 1, int(np.floor(place)) + 3):
            weights[row, min(max(column, 0), GREY_SIDE - 1)] += _cubic(abs(place - column))
    return weights


def _cubic(distance: float) -> float:
    if distance <= 1:
        return 1.5 * distance**3 - 2.5 * distance**2 + 1
    return -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2 if distance < 2 else 0.0


def _unit(rows: Floats) -> Floats:
    rows /= np.maximum(np.sqrt(np.einsum("...i,...i->...", rows, rows)), np.float32(1e-9))[..., None]
    return rows
