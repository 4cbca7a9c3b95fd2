"""What runs answered to the pictures that they were measured on, held open between requests with all that follows
from it. Knows no owner, no HTTP and no picture.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tl_core.errors import RunError
from tl_core.evaluation.advice import Advice, Known, advice
from tl_core.evaluation.answers import ANSWERS, LEFT_OUT, Answers, read_answers
from tl_core.evaluation.doubting import DoubtCurve, doubt_curve
from tl_core.evaluation.measures import Measure, measures
from tl_core.evaluation.missing import MissCurve, miss_curve
from tl_core.evaluation.suspects import Suspects, suspects
from tl_core.evaluation.temperature import Temperature, fit_temperature, tempered
from tl_core.export.decision import Decision
from tl_core.export.described import described

MOST_OPEN = 4
Stamp = tuple[tuple[int, int], ...]


class AnswerBook:
    """What one run answered, at its model's temperature; each part is worked out when it is first asked for.

    `left_out` are answers to training pictures by heads that were fitted without each, where they were kept.
    """

    def __init__(
        self,
        answers: Answers,
        *,
        left_out: Answers | None = None,
        temperature: float = 1.0,
        decision: Decision | None = None,
    ) -> None:
        self.answers = answers
        self.left_out = left_out
        self.temperature = temperature
        self.decision = decision or Decision()
        self._misses: dict[str, MissCurve] = {}
        self._advised: dict[Hashable, tuple[Advice, ...]] = {}

    @cached_property
    def probabilities(self) -> NDArray[np.floating]:
        """(n, classes)"""
        kept = self.answers.probabilities
        return kept if self.temperature == 1.0 else tempered(kept, self.temperature)

    @cached_property
    def sure(self) -> NDArray[np.floating]:
        """(n,) how sure it is of what it answered."""
        sure: NDArray[np.floating] = self.probabilities.max(axis=1)
        return sure

    @cached_property
    def answered(self) -> NDArray[np.int64]:
        return self.answers.answered

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        return measures(self.answers, temperature=self.temperature)

    @cached_property
    def suspects(self) -> Suspects:
        return suspects(*(one for one in (self.answers, self.left_out) if one is not None))

    @cached_property
    def fitted(self) -> Temperature | None:
        """What would make it as sure as it is right; None where that was done already."""
        return fit_temperature(self.answers) if self.temperature == 1.0 else None

    @cached_property
    def doubt(self) -> DoubtCurve:
        return doubt_curve(self.answers, temperature=self.temperature)

    def miss(self, name: str) -> MissCurve:
        """Raises ConfigError where nothing can be counted for the class."""
        if name not in self._misses:
            self._misses[name] = miss_curve(self.answers, name, temperature=self.temperature)
        return self._misses[name]

    def advice(self, key: Hashable, known: Callable[[], Known]) -> tuple[Advice, ...]:
        """What to do next; `key` is equal where all is that `known` adds to these answers."""
        if key not in self._advised:
            self._advised[key] = advice(known())
        return self._advised[key]


class AnswerShelf:
    """Reads each run's answers once, and anew when they or the model's thresholds have changed."""

    def __init__(self) -> None:
        self._open: OrderedDict[Path, tuple[Stamp, AnswerBook]] = OrderedDict()
        self._opening = threading.Lock()

    def book(self, run: Path) -> AnswerBook:
        """Of a run's folder. Raises RunError where it kept none, or has no model."""
        stamp = _stamp(run)
        with self._opening:
            held = self._open.pop(run, None)
            if held is None or held[0] != stamp:
                held = (stamp, _read(run))
            self._open[run] = held
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return held[1]


def _read(run: Path) -> AnswerBook:
    answers, config = read_answers(run / ANSWERS), described(run)
    if answers.classes != config.classes:
        raise RunError("The answers that this run kept are of another model.", "Train again.")
    left_out = read_answers(run / LEFT_OUT) if (run / LEFT_OUT).is_file() else None
    return AnswerBook(answers, left_out=left_out, temperature=config.temperature, decision=config.decision)


def _stamp(run: Path) -> Stamp:
    found = []
    for path in (run / ANSWERS, run / LEFT_OUT, run / "model" / "config.json"):
        try:
            known = path.stat()
            found.append((known.st_mtime_ns, known.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)
