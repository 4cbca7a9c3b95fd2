"""Counts as rates with their intervals, in numbers and in words: 11 of 12 is not 92 per cent. Knows no model."""

from __future__ import annotations

from dataclasses import dataclass

from tl_core.evaluation.scores import wilson

FEW = 30  # below so many, the interval says more than the rate


@dataclass(frozen=True, slots=True)
class Rate:
    """`part` of `whole`, with the 95 % Wilson interval of the true rate; (0, 1) where nothing was seen."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def is_of_few(self) -> bool:
        return self.whole < FEW

    def between(self) -> str:
        """ "65 and 99 %"."""
        return f"{percent(self.low)} and {percent(self.high)} %"


def rate(part: int, whole: int) -> Rate:
    return Rate(part, whole, *wilson(part, whole))


def right_in_words(right: int, pictures: int) -> str:
    """ "11 of 12 right: the true rate is likely between 65 and 99 %." """
    if not pictures:
        return "Not a single picture of it was measured, so nothing is known."
    return f"{right:,} of {pictures:,} right: the true rate is likely between {rate(right, pictures).between()}."


def percent(value: float) -> str:
    """Whole per cent; 100 and 0 stand for all and none alone."""
    if round(value * 100) in (0, 100) and value not in (0.0, 1.0):
        return f"{min(99.9, max(0.1, value * 100)):.1f}"
    return f"{value * 100:.0f}"
