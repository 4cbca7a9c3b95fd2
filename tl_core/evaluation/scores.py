"""How good the answers are: every number of a result, from probabilities and labels, with its interval and baseline.

It knows no network, no picture and no torch: the screen's process reads these values too.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tl_core.errors import DataError

MeasuredOn = Literal["test", "validation", "cross-validation"]
MEASURED_ON: tuple[MeasuredOn, ...] = ("test", "validation", "cross-validation")
Z_95 = 1.959963984540054  # the normal quantile at 0.975
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)  # scikit-learn's clip: keeps the log loss finite

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """One class against the rest. `support` is how many pictures truly are of it; 0 where a number has no basis."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int

    def to_dict(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        return {"class": values.pop("name"), **values}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ClassScore:
        return cls(values["class"], values["precision"], values["recall"], values["f1"], values["support"])


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a model is worth on pictures that have labels. Rows of `confusion` are the truth, columns the answers.

    `accuracy_low` and `accuracy_high` are the 95 % Wilson interval; `baseline` is the accuracy of always answering
    `baseline_class`, the biggest one. `auroc` is one class against the rest, averaged over the classes that have both
    sides, and None where no class has. Macro F1 is over the classes that occur as a truth or an answer.

    What has a default came later. `folds` and `fold_repeats` are of a cross-validation in folds (0: pictures were left
    out one by one). `kept` is the freezing that won where a preset compared several; "all" is the first model. `seeds`
    and `seed_accuracies` are of a training that was repeated, the run's own first.
    """

    measured_on: MeasuredOn
    images: int
    correct: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    baseline: float
    baseline_class: str
    macro_f1: float
    auroc: float | None
    balanced_accuracy: float
    log_loss: float
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]
    per_class: tuple[ClassScore, ...]
    folds: int = 0
    fold_repeats: int = 0
    kept: str = ""
    seeds: tuple[int, ...] = ()
    seed_accuracies: tuple[float, ...] = ()

    @property
    def mean_accuracy(self) -> float:
        """Over the seeds."""
        return _mean(self.seed_accuracies) if self.seed_accuracies else self.accuracy

    @property
    def accuracy_spread(self) -> float:
        """The standard deviation over the seeds, of a sample."""
        if len(self.seed_accuracies) < 2:
            return 0.0
        return statistics.stdev(self.seed_accuracies)

    def to_dict(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        values["seeds"], values["seed_accuracies"] = list(self.seeds), list(self.seed_accuracies)
        values["classes"] = list(self.classes)
        values["confusion"] = [list(row) for row in self.confusion]
        values["per_class"] = [item.to_dict() for item in self.per_class]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunResult:
        """Fields that this version does not know are passed over."""
        required = [field.name for field in dataclasses.fields(cls) if field.default is dataclasses.MISSING]
        later = [field.name for field in dataclasses.fields(cls) if field.name in values]
        known = {name: values[name] for name in dict.fromkeys((*required, *later))}
        known["seeds"], known["seed_accuracies"] = (
            tuple(values.get(name, ())) for name in ("seeds", "seed_accuracies")
        )
        known["classes"] = tuple(known["classes"])
        known["confusion"] = tuple(tuple(row) for row in known["confusion"])
        known["per_class"] = tuple(ClassScore.from_dict(item) for item in known["per_class"])
        return cls(**known)


def score(
    probabilities: npt.ArrayLike, labels: npt.ArrayLike, classes: Sequence[str], measured_on: MeasuredOn
) -> RunResult:
    """Every number of a result from `probabilities` (n, classes) and the true `labels` (n,), positions in `classes`.

    Raises DataError when there is no picture, ValueError when the shapes or the numbers make no sense.
    """
    scores = np.asarray(probabilities, dtype=np.float64)  # (n, classes)
    truth = np.asarray(labels, dtype=np.int64)  # (n,)
    _check(scores, truth, classes, measured_on)
    images, num_classes = scores.shape
    answers = scores.argmax(axis=1)
    confusion = np.bincount(truth * num_classes + answers, minlength=num_classes**2).reshape(num_classes, num_classes)
    correct = int(confusion.trace())
    low, high = wilson(correct, images)
    support = confusion.sum(axis=1)
    per_class = _per_class(confusion, classes)
    occurring = [
        item for item, answered in zip(per_class, confusion.sum(axis=0), strict=True) if item.support or answered
    ]
    return RunResult(
        measured_on=measured_on,
        images=images,
        correct=correct,
        accuracy=correct / images,
        accuracy_low=low,
        accuracy_high=high,
        baseline=int(support.max()) / images,
        baseline_class=classes[int(support.argmax())],
        macro_f1=_mean([item.f1 for item in occurring]),
        auroc=_auroc(scores, truth),
        balanced_accuracy=_mean([item.recall for item in per_class if item.support]),
        log_loss=_log_loss(scores, truth),
        classes=tuple(classes),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion),
        per_class=per_class,
    )


def wilson(correct: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927, doi:10.1080/01621459.1927.10502953); (0, 1) when nothing was seen."""
    if total == 0:
        return 0.0, 1.0
    rate, z_squared = correct / total, Z_95**2
    middle = rate + z_squared / (2 * total)
    spread = Z_95 * math.sqrt(rate * (1 - rate) / total + z_squared / (4 * total**2))
    low, high = (middle - spread) / (1 + z_squared / total), (middle + spread) / (1 + z_squared / total)
    # The ends are exact in theory and a rounding error away in floats.
    return (0.0 if correct == 0 else max(0.0, low)), (1.0 if correct == total else min(1.0, high))


def _check(scores: Floats, truth: Integers, classes: Sequence[str], measured_on: str) -> None:
    if measured_on not in MEASURED_ON:
        raise ValueError(f"measured_on is '{measured_on}'; it is one of {', '.join(MEASURED_ON)}")
    if truth.ndim != 1 or scores.shape != (truth.size, len(classes)):
        raise ValueError(f"{scores.shape} probabilities, {truth.shape} labels and {len(classes)} classes do not fit")
    if truth.size == 0:
        raise DataError("There is no picture to measure on.", "Give at least one picture that has a label.")
    if truth.min() < 0 or truth.max() >= len(classes):
        raise ValueError(f"labels go from {truth.min()} to {truth.max()}, but there are {len(classes)} classes")
    if not np.isfinite(scores).all() or scores.min() < 0 or scores.max() > 1 + 1e-5:
        raise ValueError("probabilities are not all between 0 and 1")


def _per_class(confusion: Integers, classes: Sequence[str]) -> tuple[ClassScore, ...]:
    right, support, answered = confusion.diagonal(), confusion.sum(axis=1), confusion.sum(axis=0)
    return tuple(
        ClassScore(
            name=name,
            precision=_share(int(right[i]), int(answered[i])),
            recall=_share(int(right[i]), int(support[i])),
            f1=_share(2 * int(right[i]), int(support[i]) + int(answered[i])),
            support=int(support[i]),
        )
        for i, name in enumerate(classes)
    )


def _auroc(scores: Floats, truth: Integers) -> float | None:
    """The chance that a picture of a class scores higher for it than one that is not, ties counting half."""
    areas = []
    for position in range(scores.shape[1]):
        is_class = truth == position
        positives, negatives = int(is_class.sum()), int((~is_class).sum())
        if positives and negatives:
            ranks = _average_ranks(scores[:, position])
            areas.append((ranks[is_class].sum() - positives * (positives + 1) / 2) / (positives * negatives))
    return _mean([float(area) for area in areas]) if areas else None


def _average_ranks(values: Floats) -> Floats:
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    ranks: Floats = ((last - counts + 1 + last) / 2)[inverse]
    return ranks


def _log_loss(scores: Floats, truth: Integers) -> float:
    of_truth = scores[np.arange(truth.size), truth]
    return float(-np.log(of_truth.clip(SMALLEST_PROBABILITY, 1.0)).mean())


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
