"""Copies to where a network runs that nobody waits for. Knows tensors and devices; neither pictures nor steps.

Copying from ordinary memory to a graphics card makes the program wait for all that the card has still to do; from
pinned memory it does not, and torch keeps that memory until the copy is done. What the card computes next on the same
stream comes after the copy.
"""

from __future__ import annotations

import torch
from torch import Tensor


def sent(values: Tensor, device: str | torch.device) -> Tensor:
    """The same values on the device; the tensor itself where it lies there already."""
    where = torch.device(device)
    if where.type != "cuda" or values.is_cuda:
        return values.to(where)
    return values.pin_memory().to(where, non_blocking=True)
