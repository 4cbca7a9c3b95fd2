"""Varied views of pictures, in batches on tensors. A view is a pure function of (seed, its number, picture).

Knows neither files nor networks. Input and output are uint8 squares, so that normalising stays in one place. It works
where the squares lie, on a processor or a graphics card, and never waits for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tl_core.training.sending import sent
from tl_core.training.trivial import one_change

Squares = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Strength:
    """How far a view may go. `smallest_side` is of the square; the rest are the largest deviations either way."""

    smallest_side: float
    stretch: float = 0.0  # aspect ratio, as a share
    degrees: float = 0.0
    light: float = 0.0  # brightness, contrast and saturation, as shares
    erase: float = 0.0  # chance that a patch is greyed out
    one_change: bool = False  # one random change of place, light or colour (TrivialAugment)


@dataclass(frozen=True, slots=True)
class Flips:
    """Which ways round a view may be."""

    mirror: bool
    upside_down: bool = False


# Views are cut from squares of the network's own resize: 256 pixels for 224 with many networks, with some 236 or no
# margin at all. Of the contrast between neighbouring pixels that a view of side 0.9 would have if it were cut from the
# photograph, 50 to 64 % are left from 224 pixels, 63 to 73 % from 256 and 71 to 79 % from 280 (two photographs): more
# is lost by the bilinear sampling than by the margin, so squares have none beyond the network's own.
STRENGTHS = {
    "gentle": Strength(smallest_side=0.8),
    "strong": Strength(smallest_side=0.5, stretch=0.25, degrees=15.0, light=0.3, erase=0.25),
    "trivial": Strength(smallest_side=0.8, one_change=True),
}
NUMBERS_A_VIEW = 16
MIRROR, UPSIDE_DOWN, CHANGE = 5, 12, slice(13, 16)  # which of a view's numbers say what


def picture_number(content_hash: str) -> int:
    """A picture's number for the random choices: from its content, so that adding pictures changes no other's views."""
    return int(content_hash[:12], 16)


def draws(seed: int, views: Sequence[int], pictures: Sequence[int]) -> NDArray[np.float32]:
    """Numbers in [0, 1) for a view of each picture: (pictures, NUMBERS_A_VIEW)."""
    rows = [
        np.random.default_rng([seed, view, picture]).random(NUMBERS_A_VIEW)
        for view, picture in zip(views, pictures, strict=True)
    ]
    return np.asarray(rows, dtype=np.float32).reshape(len(rows), NUMBERS_A_VIEW)


def augment(squares: Squares, numbers: NDArray[np.float32], strength: Strength, *, size: int, flips: Flips) -> Squares:
    """`varied` of arrays."""
    pixels = torch.from_numpy(np.ascontiguousarray(squares))
    views: Squares = varied(pixels, numbers, strength, size=size, flips=flips).numpy()
    return views


def varied(squares: Tensor, numbers: NDArray[np.float32], strength: Strength, *, size: int, flips: Flips) -> Tensor:
    """Views (n, size, size, 3) of squares (n, s, s, 3) on any device, by the numbers that `draws` gave."""
    values = sent(torch.from_numpy(numbers), squares.device)
    pixels = squares.permute(0, 3, 1, 2).float()  # (n, 3, s, s)
    maps = movement(values, strength, flips)
    grid = functional.affine_grid(maps, [len(pixels), 3, size, size], align_corners=False)
    views = functional.grid_sample(pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    if strength.light:
        views = relight(views, values, strength.light)
    if strength.erase:
        views = erase(views, values, strength.erase)
    if strength.one_change:
        views = one_change(views.clamp(0, 255), numbers[:, CHANGE])
    return views.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def movement(values: Tensor, strength: Strength, flips: Flips) -> Tensor:
    """Affine maps from the view to the square: crop, place, stretch, turn, flip. (n, 2, 3)"""
    side = strength.smallest_side + (1.0 - strength.smallest_side) * values[:, 0]
    stretch = 1.0 + strength.stretch * either_way(values[:, 1])
    width, height = (side * stretch.sqrt()).clamp(max=1.0), (side / stretch.sqrt()).clamp(max=1.0)
    across, down = (1.0 - width) * either_way(values[:, 2]), (1.0 - height) * either_way(values[:, 3])
    angle = float(np.deg2rad(strength.degrees)) * either_way(values[:, 4])
    if flips.mirror:
        width = torch.where(values[:, MIRROR] < 0.5, -width, width)
    if flips.upside_down:
        height = torch.where(values[:, UPSIDE_DOWN] < 0.5, -height, height)
    rows = [
        torch.stack([width * angle.cos(), -height * angle.sin(), across], dim=1),
        torch.stack([width * angle.sin(), height * angle.cos(), down], dim=1),
    ]
    return torch.stack(rows, dim=1)


def relight(views: Tensor, values: Tensor, light: float) -> Tensor:
    brightness, contrast, saturation = (1.0 + light * either_way(values[:, 6:9])).T[:, :, None, None, None]
    views = views * brightness
    middle = views.mean(dim=(1, 2, 3), keepdim=True)
    views = (views - middle) * contrast + middle
    grey = views.mean(dim=1, keepdim=True)
    relit: Tensor = (views - grey) * saturation + grey
    return relit.clamp(0, 255)


def erase(views: Tensor, values: Tensor, chance: float) -> Tensor:
    """Greys out a square patch of a quarter of the side, in some views."""
    size = views.shape[-1]
    patch = max(1, size // 4)
    start = (values[:, 9:11] * (size - patch)).long()
    place = torch.arange(size, device=views.device)
    inside_rows = (place >= start[:, :1]) & (place < start[:, :1] + patch)  # (n, size)
    inside_columns = (place >= start[:, 1:]) & (place < start[:, 1:] + patch)
    inside = inside_rows[:, None, :, None] & inside_columns[:, None, None, :]
    return torch.where(inside & (values[:, 11] < chance)[:, None, None, None], 127.0, views)


def either_way(values: Tensor) -> Tensor:
    return values * 2.0 - 1.0
