"""Asks the first model whether a mirrored picture still shows the same: flowers do, digits and letters do not.

Knows one question and how to put it in words; the views themselves are made in `augment`.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from torch import nn

from tl_core.data.tensors import to_batch
from tl_core.events import Event, Warned
from tl_core.training.engine import Engine
from tl_core.training.frozen_engine import fast_copy
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan

ASKED = 128  # pictures; a few seconds on two cores
ENOUGH_TO_ASK = 20
TOLERATED = 0.1  # share of right answers that mirroring may cost


def may_mirror(
    plan: TrainingPlan, data: TrainingData, before_classifier: nn.Module, classifier: nn.Linear
) -> Generator[Event, None, bool]:
    """Whether views may be mirrored; says so where they may not. Asked on validation where there is enough of it."""
    part = data.val if len(data.val) >= ENOUGH_TO_ASK else data.train
    chosen = np.random.default_rng(plan.seed).permutation(len(part))[:ASKED]
    squares, labels = np.asarray(data.squares[part.positions[chosen]]), part.labels[chosen]
    engine, module = Engine(plan.device, plan.precision), fast_copy(before_classifier, plan.precision)
    weight, bias = classifier.weight.detach().cpu(), classifier.bias.detach().cpu()
    right = []
    for views in (squares, squares[:, :, ::-1]):
        batches = [to_batch(views[start : start + 32], plan.preprocessing) for start in range(0, len(views), 32)]
        answers = [(engine.infer(module, batch).float() @ weight.T + bias).argmax(dim=1).numpy() for batch in batches]
        right.append(float(np.mean(np.concatenate(answers) == labels)))
    plain, mirrored = right
    if mirrored >= plain - TOLERATED:
        return True
    yield Warned(
        f"Mirrored, only {mirrored:.0%} of the pictures were still recognised, instead of {plain:.0%}: "
        "which way round they are matters, so training does not mirror them."
    )
    return False
