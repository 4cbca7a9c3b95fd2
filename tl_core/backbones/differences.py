"""Fill a network with tensors that must fit it exactly, and say in words where they do not. Knows no file."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping

import torch
from torch import nn

SHOWN_DIFFERENCES = 5


def fill(module: nn.Module, state: Mapping[str, torch.Tensor]) -> None:
    """Every tensor of `module` from `state`, which has neither more nor fewer."""
    # safetensors keeps no module versions; without them torchvision's MNASNet takes the weights for an older layout.
    whole = OrderedDict(state)
    whole._metadata = getattr(module.state_dict(), "_metadata", {})  # type: ignore[attr-defined]
    module.load_state_dict(whole, strict=True)


def differences_in_words(wanted: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]) -> str:
    """The first five, with how many more there are; "" where names, shapes and kinds are the same."""
    listed = list(_differences(wanted, found))
    more = len(listed) - SHOWN_DIFFERENCES
    return "; ".join(listed[:SHOWN_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")


def _differences(wanted: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]) -> Iterator[str]:
    for name, tensor in wanted.items():
        if name not in found:
            yield f"'{name}' is missing"
        elif found[name].shape != tensor.shape:
            yield f"'{name}' is {_shape(found[name])} instead of {_shape(tensor)}"
        elif found[name].is_floating_point() != tensor.is_floating_point() or found[name].is_complex():
            yield f"'{name}' holds {_kind(found[name])} instead of {_kind(tensor)}"
    for name in found:
        if name not in wanted:
            yield f"'{name}' is too much"


def _shape(tensor: torch.Tensor) -> str:
    return " x ".join(str(size) for size in tensor.shape) or "a single number"


def _kind(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
