"""Whether "90 % sure" means right 9 times in 10: bins, the error over them, and what chance alone would make of it.

Knows how sure a model was and whether it was right, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tl_core.evaluation.rates import Rate, rate

BINS = 10  # of equal width, from 0 to 1
DRAWS, SEED = 200, 0

Sureness = npt.NDArray[np.float64]
Rightness = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose probability lies between `low` and `high`: how sure they were on average, and how often right."""

    low: float
    high: float
    sure: float
    right: Rate


@dataclass(frozen=True, slots=True)
class Calibration:
    """`error` is the expected calibration error; `by_chance` is what a perfectly calibrated model would exceed 1 time
    in 20 with so many pictures: below it, nothing can be said against the model."""

    error: float
    by_chance: float
    bins: tuple[Bin, ...]
    pictures: int

    @property
    def is_off(self) -> bool:
        return self.error > self.by_chance

    def in_words(self) -> str:
        if self.is_off:
            return (
                f"How sure it says it is and how often it is right are {self.error * 100:.1f} points apart on average, "
                f"in {BINS} bins of equal width; chance alone makes at most {self.by_chance * 100:.1f} of that."
            )
        return (
            f"How sure it says it is and how often it is right are {self.error * 100:.1f} points apart on average, in "
            f"{BINS} bins of equal width; with {self.pictures:,} pictures, chance alone makes up to "
            f"{self.by_chance * 100:.1f}, so nothing speaks against it."
        )


def calibration(sure: Sureness, right: Rightness) -> Calibration:
    """Of the probability (n,) of each answer and whether it was right."""
    places = np.minimum((sure * BINS).astype(np.int64), BINS - 1)
    bins = []
    for at in range(BINS):
        own = places == at
        if own.any():
            counted = rate(int(right[own].sum()), int(own.sum()))
            bins.append(Bin(at / BINS, (at + 1) / BINS, float(sure[own].mean()), counted))
    generator = np.random.default_rng(SEED)
    chances = [error_of(sure, generator.random(len(sure)) < sure, places) for _ in range(DRAWS)]
    by_chance = float(np.quantile(chances, 0.95))
    return Calibration(error_of(sure, right, places), by_chance, tuple(bins), len(sure))


def error_of(sure: Sureness, right: Rightness, places: npt.NDArray[np.int64]) -> float:
    """The mean distance between sureness and rightness over bins, each counting by its pictures."""
    gaps = np.bincount(places, weights=right - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / len(sure))
