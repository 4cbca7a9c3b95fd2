"""The optimizer, and how far each stage goes in one step. Knows parameters by stage, no step numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn

from tl_core.backbones.stage import HEAD
from tl_core.training.plan_values import TrainingPlan

ByStage = Mapping[str, Sequence[nn.Parameter]]


def make_optimizer(plan: TrainingPlan, parameters: ByStage) -> torch.optim.Optimizer:
    """The plan's optimizer over groups that know their `scale`, the factor on the rate of the step."""
    groups, rate = parameter_groups(plan, parameters), plan.learning_rate
    fused = plan.device in ("cpu", "cuda")
    match plan.optimizer:
        case "adamw":
            return torch.optim.AdamW(groups, lr=rate, fused=fused)
        case "adam":
            return torch.optim.Adam(groups, lr=rate, fused=fused)
        case "sgd":
            on_card = True if plan.device == "cuda" else None  # None: as torch thinks best
            return torch.optim.SGD(groups, lr=rate, momentum=plan.momentum, nesterov=plan.momentum > 0, fused=on_card)
        case "rmsprop":
            return torch.optim.RMSprop(groups, lr=rate, momentum=plan.momentum)
        case "adagrad":
            return torch.optim.Adagrad(groups, lr=rate)
    raise ValueError(f"no optimizer is called '{plan.optimizer}'")


def parameter_groups(plan: TrainingPlan, parameters: ByStage) -> list[dict[str, Any]]:
    """One group for each scale, with weight decay and without: biases and norms (one-dimensional) get none."""
    groups: dict[tuple[float, bool], list[nn.Parameter]] = {}
    for stage, own in parameters.items():
        for parameter in own:
            groups.setdefault((scale_of(plan, stage), parameter.ndim > 1), []).append(parameter)
    return [
        {"params": own, "scale": scale, "weight_decay": plan.weight_decay if decays else 0.0}
        for (scale, decays), own in groups.items()
    ]


def scale_of(plan: TrainingPlan, stage: str) -> float:
    """The head has a rate of its own; each stage further from it takes smaller steps by `layer_decay`."""
    if stage == HEAD:
        return 1.0 if plan.head_learning_rate is None else plan.head_learning_rate / plan.learning_rate
    names = [stage.name for stage in plan.stages if stage.name != HEAD]
    return float(plan.layer_decay ** (len(names) - 1 - names.index(stage)))


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate * group["scale"]
