"""Where in a picture a network looked for a class: its last places, weighted by what the class's output owes to them.

HiResCAM (Draelos and Carin 2020, arXiv 2011.08891), which is Grad-CAM (Selvaraju et al. 2017, arXiv 1610.02391) on
networks that end in a mean over places, and on transformers its like over tokens. Knows squares and a network, no file.
"""

from __future__ import annotations

import base64
import math
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from tl_core.data.preprocessing import Preprocessing
from tl_core.data.tensors import to_batch

REMEMBERED = 24  # outputs of the last modules; among them is the last one whose places still matter
BORDER = 0.125  # of each side: the outer frame, 44 % of the picture's area
AT_BORDER = 0.6  # of the heat: far more than an even spread puts there
AT_ONCE = 8

Squares = npt.NDArray[np.uint8]
Grid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """`grid` (height, width) from 0 to 1, over the part of the square that the network sees; all 0: no place speaks
    for the class."""

    grid: Grid

    def to_dict(self) -> dict[str, Any]:
        height, width = self.grid.shape
        pixels = np.rint(self.grid * 255).astype(np.uint8)
        return {"width": width, "height": height, "pixels": base64.b64encode(pixels.tobytes()).decode()}

    @property
    def border_share(self) -> float:
        """How much of the heat lies in the outer frame, 0 to 1."""
        return _outside(self.grid)


def heat_maps(
    module: nn.Module, preprocessing: Preprocessing, squares: Squares, classes: Sequence[int]
) -> tuple[HeatMap, ...]:
    """For each of uint8 (n, resize_size, resize_size, 3) where the network looked for the class of that place.

    The module is left as it was: in eval, without gradients. Raises ValueError for a network without places.
    """
    found: list[HeatMap] = []
    for start in range(0, len(squares), AT_ONCE):
        batch = to_batch(squares[start : start + AT_ONCE], preprocessing)
        found += _maps(module, batch, classes[start : start + AT_ONCE])
    return tuple(found)


def mean_map(maps: Sequence[HeatMap]) -> HeatMap:
    """The average, each map counting alike however hot it is; maps of nothing count for nothing."""
    grids = [heat.grid / heat.grid.sum() for heat in maps if heat.grid.any()]
    if not grids:
        return HeatMap(np.zeros_like(maps[0].grid))
    mean = np.mean(grids, axis=0)
    return HeatMap((mean / mean.max()).astype(np.float32))


def border_warning(name: str, mean: HeatMap, pictures: int) -> str:
    """A sentence where a class is seen at the border of its pictures, else ""."""
    share = mean.border_share
    if share < AT_BORDER:
        return ""
    return (
        f"For '{name}' the model looks at the border of the pictures ({share * 100:.0f} % of its attention over "
        f"{pictures:,} pictures): it may have learned a frame, a mark or the background instead of the thing."
    )


def _maps(module: nn.Module, batch: torch.Tensor, classes: Sequence[int]) -> Iterator[HeatMap]:
    device = next(module.parameters()).device
    pictures = batch.to(device).requires_grad_()
    with torch.enable_grad(), _outputs(module) as outputs:
        logits = module(pictures)
        wanted = logits[torch.arange(len(classes)), torch.as_tensor(list(classes), device=device)].sum()
        candidates = [output for output in outputs if output.requires_grad]
        slopes: tuple[torch.Tensor | None, ...] = ()
        if candidates:
            slopes = torch.autograd.grad(wanted, candidates, allow_unused=True)
    prefix = int(getattr(module, "num_prefix_tokens", 0) or 0)
    for output, slope in reversed(list(zip(candidates, slopes, strict=True))):
        if slope is None:
            continue
        heat, matters = _over_places(output.detach() * slope, prefix), _over_places(slope.abs(), prefix)
        if heat is not None and matters is not None and matters.any():  # a class token alone may be read
            yield from (HeatMap(_scaled(one)) for one in heat.float().cpu().numpy())
            return
    raise ValueError("the network has no places, so nobody can say where it looked")


@contextmanager
def _outputs(module: nn.Module) -> Iterator[deque[torch.Tensor]]:
    """The outputs of the last modules that ran, those that have places, in order."""
    kept: deque[torch.Tensor] = deque(maxlen=REMEMBERED)

    def listen(_module: nn.Module, _inputs: Any, output: Any) -> None:
        if isinstance(output, torch.Tensor) and _has_places(output):
            kept.append(output)

    hooks = [part.register_forward_hook(listen) for part in module.modules()]
    try:
        yield kept
    finally:
        for hook in hooks:
            hook.remove()


def _has_places(output: torch.Tensor) -> bool:
    if output.dim() == 3:
        return output.shape[1] > 3  # (n, tokens, channels)
    channels_first = output.dim() == 4 and output.shape[2] == output.shape[3] > 1
    return channels_first or (output.dim() == 4 and output.shape[1] == output.shape[2] > 1)


def _over_places(values: torch.Tensor, prefix: int) -> torch.Tensor | None:
    """(n, height, width): the sum over channels, what speaks against the class left out; None without a square grid."""
    if values.dim() == 3:
        side = math.isqrt(values.shape[1] - prefix)
        if side < 2 or side * side + prefix != values.shape[1]:
            return None
        heat = values[:, prefix:].sum(dim=2).reshape(-1, side, side)
    else:
        heat = values.sum(dim=1 if values.shape[2] == values.shape[3] else 3)
    return heat.clamp(min=0)


def _scaled(heat: npt.NDArray[Any]) -> Grid:
    most = float(heat.max())
    scaled: Grid = (heat / most if most > 0 else np.zeros_like(heat)).astype(np.float32)
    return scaled


def _outside(grid: Grid) -> float:
    """By how much each place lies in the outer frame, so that coarse grids are judged like fine ones."""
    total = float(grid.sum())
    if not total:
        return 0.0
    inner_rows, inner_columns = (_inside(size) for size in grid.shape)
    return 1.0 - float(inner_rows @ grid @ inner_columns) / total


def _inside(size: int) -> Grid:
    """The share of each of so many equal parts of a side that lies between BORDER and 1 - BORDER."""
    starts, ends = np.arange(size) / size, (np.arange(size) + 1) / size
    covered = np.minimum(ends, 1 - BORDER) - np.maximum(starts, BORDER)
    share: Grid = (np.maximum(covered, 0) * size).astype(np.float32)
    return share
