"""What a stage of a network makes of one picture, as a few small grey maps.

Knows channels and tokens; what the maps mean, and how they are drawn, it does not know.
"""

from __future__ import annotations

import base64
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.tensors import to_batch

MAPS = 6
LARGEST_SIDE = 56  # pixels; a first convolution's 112 say no more on a card of this size
ALIKE = 0.9  # two channels with a higher correlation show the same
TRIED = 64  # the most varied channels, among which those that differ are taken


@dataclass(frozen=True, slots=True)
class FeatureMap:
    """One channel's answer to each place of the picture; 0 is its weakest, 255 its strongest."""

    channel: int
    pixels: NDArray[np.uint8]  # (height, width)

    def to_dict(self) -> dict[str, Any]:
        height, width = self.pixels.shape
        content = base64.b64encode(self.pixels.tobytes()).decode()
        return {"channel": self.channel, "width": width, "height": height, "pixels": content}


def feature_maps(
    staged: StagedNetwork, stage: str, square: NDArray[np.uint8], *, count: int = MAPS
) -> tuple[FeatureMap, ...]:
    """Up to `count` maps of the channels that vary most over `square` (resize_size, resize_size, 3) and differ.

    Empty where the stage has no places any more (one row of features a picture, the head). Raises ConfigError for an
    unknown stage.
    """
    part = staged.up_to(stage, has_places)
    if part is None:
        return ()
    batch = to_batch(square[None], staged.network.preprocessing)
    device = next(staged.network.module.parameters()).device
    with torch.no_grad():
        output = part(batch.to(device)).float().cpu()
    channels = _places(output[0], getattr(staged.network.module, "num_prefix_tokens", 0))  # (channels, h, w)
    if channels.shape[1] > LARGEST_SIDE:
        channels = F.adaptive_avg_pool2d(channels, LARGEST_SIDE)
    return tuple(FeatureMap(index, _grey(channels[index])) for index in _telling(channels, count))


def has_places(shape: tuple[int, ...]) -> bool:
    """Whether a tensor of this shape (without the batch) has a value for each place of the picture."""
    if len(shape) == 2:
        return shape[0] > 1  # (tokens, channels)
    square = len(shape) == 3 and (shape[1] == shape[2] or shape[0] == shape[1])
    return square and sorted(shape)[1] > 1


def _places(output: torch.Tensor, prefix_tokens: int) -> torch.Tensor:
    """(channels, height, width), from that, from (height, width, channels), or from (tokens, channels)."""
    if output.dim() == 2:
        side = math.isqrt(output.shape[0] - prefix_tokens)
        places = output[output.shape[0] - side * side :]  # class and register tokens come first
        return places.T.reshape(-1, side, side)
    return output if output.shape[1] == output.shape[2] else output.permute(2, 0, 1)


def _telling(channels: torch.Tensor, count: int) -> list[int]:
    """The channels with the largest spread, but for those that show the same as one taken before."""
    rows = channels.flatten(1)
    rows = rows - rows.mean(1, keepdim=True)
    spread = rows.norm(dim=1)  # (channels,)
    chosen: list[int] = []
    for index in spread.argsort(descending=True)[:TRIED].tolist():
        if len(chosen) == count or not spread[index] > 0:
            break
        alike = [abs(float(rows[index] @ rows[other] / (spread[index] * spread[other]))) for other in chosen]
        if max(alike, default=0.0) < ALIKE:
            chosen.append(index)
    return chosen


def _grey(values: torch.Tensor) -> NDArray[np.uint8]:
    """From the 1st to the 99th percentile: one burning place would leave the rest black."""
    array = values.numpy()
    low, high = np.percentile(array, (1, 99))
    scaled = (array - low) / max(float(high - low), 1e-12)
    grey: NDArray[np.uint8] = np.rint(np.clip(scaled, 0, 1) * 255).astype(np.uint8)
    return grey
