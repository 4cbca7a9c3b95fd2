"""One number that makes a model as sure as it is right: its temperature, fitted on pictures that were held out.

Guo et al. 2017, arXiv 1706.04599. Knows kept probabilities, which are those of temperature 1, and no network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tl_core.evaluation.answers import Answers

COLDEST, HOTTEST = 0.05, 20.0
STEPS, CLOSE = 60, 1e-7
LEAST_PICTURES = 30  # of fewer, a temperature says more about chance than about the model
LEAST_MISTAKES = 5  # without mistakes the loss falls the surer it is made, which nothing speaks for
SMALLEST = 1e-30  # a probability that the network's 32 bits cannot tell from none

Probabilities = npt.NDArray[np.floating[Any]]
Labels = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True, slots=True)
class Temperature:
    """`value` divides the network's outputs. The log losses are of the same pictures before and after.

    `is_known` is whether there were pictures and mistakes enough; `value` is 1 where not.
    """

    value: float
    loss_before: float
    loss_after: float
    pictures: int
    is_known: bool
    mistakes: int = 0

    def in_words(self) -> str:
        if not self.is_known and self.pictures >= LEAST_PICTURES:
            return (
                f"With {self.mistakes:,} mistakes among {self.pictures:,} pictures, nobody can say how sure the model "
                f"should be: its probabilities stay as they are. {LEAST_MISTAKES} mistakes are the least."
            )
        if not self.is_known:
            return (
                f"With {self.pictures:,} pictures to judge by, nobody can say whether the model is too sure of itself: "
                f"its probabilities stay as they are. {LEAST_PICTURES} pictures are the least."
            )
        told = {
            True: "The model is surer of itself than it is right; its probabilities are made more modest",
            False: "The model is more often right than it says; its probabilities are raised",
        }[self.value > 1]
        if 0.95 <= self.value <= 1.05:
            told = "The model is about as sure of itself as it is right"
        return f"{told} (temperature {self.value:.2f}, fitted on {self.pictures:,} held-out pictures)."


def tempered(probabilities: Probabilities, temperature: float) -> npt.NDArray[np.float64]:
    """What the probabilities (n, classes) of temperature 1 are at another one."""
    found = np.asarray(probabilities, dtype=np.float64)
    if temperature == 1.0:
        return found
    logits = np.log(np.maximum(found, SMALLEST)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    rows: npt.NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return rows


def fit_temperature(answers: Answers) -> Temperature:
    """The temperature of the lowest log loss on held-out answers."""
    count = len(answers)
    before = loss_at(answers.probabilities, answers.labels, 1.0)
    mistakes = int((~answers.is_right).sum())
    if count < LEAST_PICTURES or mistakes < LEAST_MISTAKES:
        return Temperature(1.0, before, before, count, is_known=False, mistakes=mistakes)
    value = best_temperature(answers.probabilities, answers.labels)
    after = loss_at(answers.probabilities, answers.labels, value)
    return Temperature(value, before, after, count, is_known=True, mistakes=mistakes)


def best_temperature(probabilities: Probabilities, labels: Labels) -> float:
    """Newton's steps on the inverse temperature, in which the loss is convex; where one leaves the bracket, its middle.

    The ends of the range stand for "all right" (as sure as can be) and "no better than chance".
    """
    logits = np.log(np.maximum(np.asarray(probabilities, dtype=np.float64), SMALLEST))
    low, high, scale = 1.0 / HOTTEST, 1.0 / COLDEST, 1.0
    for _ in range(STEPS):
        slope, curvature = _derivatives(logits, labels, scale)
        low, high = (low, scale) if slope > 0 else (scale, high)
        following = scale - slope / curvature if curvature > 1e-12 else math.inf
        if not low < following < high:
            following = math.sqrt(low * high)
        step, scale = abs(following - scale), following
        if step < CLOSE * scale:
            break
    return 1.0 / scale


def loss_at(probabilities: Probabilities, labels: Labels, temperature: float) -> float:
    """Log loss in nats a picture."""
    chosen = tempered(probabilities, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, np.finfo(np.float64).eps)).mean())


def _derivatives(logits: npt.NDArray[np.float64], labels: Labels, scale: float) -> tuple[float, float]:
    """First and second derivative of the mean log loss by the inverse temperature."""
    scaled = logits * scale
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    rows = powers / powers.sum(axis=1, keepdims=True)
    expected = np.einsum("ij,ij->i", rows, logits)
    spread = np.einsum("ij,ij,ij->i", rows, logits, logits) - np.square(expected)
    return float((expected - logits[np.arange(len(labels)), labels]).mean()), float(spread.mean())
