"""Keeps and brings back what training changes: trained weights and their running statistics. Knows no plan.

Files are safetensors, written under a temporary name and moved.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from tl_core.errors import RunError
from tl_core.platform import atomic_write_bytes

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


def save_weights(path: Path, weights: Weights, *, epoch: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write_bytes(path, safetensors.torch.save(weights, metadata={"epoch": str(epoch)}))


def load_weights(path: Path) -> tuple[Weights, int]:
    """The weights and the epoch after which they were kept. Raises RunError where the file is absent or damaged."""
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 the file is no dict
            return weights, int((file.metadata() or {})["epoch"])
    except (OSError, ValueError, KeyError, safetensors.SafetensorError) as error:
        raise RunError(f"The checkpoint '{path.name}' cannot be read: {error}.", "Start the run again.") from error
