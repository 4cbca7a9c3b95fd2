"""Optimizer and learning-rate schedule. Knows parameters and step numbers; neither pictures nor stages."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from tl_core.training.plan_values import TrainingPlan

MOMENTUM = 0.9
LAST_FACTOR = 0.01  # of the peak, where the cosine ends: steps of exactly zero would be wasted


def make_optimizer(plan: TrainingPlan, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """adamw, adam or sgd over two groups; biases and norms (one-dimensional) get no weight decay."""
    groups = parameter_groups(parameters, plan.weight_decay)
    if plan.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=plan.learning_rate, momentum=MOMENTUM, nesterov=True)
    kind: type[torch.optim.Adam] = {"adamw": torch.optim.AdamW, "adam": torch.optim.Adam}[plan.optimizer]
    return kind(groups, lr=plan.learning_rate, fused=plan.device in ("cpu", "cuda"))


def parameter_groups(parameters: Iterable[nn.Parameter], weight_decay: float) -> list[dict[str, Any]]:
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    groups = [
        {"params": [parameter for parameter in trained if parameter.ndim > 1], "weight_decay": weight_decay},
        {"params": [parameter for parameter in trained if parameter.ndim <= 1], "weight_decay": 0.0},
    ]
    return [group for group in groups if group["params"]]


def learning_rate_at(plan: TrainingPlan, step: int) -> float:
    """The rate of a step, counted from 0: a straight warm-up, then a cosine or a constant."""
    warmup = min(round(plan.warmup_epochs * plan.steps_per_epoch), plan.steps)
    if step < warmup:
        return plan.learning_rate * (step + 1) / warmup
    if plan.schedule == "constant":
        return plan.learning_rate
    progress = (step - warmup) / max(1, plan.steps - 1 - warmup)
    wave = 0.5 * (1.0 + math.cos(math.pi * min(1.0, progress)))
    return plan.learning_rate * (LAST_FACTOR + (1.0 - LAST_FACTOR) * wave)


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
