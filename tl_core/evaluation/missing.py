"""The class that must not be missed: how many of it slip through, and how many others are checked for it again.

From kept answers, which are out-of-sample. Knows thresholds and counts; what a threshold then does, `Decision` knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tl_core.errors import ConfigError
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.rates import Rate, rate
from tl_core.evaluation.temperature import tempered
from tl_core.export.decision import Decision

MOST_POINTS = 200  # on a curve: more, nobody can tell apart on a slider
LEAST_OF_IT = 20  # pictures of the class; of fewer, how many slip through is hardly known


@dataclass(frozen=True, slots=True)
class MissPoint:
    """What comes of calling a picture by the class from the probability `threshold` on."""

    threshold: float
    missed: Rate  # of the pictures of the class
    checked: Rate  # of all others


@dataclass(frozen=True, slots=True)
class MissCurve:
    """Points from the fewest missed to the fewest checked again; `usual` is where the likeliest class is the answer.

    `usual` counts what happens without a threshold, so it need not be on the curve.
    """

    name: str
    points: tuple[MissPoint, ...]
    usual: MissPoint

    def at_most_missed(self, share: float) -> MissPoint:
        """The point that checks the fewest again and still misses at most that share of the class."""
        fitting = [point for point in self.points if point.missed.part <= share * point.missed.whole]
        return fitting[-1]  # the first point misses none

    def decision(self, point: MissPoint, *, unsure_below: float = 0.0) -> Decision:
        return Decision(unsure_below, self.name, point.threshold)

    def in_words(self, point: MissPoint) -> str:
        """ "Of 40 'bad', 3 slipped through (likely 3 to 20 in 100); of 2,000 others, 60 were checked again ..." """
        told = (
            f"Of {point.missed.whole:,} '{self.name}', {point.missed.part:,} slipped through (likely between "
            f"{point.missed.between()}); of {point.checked.whole:,} others, {point.checked.part:,} were checked again "
            f"(likely between {point.checked.between()})."
        )
        if point.missed.whole < LEAST_OF_IT:
            told += (
                f" With so few '{self.name}' measured, that is hardly known: {LEAST_OF_IT} or more of them would tell."
            )
        return told


def miss_curve(answers: Answers, name: str, *, temperature: float = 1.0) -> MissCurve:
    """Raises ConfigError where the class is unknown, or not measured at all, or nothing else is."""
    if name not in answers.classes:
        raise ConfigError(f"There is no class '{name}' in this run.", "Choose one of its classes.")
    at = answers.classes.index(name)
    is_class = answers.labels == at
    if not is_class.any() or is_class.all():
        raise ConfigError(
            f"Among the {len(answers):,} pictures that were measured, {int(is_class.sum()):,} are of '{name}', so "
            "nothing can be counted.",
            "Bring more pictures of both kinds.",
        )
    chances = tempered(answers.probabilities, temperature)[:, at]
    points = [_point(chances, is_class, threshold) for threshold in thresholds(chances)]
    return MissCurve(name, tuple(_useful(points)), _counted(answers.answered == at, is_class, threshold=0.0))


def thresholds(chances: npt.NDArray[np.float64]) -> list[float]:
    """Between each two neighbouring probabilities, from low to high; thinned out where they are very many."""
    distinct = np.unique(chances)
    between = [0.0, *((distinct[1:] + distinct[:-1]) / 2).tolist(), 1.0]
    if len(between) <= MOST_POINTS:
        return between
    return [between[place] for place in np.linspace(0, len(between) - 1, MOST_POINTS).round().astype(int)]


def _point(chances: npt.NDArray[np.float64], is_class: npt.NDArray[np.bool_], threshold: float) -> MissPoint:
    return _counted(chances >= threshold, is_class, threshold=threshold)


def _counted(is_called: npt.NDArray[np.bool_], is_class: npt.NDArray[np.bool_], *, threshold: float) -> MissPoint:
    missed, checked = int((~is_called & is_class).sum()), int((is_called & ~is_class).sum())
    return MissPoint(threshold, rate(missed, int(is_class.sum())), rate(checked, int((~is_class).sum())))


def _useful(points: Sequence[MissPoint]) -> list[MissPoint]:
    """Of points that miss equally many, only the one that checks the fewest again."""
    kept: list[MissPoint] = []
    for point in points:  # thresholds rise: what is missed grows, what is checked again shrinks
        if kept and kept[-1].missed.part == point.missed.part:
            kept.pop()
        kept.append(point)
    return kept
