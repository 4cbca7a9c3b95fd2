"""Which training pictures an answer rests on, and whether a picture is like any of them, in a backbone's features.

Knows features as arrays: no network, no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tl_core.evaluation.rates import percent

Features = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

NEIGHBOURS = 5
FARTHEST = 0.99  # of the training pictures are nearer to their own neighbours than the limit
LEAST_PICTURES = 30  # of fewer, nobody can say how far apart they usually are
_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows of the training pictures, the most alike first, with their likeness: a cosine, 1 for the same."""

    rows: Labels
    likeness: Features


class Reference:
    """The training pictures as directions around their mean; says what is near, and what is far from all of them."""

    def __init__(self, features: Features) -> None:
        self._mean = features.mean(axis=0)
        self._directions = self._towards(features)
        self.pictures = len(features)
        self.limit = float(np.quantile(self._own_distances(), FARTHEST)) if self.is_known else np.inf

    @property
    def is_known(self) -> bool:
        """Whether there are pictures enough to call another one unlike them."""
        return self.pictures >= LEAST_PICTURES

    def alike(self, features: Features, count: int = NEIGHBOURS) -> list[Alike]:
        """For each of features (n, d) the training pictures that are most like it."""
        found = []
        for cosines in self._cosines(self._towards(features)):
            for row in cosines:
                best = np.argsort(-row, kind="stable")[:count]
                found.append(Alike(best.astype(np.int64), row[best]))
        return found

    def distances(self, features: Features) -> Features:
        """How far each of features (n, d) is from its nearest training pictures: 0 for the same, 1 for none alike."""
        return np.concatenate([self._far(cosines, NEIGHBOURS) for cosines in self._cosines(self._towards(features))])

    def is_unlike(self, features: Features) -> npt.NDArray[np.bool_]:
        """Whether each is farther from the training pictures than 99 in 100 of those are from each other."""
        unlike: npt.NDArray[np.bool_] = self.distances(features) > self.limit
        return unlike

    def _towards(self, features: Features) -> Features:
        centred = features - self._mean
        directions: Features = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        return directions.astype(np.float32)

    def _cosines(self, directions: Features) -> Iterator[Features]:
        for start in range(0, len(directions), _BLOCK):
            yield directions[start : start + _BLOCK] @ self._directions.T

    def _own_distances(self) -> Features:
        found = []
        for at, cosines in enumerate(self._cosines(self._directions)):
            rows = np.arange(len(cosines))
            cosines[rows, at * _BLOCK + rows] = -1  # no picture is its own neighbour
            found.append(self._far(cosines, NEIGHBOURS))
        return np.concatenate(found)

    @staticmethod
    def _far(cosines: Features, count: int) -> Features:
        count = min(count, cosines.shape[1])
        nearest = np.partition(cosines, -count, axis=1)[:, -count:]
        distances: Features = 1.0 - nearest.mean(axis=1)
        return distances


def unlike_in_words(unlike: int, pictures: int) -> str:
    """ "38 % of these look unlike your training pictures." """
    if not unlike:
        return "These look like your training pictures."
    told = f"{percent(unlike / pictures)} % of these look unlike your training pictures"
    return f"{told}: do not trust what it says of them."
