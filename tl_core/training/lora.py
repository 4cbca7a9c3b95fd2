"""LoRA (arXiv 2106.09685): learn a small addition B A to the weight of a layer instead of the weight itself.

The addition is a parametrization of the very layers of the network, so that every graph over them has it at once;
merged, the network is a plain one again, under its own names. Knows layers; neither pictures nor steps.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork


class LowRank(nn.Module):
    """weight (out, in) -> weight + up (out, rank) times down (rank, in); starts as no addition at all."""

    def __init__(self, weight: Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.down = nn.Parameter(torch.randn(rank, inputs).to(weight) / inputs**0.5)
        self.up = nn.Parameter(torch.zeros(outputs, rank).to(weight))

    def forward(self, weight: Tensor) -> Tensor:
        with torch.autocast(weight.device.type, enabled=False):  # or the product is rounded, and merged it is not
            added: Tensor = weight + self.up @ self.down
        return added


def lora_layers(network: StagedNetwork, stage: str) -> Iterator[tuple[nn.Module, str]]:
    """The linear layers of attention and MLP in a stage that can have an addition, with the names of their weights.

    BEiT, EVA-02 and Swin read weights of their attention directly, past the layer: those are left out.
    """
    direct = network.read_directly()
    for path, child, name in linear_layers(network, stage):
        if f"{path}.{name}" not in direct:
            yield child, name


def left_out(network: StagedNetwork) -> int:
    """How many layers of attention and MLP cannot have an addition."""
    direct = network.read_directly()
    stages = [stage.name for stage in network.stages if stage.name != HEAD]
    every = [f"{path}.{name}" for stage in stages for path, _, name in linear_layers(network, stage)]
    return sum(weight in direct for weight in every)


def linear_layers(network: StagedNetwork, stage: str) -> Iterator[tuple[str, nn.Module, str]]:
    """Every such layer under its name in the network."""
    inside = network.module_names(stage)
    for path, child in network.network.module.named_modules():
        if not any(path == name or path.startswith(f"{name}.") for name in inside):
            continue
        if isinstance(child, nn.MultiheadAttention) and child.in_proj_weight is not None:
            yield path, child, "in_proj_weight"
        elif isinstance(child, nn.Linear):
            yield path, child, "weight"


def lora_sizes(network: StagedNetwork) -> dict[str, int]:
    """How many numbers a LoRA of rank 1 adds to each stage; empty for a network without attention."""
    if not any("attention" in type(module).__name__.lower() for module in network.network.module.modules()):
        return {}
    sizes = {
        stage.name: sum(sum(getattr(layer, name).shape) for layer, name in lora_layers(network, stage.name))
        for stage in network.stages
        if stage.name != HEAD
    }
    return {stage: size for stage, size in sizes.items() if size}


def add_lora(network: StagedNetwork, stage: str, rank: int) -> tuple[nn.Parameter, ...]:
    """Gives every such layer of a stage its addition; these are the parameters that learn."""
    parameters: list[nn.Parameter] = []
    for layer, name in list(lora_layers(network, stage)):
        addition = LowRank(getattr(layer, name), rank)
        parametrize.register_parametrization(layer, name, addition)
        parameters += addition.parameters()
    return tuple(parameters)


def merge_lora(module: nn.Module) -> None:
    """Folds every addition into its weight: the same answers, and plain layers again."""
    for layer in list(module.modules()):
        for name in own_additions(layer):
            parametrize.remove_parametrizations(layer, name, leave_parametrized=True)


def own_additions(layer: nn.Module) -> list[str]:
    if not parametrize.is_parametrized(layer):
        return []
    chains = layer.get_submodule("parametrizations").named_children()
    return [name for name, chain in chains if any(isinstance(link, LowRank) for link in chain.children())]
