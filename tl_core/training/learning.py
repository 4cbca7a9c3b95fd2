"""What a training may change: the parameters that learn, by stage, and everything else held fast. Knows no steps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import torch
from torch import nn

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.training.freezing import last_of_prefix
from tl_core.training.lora import add_lora
from tl_core.training.norms import awake_norms
from tl_core.training.plan_values import TrainingPlan


@dataclass(frozen=True, slots=True)
class Learning:
    """`parameters` has every stage that learns at any time; `names` are theirs under the network's names."""

    parameters: dict[str, tuple[nn.Parameter, ...]]
    names: tuple[str, ...]

    def thaw(self, stages: Iterable[str]) -> dict[str, tuple[nn.Parameter, ...]]:
        """From here on these stages' parameters take gradients."""
        thawed = {stage: self.parameters[stage] for stage in stages if stage in self.parameters}
        for own in thawed.values():
            for parameter in own:
                parameter.requires_grad_(True)
        return thawed


def hold(network: StagedNetwork) -> None:
    """Nothing takes gradients until it is thawed."""
    for parameter in network.network.module.parameters():
        parameter.requires_grad_(False)


def prepare(plan: TrainingPlan, network: StagedNetwork) -> Learning:
    """Finds what will learn, and gives layers their LoRA where the plan has one. Call it after the head is in."""
    module = network.network.module
    torch.manual_seed(plan.seed)  # for LoRA's random half
    parameters: dict[str, tuple[nn.Parameter, ...]] = {}
    awake = awake_norms(plan, network)
    for stage in (stage.name for stage in plan.stages):
        own = network.parameter_names(stage)
        if stage not in plan.ever_trained:
            own = tuple(name for name in own if name.rpartition(".")[0] in awake)
        elif plan.lora_rank and stage != HEAD:
            parameters[stage] = add_lora(network, stage, plan.lora_rank)
            continue
        if own:
            parameters[stage] = tuple(module.get_parameter(name) for name in own)
    hold(network)
    every = {id(parameter) for own in parameters.values() for parameter in own}
    return Learning(parameters, tuple(name for name, value in module.named_parameters() if id(value) in every))


def learns_in(plan: TrainingPlan, learning: Learning, epoch: int) -> tuple[str, ...]:
    """The stages that take gradients from `epoch` on for the first time."""
    if epoch > 1:
        return tuple(stage for start, stage in plan.thaws if start == epoch)
    early = {stage for start, stage in plan.thaws if start <= 1}
    never = {stage for start, stage in plan.thaws if start > 1}
    frozen_for_good = set(learning.parameters) - set(plan.ever_trained)  # their batch norms learn all the same
    first = {*plan.trained, *early, *frozen_for_good} - never
    return tuple(stage.name for stage in plan.stages if stage.name in first)


def as_of(plan: TrainingPlan, epoch: int) -> TrainingPlan:
    """The plan with every stage thawed that thaws by `epoch`, and the cut where the frozen prefix ends then."""
    thawed = {stage for start, stage in plan.thaws if start <= epoch}
    names = [stage.name for stage in plan.stages]
    trained = tuple(name for name in names if name in plan.trained or name in thawed)
    cut = None if plan.cut is None else last_of_prefix(names, trained)
    return replace(plan, trained=trained, frozen=tuple(name for name in names if name not in trained), cut=cut)
