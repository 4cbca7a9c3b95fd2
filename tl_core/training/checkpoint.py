"""Keeps and brings back what training changes: trained weights and their running statistics. Knows no plan.

Files are safetensors; how they get onto the disk whole, `checkpoint_files` knows.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from tl_core.errors import RunError

Weights = dict[str, Tensor]


def kept_names(module: nn.Module, trained: Collection[str]) -> tuple[str, ...]:
    """The named parameters and the buffers that lie beside them, under the names of the state dict."""
    names = set(trained)
    beside = {name.rpartition(".")[0] for name in names}
    return tuple(name for name in module.state_dict() if name in names or name.rpartition(".")[0] in beside)


def trained_weights(module: nn.Module, trained: Collection[str]) -> Weights:
    """Copies, on the CPU, of the named parameters and of the buffers that lie beside them."""
    state = module.state_dict()
    return {name: state[name].detach().to("cpu", copy=True).contiguous() for name in kept_names(module, trained)}


def restore(module: nn.Module, weights: Weights) -> None:
    """Puts kept weights back, in place. Raises KeyError for a name that the network does not have."""
    state = module.state_dict()
    with torch.no_grad():
        for name, value in weights.items():
            state[name].copy_(value)


def load_tensors(path: Path) -> Weights:
    """What a file holds, on the CPU. Raises RunError where it is absent or damaged."""
    try:
        weights: Weights = safetensors.torch.load_file(path)
        return weights
    except (OSError, ValueError, safetensors.SafetensorError) as error:
        raise RunError(f"The checkpoint '{path.name}' cannot be read: {error}.", "Start the run again.") from error
