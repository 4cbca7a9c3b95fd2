"""Measures a model on pictures with labels that it was not trained with here: classes meet by name, never by place.

It knows records and paths, and nothing about where a dataset came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tl_core.data.decoder import ItemDecoder, Problem
from tl_core.data.index import ImageIndex, ImageRecord, Skipped
from tl_core.data.names import class_key, listed
from tl_core.errors import DataError
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult, score

SHOWN_CLASSES = 10


@dataclass(frozen=True, slots=True)
class Measurement:
    """The result, the pictures that could no longer be read, and how many training is known to have seen.

    `seen_in_training` is None where that is not known: a bundle does not say what it was trained on.
    """

    result: RunResult
    skipped: tuple[Skipped, ...]
    seen_in_training: int | None

    def to_dict(self) -> dict[str, Any]:
        skipped = [{"path": item.path, "reason": item.reason} for item in self.skipped]
        return {**self.result.to_dict(), "skipped": skipped, "seen_in_training": self.seen_in_training}


def judging_records(index: ImageIndex) -> Sequence[ImageRecord]:
    """The test split where the data brings one, else every picture."""
    return index.of_split("test") or index.records


def positions_of(records: Sequence[ImageRecord], classes: Sequence[str]) -> dict[str, int]:
    """Where each label of `records` stands in the model's `classes`, by name, letter case aside.

    Raises DataError that names every class the model does not know.
    """
    exact = {name: position for position, name in enumerate(classes)}
    alike: dict[str, list[int]] = {}
    for position, name in enumerate(classes):
        alike.setdefault(class_key(name), []).append(position)
    found: dict[str, int] = {}
    for label in sorted({record.label for record in records}):
        near = alike.get(class_key(label), [])
        if label in exact or len(near) == 1:
            found[label] = exact.get(label, near[0])
    unknown = sorted({record.label for record in records} - set(found))
    if unknown:
        these = "these classes" if len(unknown) > 1 else "this class"
        raise DataError(
            f"The model does not know {these}: {listed(unknown, SHOWN_CLASSES)}.",
            f"It knows: {listed(classes, SHOWN_CLASSES)}. Rename the folders, or leave those pictures out.",
        )
    return found


def measure(
    predictor: Predictor,
    records: Sequence[ImageRecord],
    path_of: Callable[[ImageRecord], Path],
    *,
    pool: ItemDecoder,
    training_hashes: frozenset[str] | None = None,
) -> Measurement:
    """Ask the model about every record and score its answers.

    `training_hashes` are the SHA-256 of the pictures it was trained with. Raises DataError for a class that the model
    does not know, and when no picture can be read.
    """
    positions = positions_of(records, predictor.classes)
    rows, labels, skipped = [], [], []
    paths = [path_of(record) for record in records]
    for record, row in zip(records, predictor.rows(paths, pool), strict=True):
        if isinstance(row, Problem):
            skipped.append(Skipped(record.path, row.reason))
        else:
            rows.append(row)
            labels.append(positions[record.label])
    if not rows:
        raise DataError(
            f"None of the {len(records)} pictures could be read. {skipped[0].reason if skipped else ''}".strip(),
            "Bring them again.",
        )
    seen = None if training_hashes is None else sum(record.sha256 in training_hashes for record in records)
    return Measurement(score(np.stack(rows), labels, predictor.classes, "test"), tuple(skipped), seen)
