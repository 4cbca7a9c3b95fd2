"""TrivialAugment (arXiv 2103.10158): for each picture one change at random, at a random strength. Batched on tensors.

The changes and their widest strengths are torchvision's TrivialAugmentWide. Knows pixels from 0 to 255 only.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tl_core.training.sending import sent

Change = Callable[[Tensor, Tensor, Tensor], Tensor]  # pixels (n, 3, s, s), amount 0 to 1 (n,), sign (n,) -> pixels
GREY = torch.tensor([0.2989, 0.587, 0.114])
VALUES = 256


def one_change(pixels: Tensor, numbers: NDArray[np.float32]) -> Tensor:
    """pixels (n, 3, s, s); numbers (n, 3) in [0, 1): which change, how much, and which way round.

    Which pictures take which change is known without asking the device where the pixels are.
    """
    kinds = (numbers[:, 0] * np.float32(len(CHANGES))).astype(np.int64)
    signs = np.where(numbers[:, 2] < 0.5, np.float32(-1.0), np.float32(1.0))
    changed = pixels.clone()
    for kind in np.unique(kinds).tolist():
        own = np.flatnonzero(kinds == kind)
        rows, amount, sign = (
            sent(torch.from_numpy(values), pixels.device) for values in (own, numbers[own, 1], signs[own])
        )
        changed[rows] = CHANGES[kind](pixels[rows], amount, sign).clamp(0, 255)
    return changed


def same(pixels: Tensor, _amount: Tensor, _sign: Tensor) -> Tensor:
    return pixels


def moved(pixels: Tensor, maps: Tensor) -> Tensor:
    """maps (n, 2, 3) from the result to the picture; what comes from outside is black."""
    grid = functional.affine_grid(maps, list(pixels.shape), align_corners=False)
    return functional.grid_sample(pixels, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def maps_of(count: int, entries: dict[tuple[int, int], Tensor]) -> Tensor:
    device = next(iter(entries.values())).device
    maps = torch.zeros(count, 2, 3, device=device)
    maps[:, 0, 0] = maps[:, 1, 1] = 1.0
    for (row, column), values in entries.items():
        maps[:, row, column] = values
    return maps


def shear_x(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return moved(pixels, maps_of(len(pixels), {(0, 1): 0.99 * amount * sign}))


def shear_y(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return moved(pixels, maps_of(len(pixels), {(1, 0): 0.99 * amount * sign}))


def shift_x(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    """Up to 32 pixels of 224, as a share of the side."""
    return moved(pixels, maps_of(len(pixels), {(0, 2): 2 * 32 / 224 * amount * sign}))


def shift_y(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return moved(pixels, maps_of(len(pixels), {(1, 2): 2 * 32 / 224 * amount * sign}))


def turned(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    """Up to 135 degrees."""
    angle = torch.deg2rad(135.0 * amount * sign)
    entries = {(0, 0): angle.cos(), (0, 1): -angle.sin(), (1, 0): angle.sin(), (1, 1): angle.cos()}
    return moved(pixels, maps_of(len(pixels), entries))


def blended(pixels: Tensor, base: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    """Towards or away from `base`: factors from 0.01 to 1.99."""
    factor = (1.0 + 0.99 * amount * sign)[:, None, None, None]
    return base + factor * (pixels - base)


def grey_of(pixels: Tensor) -> Tensor:
    return (pixels * sent(GREY, pixels.device)[:, None, None]).sum(dim=1, keepdim=True)


def brightness(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return blended(pixels, torch.zeros(()), amount, sign)


def colour(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return blended(pixels, grey_of(pixels), amount, sign)


def contrast(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    return blended(pixels, grey_of(pixels).mean(dim=(1, 2, 3), keepdim=True), amount, sign)


def sharpness(pixels: Tensor, amount: Tensor, sign: Tensor) -> Tensor:
    kernel = torch.ones(3, 1, 3, 3, device=pixels.device)
    kernel[:, :, 1, 1] = 5.0
    smooth = pixels.clone()
    smooth[:, :, 1:-1, 1:-1] = functional.conv2d(pixels, kernel / kernel[0].sum(), groups=3)
    return blended(pixels, smooth, amount, sign)


def posterised(pixels: Tensor, amount: Tensor, _sign: Tensor) -> Tensor:
    """Down to two bits a colour."""
    step = torch.pow(2.0, (6.0 * amount).round())[:, None, None, None]
    return (pixels / step).floor() * step


def solarised(pixels: Tensor, amount: Tensor, _sign: Tensor) -> Tensor:
    """Whatever is brighter than a threshold turns to its negative."""
    threshold = (255.0 * (1.0 - amount))[:, None, None, None]
    return torch.where(pixels >= threshold, 255.0 - pixels, pixels)


def stretched(pixels: Tensor, _amount: Tensor, _sign: Tensor) -> Tensor:
    """The darkest value of each colour becomes 0, the brightest 255."""
    low, high = pixels.amin(dim=(2, 3), keepdim=True), pixels.amax(dim=(2, 3), keepdim=True)
    wide = high > low
    return torch.where(wide, (pixels - low) * 255.0 / torch.where(wide, high - low, 1.0), pixels)


def equalised(pixels: Tensor, _amount: Tensor, _sign: Tensor) -> Tensor:
    """Each colour's values spread so that all are about as frequent."""
    count, _, height, width = pixels.shape
    values = pixels.round().long().reshape(count * 3, -1)  # (n * 3, s * s)
    histogram = torch.zeros(count * 3, VALUES, dtype=torch.int64, device=pixels.device)
    histogram.scatter_add_(1, values, torch.ones_like(values))  # torch.bincount would wait for a graphics card
    last = ((histogram > 0) * torch.arange(VALUES, device=pixels.device)).amax(dim=1, keepdim=True)
    step = (height * width - histogram.gather(1, last)) // (VALUES - 1)  # pixels for each value, the brightest aside
    below = functional.pad(histogram.cumsum(dim=1)[:, :-1], (1, 0))
    table = ((below + step // 2) // step.clamp(min=1)).clamp(max=VALUES - 1).float()
    equal = torch.where(step == 0, values.float(), table.gather(1, values))
    return equal.reshape(pixels.shape)


CHANGES: tuple[Change, ...] = (
    same, shear_x, shear_y, shift_x, shift_y, turned, brightness, colour, contrast, sharpness, posterised, solarised,
    stretched, equalised,
)  # fmt: skip
