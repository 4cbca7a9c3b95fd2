"""What a network that answers is worth on some pictures: loss and accuracy. Knows no step and no epoch."""

from __future__ import annotations

import math

import torch
from torch.nn.functional import cross_entropy

from tl_core.errors import TrainingError
from tl_core.training.counting import Computed, Counting
from tl_core.training.engine import Engine
from tl_core.training.metrics import Running
from tl_core.training.pictures import Part
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.sending import sent
from tl_core.training.trainee import Trainee

JUDGED_AT_ONCE = 64


def judged(plan: TrainingPlan, trainee: Trainee, part: Part, *, steps: int) -> tuple[float | None, float | None]:
    """Loss and accuracy after so many steps, as an answering network; None where the part is empty.

    Raises TrainingError where the loss is no number any more.
    """
    if not len(part):
        return None, None
    trainee.judge()
    engine, running, counting = Engine(plan.device, plan.precision), Running(), Counting()
    for start in range(0, len(part), JUDGED_AT_ONCE):
        positions = part.positions[start : start + JUDGED_AT_ONCE]
        truth = sent(torch.from_numpy(part.labels[start : start + JUDGED_AT_ONCE]), plan.device)
        logits = engine.answers(trainee.part, trainee.val_feed(positions)).float()
        right = (logits.argmax(dim=1) == truth).sum()
        counting.add(Computed(steps, len(positions), cross_entropy(logits, truth), right))
    for counted in counting.read():
        running.add(counted.loss, counted.correct, counted.pictures)
    if not math.isfinite(running.loss):
        raise TrainingError(
            f"The validation loss became {running.loss} after {steps} steps with the learning rate "
            f"{plan.learning_rate:g}.",
            f"Choose a smaller learning rate, for example {plan.learning_rate / 10:g}.",
        )
    return running.loss, running.accuracy
