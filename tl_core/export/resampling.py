"""Pillow's antialiased resizing as arithmetic on tensors, to the last bit, so that a graph can hold it.

Knows numbers alone: no picture file, no network. Pillow counts in whole numbers of 2^-22; doubles hold these exactly.
Source: `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's src/libImaging/Resample.c.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

UNIT = float(1 << 22)  # Pillow's PRECISION_BITS: 32 - 8 - 2
BICUBIC_A = -0.5


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a resize: `begin` and `pixels` of what is resized, `resized` to how many, of which `first` on.

    Each is a tensor of one double, since a graph learns them from the picture.
    """

    begin: Tensor
    pixels: Tensor
    resized: Tensor
    first: Tensor


def triangle(distance: Tensor) -> Tensor:
    return (1.0 - distance).clamp(min=0.0)


def cubic(distance: Tensor) -> Tensor:
    """The cubic convolution of a = -0.5, in the order in which Pillow multiplies."""
    near = ((BICUBIC_A + 2.0) * distance - (BICUBIC_A + 3.0)) * distance * distance + 1.0
    far = (((distance - 5.0) * distance + 8.0) * distance - 4.0) * BICUBIC_A
    return torch.where(distance < 1.0, near, torch.where(distance < 2.0, far, torch.zeros_like(distance)))


FILTERS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {"bilinear": (triangle, 1.0), "bicubic": (cubic, 2.0)}


def coefficients(side: Side, interpolation: str, *, sources: int, size: int) -> Tensor:
    """What each of `sources` pixels adds to each of `size` resized ones, in units: (size, sources) in doubles."""
    curve, reach = FILTERS[interpolation]
    scale = side.pixels / side.resized
    stretch = scale.clamp(min=1.0)
    middles = ((torch.arange(size, dtype=torch.float64) + side.first + 0.5) * scale)[:, None]
    low = (middles - reach * stretch + 0.5).floor().clamp(min=0.0)
    high = torch.minimum((middles + reach * stretch + 0.5).floor(), side.pixels)
    places = (torch.arange(sources, dtype=torch.float64) - side.begin)[None]
    raw = curve(((places - middles + 0.5) * (1.0 / stretch)).abs())
    raw = torch.where((places >= low) & (places < high), raw, torch.zeros_like(raw))
    units = raw / raw.sum(1, keepdim=True) * UNIT
    return torch.sign(units) * (units.abs() + 0.5).floor()


def levels(sums: Tensor) -> Tensor:
    """Sums of pixels times units as whole levels from 0 to 255, still doubles."""
    return ((sums + UNIT / 2) / UNIT).floor().clamp(0.0, 255.0)
