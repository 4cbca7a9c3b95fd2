"""Where fine-tuning may leave a worse model than its head alone, and whether it did: in words. Knows numbers only."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tl_core.events import Event, Warned
from tl_core.training.plan_values import TrainingPlan

# A batch norm that learns takes the averages of each step for those of all pictures: below 16 of them its error grows
# quickly (Group Normalization, arXiv 1803.08494), and in few steps its running averages do not arrive at new ones.
FEW_IN_A_STEP, FEW_STEPS = 16, 50
SURE = 2.0  # standard errors


def risk_of_norms(batch_norm: str, batch_size: int, steps: int) -> str | None:
    """Said beforehand where batch norms learn from too little."""
    if batch_norm != "trained" or (batch_size >= FEW_IN_A_STEP and steps >= FEW_STEPS):
        return None
    return (
        f"Batch norms learn from {batch_size} pictures at a time, in {steps:,} steps: so little can make the model "
        "much worse than its head alone; 'keep' is the safe choice for batch_norm."
    )


def cautions_of(plan: TrainingPlan) -> Iterator[Event]:
    """What may do harm; a preset keeps its head alone where it does."""
    risk = None if plan.preset else risk_of_norms(plan.batch_norm, plan.batch_size, plan.steps)
    if risk is not None:
        yield Warned(risk)


def told_of_harm(plan: TrainingPlan, before: float | None, after: float, pictures: int) -> Iterator[Event]:
    """`before` is the head's accuracy and `after` the fine-tuned network's on the same validation `pictures`."""
    ended = math.isfinite(after)  # at least one epoch
    if before is None or not ended or plan.start == "scratch" or not clearly_lower(after, before, pictures):
        return
    yield Warned(
        f"Training on made the model worse: {after:.0%} of the validation pictures are right, and with the head alone "
        f"it was {before:.0%}. Freeze more of the network, take smaller or fewer steps, or choose the preset 'better', "
        "which keeps the better one of the two."
        + (
            " Batch norms that learn need more pictures; choose 'keep' for batch_norm."
            if plan.batch_norm == "trained"
            else ""
        )
    )


def clearly_lower(after: float, before: float, pictures: int) -> bool:
    """By more than chance explains; with a right and a wrong answer added to each, as few pictures need it (Agresti and
    Caffo 2000).
    """
    one, other = ((accuracy * pictures + 1) / (pictures + 2) for accuracy in (after, before))
    error = math.sqrt((one * (1 - one) + other * (1 - other)) / (pictures + 2))
    return other - one > SURE * error
