"""Every measure of a result with one plain sentence about what it means, and where it was measured. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tl_core.evaluation.answers import Answers
from tl_core.evaluation.calibration import calibration
from tl_core.evaluation.rates import rate, right_in_words
from tl_core.evaluation.scores import RunResult, score
from tl_core.evaluation.temperature import tempered

TOP = 3

MEANINGS = {
    "accuracy": "How many of all pictures it is right on; big classes count for more.",
    "balanced_accuracy": "How many it is right on in each class, averaged over the classes: small ones count as much.",
    "macro_f1": "Between missing pictures of a class and seeing it where it is not, averaged over the classes.",
    "auroc": "How often a picture of a class gets a higher probability for it than one of another; 0.5 is chance.",
    "top_3": "How often the right class is among its three likeliest.",
    "log_loss": "How surprised it is by the truth, on average; being sure and wrong costs most, and 0 is perfect.",
    "calibration_error": "How far how sure it says it is and how often it is right lie apart on average; 0 is perfect.",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """`name` is a key of MEANINGS; `low` and `high` are the 95 % interval where the measure is a count; None: unknown.

    `caution` says what a number of so few pictures is worth, "" where there is nothing to say.
    """

    name: str
    value: float | None
    meaning: str
    low: float | None = None
    high: float | None = None
    caution: str = ""


def measures(answers: Answers, *, temperature: float = 1.0) -> tuple[Measure, ...]:
    """All of MEANINGS, in that order; of three classes or fewer, without the top three."""
    result = score_at(answers, temperature)
    rows = tempered(answers.probabilities, temperature)
    found = calibration(rows.max(axis=1), answers.is_right)
    among = int(top(answers, TOP).sum())
    counted = rate(among, len(answers))
    few = right_in_words(result.correct, result.images) if rate(result.correct, result.images).is_of_few else ""
    every = [
        Measure("accuracy", result.accuracy, "", result.accuracy_low, result.accuracy_high, few),
        Measure("balanced_accuracy", result.balanced_accuracy, "", caution=_thin(result)),
        Measure("macro_f1", result.macro_f1, "", caution=_thin(result)),
        Measure("auroc", result.auroc, ""),
        Measure("top_3", counted.value, "", counted.low, counted.high),
        Measure("log_loss", result.log_loss, ""),
        Measure("calibration_error", found.error, "", caution=found.in_words()),
    ]
    if len(answers.classes) <= TOP:
        every = [measure for measure in every if measure.name != "top_3"]
    return tuple(replace(measure, meaning=MEANINGS[measure.name]) for measure in every)


def score_at(answers: Answers, temperature: float) -> RunResult:
    """The result of the answers at a temperature; only log loss and AUROC depend on it."""
    rows = tempered(answers.probabilities, temperature)
    return score(rows, answers.labels, answers.classes, answers.measured_on)


def top(answers: Answers, count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Whether each picture's class is among its `count` likeliest; of equals the earlier class comes first."""
    order = np.argsort(-answers.probabilities, axis=1, kind="stable")[:, :count]
    found: np.ndarray[tuple[int, ...], np.dtype[np.bool_]] = (order == answers.labels[:, None]).any(axis=1)
    return found


def where(answers: Answers, *, kept_out: str = "") -> str:
    """Where the numbers were measured, as one sentence; `kept_out` names what no training picture shares, if anything.

    A random split and leaving out one by one flatter: they judge by pictures like those that were learned from.
    """
    count = f"{len(answers):,}"
    if answers.measured_on == "cross-validation":
        told = f"Measured on {count} pictures, each by a head that was fitted without it: on pictures like these."
    elif answers.measured_on == "test":
        told = f"Measured on {count} test pictures that neither training nor any choice has seen."
    else:
        told = f"Measured on {count} pictures set aside, by which choices were made too: on pictures like these."
    return f"{told} None of them shares its {kept_out} with a training picture." if kept_out else told


def _thin(result: RunResult) -> str:
    """Which class the average over classes hangs on, where one has very few pictures."""
    least = min((item for item in result.per_class if item.support), key=lambda item: item.support)
    if least.support >= 10:
        return ""
    right = round(least.recall * least.support)
    return (
        f"The class '{least.name}' counts as much as any and has few pictures. {right_in_words(right, least.support)}"
    )
