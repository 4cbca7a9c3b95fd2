"""How probabilities become an answer: the likeliest class, a class that must not be missed, or "I don't know".

Knows no network: the screen's process and every export follow the same few lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Decision:
    """`unsure_below`: an answer of a lower probability is "I don't know"; 0 where it always answers.

    `watched_class` ("" for none) is the answer wherever its probability is at least `watched_from`, however likely the
    others are, and then counts as sure: somebody looks at it again. Below that, the likeliest of the others is.
    """

    unsure_below: float = 0.0
    watched_class: str = ""
    watched_from: float = 0.0

    @property
    def is_usual(self) -> bool:
        """Whether the likeliest class is always the answer."""
        return not self.unsure_below and not self.watched_class

    def to_dict(self) -> dict[str, Any]:
        watched = {"watched_class": self.watched_class, "watched_from": self.watched_from}
        return {"unsure_below": self.unsure_below, **(watched if self.watched_class else {})}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Decision:
        """Of values that `decision_problems` found nothing wrong with."""
        return cls(
            float(values.get("unsure_below", 0.0)),
            values.get("watched_class", ""),
            float(values.get("watched_from", 0.0)),
        )

    def answers(
        self, probabilities: npt.NDArray[np.floating[Any]], classes: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        """The class (n,) that each row of probabilities (n, classes) is called, and whether that is sure."""
        if not self.watched_class:
            answered = probabilities.argmax(axis=1)
            return answered, probabilities.max(axis=1) >= self.unsure_below
        at = list(classes).index(self.watched_class)
        is_watched = probabilities[:, at] >= self.watched_from
        others = np.array(probabilities, copy=True)
        others[:, at] = -1.0
        answered = np.where(is_watched, at, others.argmax(axis=1))
        return answered, is_watched | (others.max(axis=1) >= self.unsure_below)


USUAL = Decision()


def decision_problems(values: Any, classes: Any) -> Iterator[str]:
    """What is wrong with a stranger's `decision`, in words."""
    if not isinstance(values, dict):
        yield "decision is no set of named values"
        return
    for name in ("unsure_below", "watched_from"):
        value = values.get(name, 0.0)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            yield f"{name} is {str(value)[:80]}; it must be between 0 and 1"
    watched = values.get("watched_class", "")
    if watched != "" and not (isinstance(watched, str) and isinstance(classes, list) and watched in classes):
        yield f"watched_class is {str(watched)[:80]}, which is none of the classes"
