"""Keeps beside a run's model what it answered to the pictures that it was measured on. Knows no network.

So that every number of the result leads to its pictures later, without the network and without torch.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tl_core.evaluation.answers import ANSWERS, LEFT_OUT, make_answers, write_answers
from tl_core.evaluation.scores import MeasuredOn
from tl_core.export.described import weights_hash
from tl_core.training.pictures import Part, TrainingData
from tl_core.training.plan_values import TrainingPlan


def keep_answers(
    data: TrainingData, part: Part, probabilities: NDArray[np.float32], *, measured_on: MeasuredOn, model: Path
) -> None:
    """Of the saved model in the folder `model`, on its own split."""
    split = "test" if measured_on == "test" else "val"
    _write(model, ANSWERS, data, part, probabilities, measured_on, split, weights=weights_hash(model))


def keep_cross_validated(
    plan: TrainingPlan, data: TrainingData, probabilities: NDArray[np.float32], *, model: Path
) -> None:
    """Of heads that were fitted without each picture, or without its fold; of those that may measure."""
    judged = data.left_out
    part = Part(data.train.positions[judged], data.train.labels[judged])
    _write(model, ANSWERS, data, part, probabilities[judged], "cross-validation", "train", in_folds=plan.folds > 0)


def keep_left_out(data: TrainingData, probabilities: NDArray[np.float32], *, model: Path) -> None:
    """What heads that were fitted without each say of the training pictures, where others measure the model."""
    _write(model, LEFT_OUT, data, data.train, probabilities, "cross-validation", "train")


def _write(
    model: Path,
    name: str,
    data: TrainingData,
    part: Part,
    probabilities: NDArray[np.float32],
    measured_on: MeasuredOn,
    split: str,
    *,
    in_folds: bool = False,
    weights: str = "",
) -> None:
    rows = part.positions.tolist()
    answers = make_answers(
        data.classes,
        measured_on,
        probabilities,
        part.labels,
        hashes=[data.content_hashes[row] for row in rows],
        paths=[data.paths[row] if data.paths else data.content_hashes[row] for row in rows],
        split=split,
        folds=[folds[part.positions] for folds in data.folds] if in_folds else (),
        weights=weights,
    )
    write_answers(model.parent / name, answers)
