"""Whether a run that goes on does so where it began: the same numbers need the same machine, threads and torch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import torch

from tl_core.training.checkpoint_files import Checkpoint
from tl_core.training.device import use_threads
from tl_core.training.plan_values import DeviceFacts, TrainingPlan

NO_LONGER = "so it is no longer exactly what it would have been without the interruption."


def made_with() -> dict[str, Any]:
    """What a checkpoint says of the program that made it."""
    return {"torch": torch.__version__}


def on_this_machine(
    plan: TrainingPlan,
    kept: Checkpoint | None,
    facts: DeviceFacts,
    *,
    use: Callable[[int], None] = use_threads,
    threads_in_use: Callable[[], int] = torch.get_num_threads,
) -> tuple[TrainingPlan, tuple[str, ...]]:
    """The plan with the threads that it had, as far as this machine gives them, and sentences for what differs."""
    told: list[str] = []
    if plan.device != facts.device:
        told.append(f"It was begun on {plan.device_name} and goes on on {facts.name}, {NO_LONGER}")
        plan = replace(
            plan,
            device=facts.device,
            device_name=facts.name,
            precision="bf16" if facts.native_bf16 else "fp32",
            threads=facts.threads,
            pictures_on_device=False,
        )
    elif plan.device_name != facts.name:
        told.append(f"It was begun on {plan.device_name} and goes on on {facts.name}, {NO_LONGER}")
    use(plan.threads)
    if threads_in_use() != plan.threads:
        told.append(f"It was begun with {plan.threads} threads and goes on with {threads_in_use()}, {NO_LONGER}")
        plan = replace(plan, threads=threads_in_use())
    before: Mapping[str, Any] = {} if kept is None else kept.state.get("made_with", {})
    if before and before != made_with():
        told.append(
            f"It was begun with PyTorch {before.get('torch')} and goes on with {torch.__version__}, {NO_LONGER}"
        )
    return plan, tuple(told)
