"""Two runs on the same pictures: is one truly better, or may it be chance? Knows answers, and no run's folder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.data.counting import counted
from tl_core.errors import RunError
from tl_core.evaluation.answers import Answers

CHANCE = 0.05  # differences that chance alone makes at least so often are called chance


@dataclass(frozen=True, slots=True)
class Compared:
    """How two runs answered the pictures that both were measured on, which have the same content and the same label."""

    pictures: int
    both_right: int
    only_first: int
    only_second: int
    relabelled: int  # shared, but under another label: left out
    p_value: float  # of the exact McNemar test

    @property
    def first_right(self) -> int:
        return self.both_right + self.only_first

    @property
    def second_right(self) -> int:
        return self.both_right + self.only_second

    @property
    def may_be_chance(self) -> bool:
        return self.p_value >= CHANCE

    def in_words(self) -> str:
        """Two or three sentences: what each got right, and whether that tells them apart."""
        told = (
            f"Of the {counted(self.pictures, 'picture')} that both were measured on, the first is right on "
            f"{self.first_right:,} and the second on {self.second_right:,}. "
        )
        if not self.only_first + self.only_second:
            told += "They are right and wrong on the very same pictures."
        elif self.may_be_chance:
            told += (
                f"The difference may be chance: they differ on {self.only_first + self.only_second:,} of them, "
                f"{self.only_first:,} for the first and {self.only_second:,} for the second (p = {_p(self.p_value)})."
            )
        else:
            better = "first" if self.only_first > self.only_second else "second"
            told += (
                f"The {better} is truly better on pictures like these: chance alone makes such a difference less than "
                f"1 in 20 times (p = {_p(self.p_value)})."
            )
        if self.relabelled:
            told += f" {counted(self.relabelled, 'picture')} with another label by now were left out."
        return told


def compare(first: Answers, second: Answers) -> Compared:
    """Raises RunError where there is no picture that both were measured on."""
    rows, others = shared(first, second)
    if not len(rows):
        raise RunError(
            "The two runs were measured on different pictures, so their numbers cannot be compared one to one.",
            "Train both with the same split, or bring a test split.",
        )
    labels = np.array(first.classes, dtype=object)[first.labels[rows]]
    same = labels == np.array(second.classes, dtype=object)[second.labels[others]]
    if not same.any():
        raise RunError(
            "The two runs know other labels for the same pictures, so they cannot be compared.",
            "Compare runs that learned the same kinds.",
        )
    one, other = first.is_right[rows][same], second.is_right[others][same]
    only_first, only_second = int((one & ~other).sum()), int((other & ~one).sum())
    return Compared(
        pictures=int(same.sum()),
        both_right=int((one & other).sum()),
        only_first=only_first,
        only_second=only_second,
        relabelled=int((~same).sum()),
        p_value=mcnemar(only_first, only_second),
    )


def shared(first: Answers, second: Answers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the first and of the second that are the same picture, by content; of copies the first in each."""
    place: dict[bytes, int] = {}
    for row, content in enumerate(second.sha256):
        place.setdefault(content.tobytes(), row)
    found: dict[int, int] = {}
    for row, content in enumerate(first.sha256):
        other = place.pop(content.tobytes(), None)
        if other is not None:
            found[row] = other
    return np.array(list(found), dtype=np.int64), np.array(list(found.values()), dtype=np.int64)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact two-sided p-value: how often a fair coin parts so many pictures at least so unevenly.

    McNemar 1947 (doi:10.1007/BF02295996), by the binomial distribution and not its approximation.
    """
    total, fewer = only_first + only_second, min(only_first, only_second)
    if not total:
        return 1.0
    logs = [
        math.lgamma(total + 1) - math.lgamma(at + 1) - math.lgamma(total - at + 1) - total * math.log(2)
        for at in range(fewer + 1)
    ]
    return min(1.0, 2.0 * math.fsum(math.exp(value) for value in logs))


def _p(value: float) -> str:
    return f"{value:.2f}" if value >= 0.01 else f"{value:.1g}" if value >= 1e-6 else "below 0.000001"
