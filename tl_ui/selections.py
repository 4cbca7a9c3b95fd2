"""Which pictures stand behind a number of the results, by a short name such as `cell:2:5`. Knows kept answers alone.

A name is part of an address, so anybody can send one: what names nothing gives None.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tl_core.errors import ConfigError
from tl_core.evaluation.calibration import BINS
from tl_ui.answer_shelf import AnswerBook

SUSPECTS = "suspects"
_NAME = re.compile(r"([a-z_]{1,20})((?::\d{1,6}){0,2})", flags=re.ASCII)
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Behind:
    """A picture behind a number: its label then, what was answered and how surely.

    `margin` is how much likelier the answer is than the label, of a label that looks wrong; else None.
    """

    path: str
    sha256: str
    truth: str
    answer: str
    sure: float | None
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of the pictures behind a number, and how many there are in all."""

    pictures: tuple[Behind, ...]
    total: int


def behind(book: AnswerBook, name: str, *, surest_first: bool, start: int, count: int) -> Selection | None:
    """The pictures behind a number, the surest or the least sure answer first; None where the name is none."""
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    if name == SUSPECTS:
        return _suspects(book, start, count)
    mask = _mask(book, parts[1], [int(number) for number in parts[2].split(":")[1:]])
    if mask is None:
        return None
    rows = np.flatnonzero(mask)
    sure = book.sure[rows]
    rows = rows[np.argsort(-sure if surest_first else sure, kind="stable")]
    shown = book.answers.rows(rows[start : start + count])
    classes = book.answers.classes
    pictures = tuple(
        Behind(path, sha256, classes[label], classes[answer], float(book.sure[row]))
        for path, sha256, label, answer, row in zip(
            shown.paths,
            shown.hashes,
            shown.labels.tolist(),
            shown.answered.tolist(),
            rows[start : start + count].tolist(),
            strict=True,
        )
    )
    return Selection(pictures, len(rows))


def _suspects(book: AnswerBook, start: int, count: int) -> Selection:
    """In their own order, the likeliest mistakes first."""
    found = book.suspects.found
    pictures = tuple(
        Behind(one.path, one.sha256, one.label, one.suggested, None, one.margin) for one in found[start : start + count]
    )
    return Selection(pictures, len(found))


def _mask(book: AnswerBook, kind: str, numbers: list[int]) -> Mask | None:
    """Which of the kept answers are meant."""
    labels, answered = book.answers.labels, book.answered
    of_class: dict[str, Callable[[int], Mask]] = {
        "truth": lambda at: labels == at,
        "answer": lambda at: answered == at,
        "right": lambda at: (labels == at) & (answered == at),
        "missed": lambda at: (labels == at) & (answered != at),
        "false": lambda at: (labels != at) & (answered == at),
    }
    of_all: dict[str, Callable[[], Mask]] = {
        "all": lambda: np.ones(len(labels), dtype=np.bool_),
        "right_ones": lambda: answered == labels,
        "mistakes": lambda: answered != labels,
    }
    classes = len(book.answers.classes)
    if not numbers:
        return of_all[kind]() if kind in of_all else None
    if kind in of_class and len(numbers) == 1 and numbers[0] < classes:
        return of_class[kind](numbers[0])
    if kind == "cell" and len(numbers) == 2 and max(numbers) < classes:
        return np.asarray((labels == numbers[0]) & (answered == numbers[1]))
    if kind == "bin" and len(numbers) == 1 and numbers[0] < BINS:
        return np.asarray(np.minimum((book.sure * BINS).astype(np.int64), BINS - 1) == numbers[0])
    return _by_threshold(book, kind, numbers)


def _by_threshold(book: AnswerBook, kind: str, numbers: list[int]) -> Mask | None:
    """Those on the wrong side of a point on a curve: of the class that must not be missed, or of "I don't know"."""
    labels = book.answers.labels
    if kind in ("slip", "check") and len(numbers) == 2 and numbers[0] < len(book.answers.classes):
        try:
            points = book.miss(book.answers.classes[numbers[0]]).points
        except ConfigError:
            return None
        if numbers[1] >= len(points):
            return None
        is_called = book.probabilities[:, numbers[0]] >= points[numbers[1]].threshold
        is_class = labels == numbers[0]
        return np.asarray(~is_called & is_class if kind == "slip" else is_called & ~is_class)
    if kind in ("unsure", "sure_wrong") and len(numbers) == 1 and numbers[0] < len(book.doubt.points):
        is_sure = book.sure >= book.doubt.points[numbers[0]].threshold
        return np.asarray(~is_sure if kind == "unsure" else is_sure & (book.answered != labels))
    return None
