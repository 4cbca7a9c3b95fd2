"""Saves the model and measures it, as everybody else will use it: from its own folder, in fp32. Knows no training."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import nn

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.views import CENTRE
from tl_core.engines.task import Task
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult, score
from tl_core.events import Event, Phase
from tl_core.export.bundle import save_model
from tl_core.export.model_config import ModelConfig
from tl_core.training.frozen_engine import frozen_part
from tl_core.training.head_phase import classifier_of
from tl_core.training.keeping import keep_answers, keep_cross_validated
from tl_core.training.metrics import Clock, Pace
from tl_core.training.pictures import Part, Squares, TrainingData, TrainingFiles
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Prefix
from tl_core.training.scored_features import by_features

Make = Callable[[nn.Module, Task], nn.Module]

SCORED_AT_ONCE = 32


def save_and_score(
    plan: TrainingPlan,
    network: StagedNetwork,
    data: TrainingData,
    *,
    files: TrainingFiles,
    clock: Clock,
    kept: str = "",
    is_saved: bool = False,
    head_only: Prefix | None = None,
) -> Generator[Event, None, RunResult]:
    """The model's folder, and how good it is on `plan.measured_on`; `kept` is noted in the result.

    `is_saved`: this very network lies in the folder already. `head_only` is all before the classifier where nothing
    else has learned: its features are kept, so that another head on the same pictures is scored at once.
    """
    module, folder, part = network.network.module, files.model, data.measured(plan.measured_on)
    if not is_saved:
        yield Phase("saving", 0, 1)
        save_model(folder, module, model_config(plan))
    probabilities = None
    # NVIDIA's GPUs round 32 bits in a way that only the predictor rules out, and need no kept features to be quick.
    if head_only is not None and plan.views == (CENTRE,) and plan.device != "cuda":
        probabilities = yield from by_features(plan, head_only, classifier_of(network), data, files=files, clock=clock)
    if probabilities is None:
        make = partial(faster, plan, network)
        probabilities = yield from predicted(Predictor.open(folder), data.squares, part, clock, make=make)
    measured_on: Literal["test", "validation"] = "test" if plan.measured_on == "test" else "validation"
    result = replace(score(probabilities, part.labels, plan.classes, measured_on), kept=kept)
    save_model(folder, module, model_config(plan, result))
    keep_answers(data, part, probabilities, measured_on=measured_on, model=folder)
    yield Phase("saving", 1, 1)
    return result


def faster(plan: TrainingPlan, network: StagedNetwork, _module: nn.Module, _task: Task) -> nn.Module:
    """The network as it was saved, on the engine of its frozen part; with PyTorch its batch norms are folded."""
    return frozen_part(network.whole(train=False), plan, "fp32").module


def save_cross_validated(
    plan: TrainingPlan, module: nn.Module, probabilities: NDArray[np.float32], data: TrainingData, *, folder: Path
) -> Generator[Event, None, RunResult]:
    """The model's folder; the result is what each training picture got from a head that was fitted without it.

    Pictures that somebody told a model that had answered wrong do not count.
    """
    yield Phase("saving", 0, 1)
    judged = data.left_out
    result = score(probabilities[judged], data.train.labels[judged], plan.classes, "cross-validation")
    result = replace(result, folds=plan.folds, fold_repeats=plan.fold_repeats)
    save_model(folder, module, model_config(plan, result))
    keep_cross_validated(plan, data, probabilities, model=folder)
    yield Phase("saving", 1, 1)
    return result


def predicted(
    predictor: Predictor, squares: Squares, part: Part, clock: Clock, *, make: Make | None = None
) -> Generator[Event, None, NDArray[np.float32]]:
    """Probabilities (n, classes) of a part's pictures; `make` makes the same network faster where that pays."""
    pace, rows = Pace(clock), []
    yield Phase("scoring", 0, len(part))
    for start in range(0, len(part), SCORED_AT_ONCE):
        done = min(start + SCORED_AT_ONCE, len(part))
        rows.append(predictor.hurry(np.asarray(squares[part.positions[start:done]]), len(part) - done, make=make))
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
