"""The one place where decoded squares become a network's input tensor. Knows nothing of files."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from tl_core.data.preprocessing import Preprocessing
from tl_core.data.views import CENTRE, view_of


def to_batch(squares: npt.NDArray[np.uint8], preprocessing: Preprocessing, view: str = CENTRE) -> torch.Tensor:
    """uint8 (n, resize_size, resize_size, 3) -> float32 (n, 3, image_size, image_size), cropped, normalised.

    In the squares' own order of memory (channels last) and in place: a sixth of the time, and the same bits.

    `view` names the look: the centre, or another for test-time augmentation. Raises ValueError for squares of another
    shape or type.
    """
    size, crop = preprocessing.resize_size, preprocessing.image_size
    if squares.dtype != np.uint8 or squares.ndim != 4 or squares.shape[1:] != (size, size, 3):
        raise ValueError(f"squares are {squares.dtype} {squares.shape}, not uint8 (n, {size}, {size}, 3)")
    look = view_of(view, preprocessing)
    inner = squares[:, look.top : look.top + crop, look.left : look.left + crop]
    inner = np.ascontiguousarray(inner[:, :, ::-1] if look.mirrored else inner)  # (n, crop, crop, 3)
    return normalised(torch.from_numpy(inner), *scale_rows(preprocessing))


def scale_rows(preprocessing: Preprocessing) -> tuple[torch.Tensor, torch.Tensor]:
    """Mean and deviation of each number in a row of pixels: (image_size * 3,)."""
    mean, std = (torch.tensor(own).repeat(preprocessing.image_size) for own in (preprocessing.mean, preprocessing.std))
    return mean, std


def normalised(cropped: torch.Tensor, mean: torch.Tensor, std: torch.Tensor) -> torch.Tensor:
    """uint8 (n, crop, crop, 3) on any device, one after the other in memory -> float32 (n, 3, crop, crop) there.

    `mean` and `std` are those of `scale_rows`, on the same device.
    """
    pixels = cropped.to(torch.float32)
    count, crop = cropped.shape[:2]
    rows = pixels.view(count * crop, crop * 3)  # long rows, so that the processor works on vectors, not on threes
    rows.div_(255).sub_(mean).div_(std)
    return pixels.permute(0, 3, 1, 2)  # (n, 3, crop, crop)
