"""Saves the model and measures it, as everybody else will use it: from its own folder, in fp32. Knows no training."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult, score
from tl_core.events import Event, Phase
from tl_core.export.bundle import save_model
from tl_core.export.model_config import ModelConfig
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import Part, Squares
from tl_core.training.plan_values import TrainingPlan

SCORED_AT_ONCE = 32


def save_and_score(
    plan: TrainingPlan,
    module: nn.Module,
    squares: Squares,
    part: Part,
    *,
    folder: Path,
    clock: Clock,
    kept: str = "",
    is_saved: bool = False,
) -> Generator[Event, None, RunResult]:
    """The model's folder, and how good it is on the part (plan.measured_on); `kept` is noted in the result.

    `is_saved`: this very network lies in the folder already.
    """
    if not is_saved:
        yield Phase("saving", 0, 1)
        save_model(folder, module, model_config(plan))
    probabilities = yield from predicted(Predictor.open(folder), squares, part, clock)
    if plan.measured_on == "test":
        result = score(probabilities, part.labels, plan.classes, "test")
    else:
        result = score(probabilities, part.labels, plan.classes, "validation")
    result = replace(result, kept=kept)
    save_model(folder, module, model_config(plan, result))
    yield Phase("saving", 1, 1)
    return result


def save_cross_validated(
    plan: TrainingPlan, module: nn.Module, probabilities: NDArray[np.float32], part: Part, *, folder: Path
) -> Generator[Event, None, RunResult]:
    """The model's folder; the result is what each training picture got from a head that was fitted without it."""
    yield Phase("saving", 0, 1)
    result = score(probabilities, part.labels, plan.classes, "cross-validation")
    result = replace(result, folds=plan.folds, fold_repeats=plan.fold_repeats)
    save_model(folder, module, model_config(plan, result))
    yield Phase("saving", 1, 1)
    return result


def predicted(
    predictor: Predictor, squares: Squares, part: Part, clock: Clock
) -> Generator[Event, None, NDArray[np.float32]]:
    """Probabilities (n, classes) of a part's pictures."""
    pace, rows = Pace(clock), []
    yield Phase("scoring", 0, len(part))
    for start in range(0, len(part), SCORED_AT_ONCE):
        rows.append(predictor.probabilities(np.asarray(squares[part.positions[start : start + SCORED_AT_ONCE]])))
        done = min(start + SCORED_AT_ONCE, len(part))
        if pace.due() or done == len(part):
            yield Phase("scoring", done, len(part), pace.rate(done), pace.left(done, len(part)))
    return np.concatenate(rows)


def model_config(plan: TrainingPlan, result: RunResult | None = None) -> ModelConfig:
    return ModelConfig(
        backbone=plan.backbone,
        classes=plan.classes,
        preprocessing=plan.preprocessing,
        result=None if result is None else result.to_dict(),
        views=plan.views,
        origin=plan.origin,
    )
