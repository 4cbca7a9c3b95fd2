"""The first model, saved as soon as its head is fitted, so that it can be tried while the rest of the run goes on.

Knows what it is worth by then, and where that was measured; the run's own result is measured at its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from torch import nn

from tl_core.evaluation.scores import wilson
from tl_core.events import Event, ModelReady, Phase
from tl_core.export.bundle import save_model
from tl_core.training.head_phase import FirstModel
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.scoring import model_config


def first_saved(plan: TrainingPlan, first: FirstModel, module: nn.Module, folder: Path) -> Iterator[Event]:
    """Saves the network with its fitted head into the model's folder and says what it is worth so far."""
    yield Phase("saving", 0, 1)
    save_model(folder, module, model_config(plan))
    worth = worth_of(first)
    if worth is not None:
        yield worth


def worth_of(first: FirstModel) -> ModelReady | None:
    """On the validation pictures, which the head has not seen; without any, each picture left out in turn.

    None from scratch: nothing was fitted.
    """
    if first.loo_probabilities is None:
        return None
    if first.val_accuracy is not None:
        measured_on, images, accuracy = "validation", len(first.data.val), first.val_accuracy
    else:
        judged = first.data.left_out
        is_right = first.loo_probabilities.argmax(axis=1) == first.data.train.labels
        measured_on, images = "cross-validation", int(judged.sum())
        accuracy = float(np.mean(is_right[judged])) if images else 0.0
    low, high = wilson(round(accuracy * images), images)
    return ModelReady(measured_on, images, accuracy, low, high)
