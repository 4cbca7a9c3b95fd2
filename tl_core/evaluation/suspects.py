"""Labels that look wrong: confident learning on probabilities from models that never saw the picture.

Northcutt, Jiang and Chuang 2021, "Confident Learning: Estimating Uncertainty in Dataset Labels" (arXiv 1911.00068):
how many labels of a class are wrong is told by pictures of which the model is surer than it usually is of another
class's own. Knows kept answers, and changes no label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tl_core.data.counting import counted
from tl_core.evaluation.answers import Answers

LEAST_IN_CLASS = 5  # pictures of a class; of fewer, nobody can say how sure the model usually is of them
MOST_NAMED = 1000


@dataclass(frozen=True, slots=True)
class Suspect:
    """A picture whose label may be wrong. `margin` is how much likelier the model finds the suggested class."""

    path: str
    sha256: str
    label: str
    suggested: str
    margin: float

    def to_dict(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "sha256": self.sha256,
            "label": self.label,
            "suggested": self.suggested,
            "margin": round(self.margin, 6),
        }


@dataclass(frozen=True, slots=True)
class Suspects:
    """The likeliest mistakes first; `judged` is how many pictures were looked at."""

    found: tuple[Suspect, ...]
    judged: int

    def in_words(self) -> str:
        if not self.found:
            return f"None of the labels of the {counted(self.judged, 'picture')} that were judged looks wrong."
        return (
            f"{counted(len(self.found), 'label')} of {self.judged:,} may be wrong; each was judged by a model that had "
            "not seen the picture. Look at them: hard pictures with the right label are among them."
        )


def suspects(*answers: Answers) -> Suspects:
    """Of one or more sets of out-of-sample answers, each judged by its own model's usual sureness.

    A picture that is in several is named once, by its content.
    """
    found: dict[str, Suspect] = {}
    judged: set[str] = set()
    for own in answers:
        hashes = own.hashes
        judged.update(hashes)
        margins, suggested = _margins(own)
        for row in suspected(own.probabilities, own.labels).tolist():
            suspect = Suspect(
                own.paths[row],
                hashes[row],
                own.classes[int(own.labels[row])],
                own.classes[int(suggested[row])],
                float(margins[row]),
            )
            known = found.get(hashes[row])
            if known is None or suspect.margin > known.margin:
                found[hashes[row]] = suspect
    ranked = sorted(found.values(), key=lambda suspect: (-suspect.margin, suspect.path))
    return Suspects(tuple(ranked[:MOST_NAMED]), len(judged))


def suspected(probabilities: npt.NDArray[np.floating[Any]], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows whose label is likely wrong, by class: as many as the confident joint says there are, the least sure ones.

    "Prune by class" of the paper. Never one whose label is the likeliest class.
    """
    rows = np.asarray(probabilities, dtype=np.float64)
    wrong = wrong_in_class(rows, labels)
    of_label = rows[np.arange(len(rows)), labels]
    is_other = rows.argmax(axis=1) != labels
    found = []
    for label in np.flatnonzero(wrong).tolist():
        own = np.flatnonzero(labels == label)
        least = own[np.argsort(of_label[own], kind="stable")][: wrong[label]]
        found.append(least[is_other[least]])
    return np.sort(np.concatenate(found)) if found else np.zeros(0, dtype=np.int64)


def wrong_in_class(rows: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many pictures that carry each label are of another class: off the diagonal of the confident joint.

    A picture counts as the likeliest of those classes of which the model is at least as sure as it usually is of their
    own pictures; pictures that count as none are shared out like the others of their label.
    """
    classes = rows.shape[1]
    confident = np.where(rows >= usual_sureness(rows, labels), rows, -1.0)
    is_confident = confident.max(axis=1) >= 0
    places = labels[is_confident] * classes + confident.argmax(axis=1)[is_confident]
    joint = np.bincount(places, minlength=classes**2).reshape(classes, classes)
    counts, counted_in = np.bincount(labels, minlength=classes), joint.sum(axis=1)
    share = 1.0 - joint.diagonal() / np.maximum(counted_in, 1)
    wrong = np.where((counted_in > 0) & (counts >= LEAST_IN_CLASS), np.round(share * counts), 0)
    return wrong.astype(np.int64)


def usual_sureness(rows: npt.NDArray[np.float64], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """For each class the mean probability of it among its own pictures; infinite where there are too few of them."""
    counts = np.bincount(labels, minlength=rows.shape[1])
    sums = np.bincount(labels, weights=rows[np.arange(len(labels)), labels], minlength=rows.shape[1])
    means = sums / np.maximum(counts, 1)
    return np.where(counts >= LEAST_IN_CLASS, means, np.inf)


def _margins(answers: Answers) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """How much likelier the likeliest other class is than the label, and which that is."""
    rows = answers.probabilities.astype(np.float64)
    places = np.arange(len(rows))
    of_label = rows[places, answers.labels]
    rows[places, answers.labels] = -1.0
    suggested: npt.NDArray[np.int64] = rows.argmax(axis=1)
    return rows[places, suggested] - of_label, suggested


def pairs(found: Sequence[Suspect]) -> list[tuple[str, str, int]]:
    """Which label is taken for which class how often, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for suspect in found:
        key = (suspect.label, suspect.suggested)
        counts[key] = counts.get(key, 0) + 1
    return sorted(((label, other, count) for (label, other), count in counts.items()), key=lambda item: -item[2])
