""" "I don't know": how many pictures it leaves unanswered by how sure it must be, and how right it is on the others.

A risk-coverage curve (Geifman and El-Yaniv 2017, arXiv 1705.08500) from kept answers. Knows no screen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tl_core.evaluation.answers import Answers
from tl_core.evaluation.rates import Rate, percent, rate
from tl_core.evaluation.temperature import tempered

MOST_POINTS = 200
LEAST_PICTURES = 60  # with fewer, leaving one in twenty unanswered is about three pictures: chance


@dataclass(frozen=True, slots=True)
class DoubtPoint:
    """What comes of answering only from the probability `threshold` on."""

    threshold: float
    unanswered: Rate  # of all pictures
    right: Rate  # of those that are answered


@dataclass(frozen=True, slots=True)
class DoubtCurve:
    """Points from answering everything to answering least; `is_known` is whether there are pictures enough."""

    points: tuple[DoubtPoint, ...]
    pictures: int

    @property
    def is_known(self) -> bool:
        return self.pictures >= LEAST_PICTURES

    def leaving(self, share: float) -> DoubtPoint:
        """The point that leaves at most that share unanswered, and as much of it as it can."""
        return [point for point in self.points if point.unanswered.part <= share * self.pictures][-1]

    def right_at_least(self, share: float) -> DoubtPoint | None:
        """The point that leaves the fewest unanswered and is right on that share of the others; None: there is none."""
        fitting = (point for point in self.points if point.right.part >= share * point.right.whole)
        return next(fitting, None)

    def in_words(self, point: DoubtPoint) -> str:
        if not self.is_known:
            return (
                f"With {self.pictures:,} pictures to judge by, nobody can say how right it is when it is sure: "
                f"{LEAST_PICTURES} or more would tell."
            )
        often = percent(point.right.part / point.right.whole)
        return (
            f"It leaves {_one_in(point.unanswered)} unanswered ({point.unanswered.part:,} of {self.pictures:,}), and "
            f"is right on {often} in 100 of the others (likely between {point.right.between()})."
        )


def doubt_curve(answers: Answers, *, temperature: float = 1.0) -> DoubtCurve:
    sure = tempered(answers.probabilities, temperature).max(axis=1)
    order = np.argsort(-sure, kind="stable")
    ranked, rights = sure[order], answers.is_right[order].cumsum()
    ends = np.flatnonzero(np.append(ranked[1:] < ranked[:-1], True))[::-1]  # equally sure ones go together
    if len(ends) > MOST_POINTS:
        ends = ends[np.unique(np.linspace(0, len(ends) - 1, MOST_POINTS).round().astype(int))]
    points = []
    for end in ends.tolist():
        answered = end + 1
        below = 0.0 if answered == len(sure) else float(ranked[end] + ranked[answered]) / 2
        unanswered = rate(len(sure) - answered, len(sure))
        points.append(DoubtPoint(below, unanswered, rate(int(rights[end]), answered)))
    return DoubtCurve(tuple(points), len(sure))


def _one_in(unanswered: Rate) -> str:
    if not unanswered.part:
        return "no picture"
    share = unanswered.whole / unanswered.part
    return f"1 in {share:.0f}" if share >= 1.5 else f"{percent(1 / share)} in 100"
