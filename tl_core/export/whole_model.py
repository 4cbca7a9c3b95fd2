"""A model as one graph: a picture of any size in, probabilities out, preprocessing and every look inside.

It is what a torch.export program and an ONNX file hold. The numbers are those of Pillow's resizing and of
`data.tensors`; how a file becomes upright 8-bit RGB is its reader's to know (`alone.py`, a bundle's predict.py).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.export import Dim, ExportedProgram

from tl_core.data.limits import LOCAL
from tl_core.data.preprocessing import Preprocessing
from tl_core.data.views import view_of
from tl_core.errors import BundleError
from tl_core.export.model_config import ModelConfig
from tl_core.export.resampling import Side, coefficients, levels

EXAMPLE = (97, 131, 3)  # no side is a size that means something, so that none is taken for a constant
# What tracing raises for a network that it does not know.
UNREADABLE = (
    RuntimeError,
    TypeError,
    ValueError,
    AttributeError,
    KeyError,
    NotImplementedError,
    IndexError,
    SyntaxError,
)
OTHER_FORMATS = "The weights themselves can still be taken away: choose the bundle."


class WholeModel(nn.Module):
    """uint8 (height, width, 3), upright RGB -> float32 (classes,), adding up to 1."""

    mean: Tensor
    std: Tensor

    def __init__(self, module: nn.Module, config: ModelConfig) -> None:
        super().__init__()
        self.network = module
        self._how = config.preprocessing
        self._views = tuple(view_of(name, config.preprocessing) for name in config.views)
        self._temperature = config.temperature
        self.register_buffer("mean", torch.tensor(self._how.mean)[:, None, None], persistent=False)
        self.register_buffer("std", torch.tensor(self._how.std)[:, None, None], persistent=False)

    def forward(self, picture: Tensor) -> Tensor:
        square = resized(picture, self._how)  # (3, resize_size, resize_size)
        side = self._how.image_size
        looks = []
        for view in self._views:
            look = square[:, view.top : view.top + side, view.left : view.left + side]
            looks.append(look.flip(2) if view.mirrored else look)
        pixels = torch.stack(looks).to(torch.float32)  # (looks, 3, image_size, image_size)
        outputs = self.network((pixels / 255 - self.mean) / self.std)  # (looks, classes)
        return torch.softmax(outputs.double() / self._temperature, dim=1).mean(0).float()


def resized(picture: Tensor, how: Preprocessing) -> Tensor:
    """The square that `data.pictures.square` cuts: (3, resize_size, resize_size) of whole levels, in doubles."""
    height, width = picture.shape[0], picture.shape[1]
    # Lengths as tensors, counted in the graph: arithmetic on the sizes themselves would tie it to one size.
    high, wide = torch.ones(height, dtype=torch.float64).sum(), torch.ones(width, dtype=torch.float64).sum()
    first, upper, last, lower = box(how, high, wide)
    tall, broad = lower - upper, last - first
    short = torch.minimum(tall, broad)
    size = how.resize_size
    down = coefficients(_side(upper, tall, short, size), how.interpolation, sources=height, size=size)
    across = coefficients(_side(first, broad, short, size), how.interpolation, sources=width, size=size)
    rows = levels(picture.permute(2, 0, 1).to(torch.float64) @ across.T)  # (3, height, size)
    return levels(down @ rows)


def box(how: Preprocessing, high: Tensor, wide: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """As `Preprocessing.box`: the first column and row of the part that matters, and those behind its last."""
    left, top, right, bottom = how.part or (0.0, 0.0, 1.0, 1.0)
    first, upper = torch.minimum((left * wide).round(), wide - 1), torch.minimum((top * high).round(), high - 1)
    last, lower = torch.maximum((right * wide).round(), first + 1), torch.maximum((bottom * high).round(), upper + 1)
    return first, upper, last, lower


def _side(begin: Tensor, pixels: Tensor, short: Tensor, size: int) -> Side:
    """The short side becomes `size`, the long one as much as whole numbers allow, and its middle is kept."""
    becomes = (size * pixels / short).floor()
    return Side(begin, pixels, becomes, ((becomes - size) / 2).floor())


def whole_program(module: nn.Module, config: ModelConfig) -> ExportedProgram:
    """The graph of the network on the CPU, for pictures of every size that Thaw reads. Raises BundleError."""
    plain = module.cpu().float().to(memory_format=torch.contiguous_format)
    whole = WholeModel(plain, config).eval().requires_grad_(False)
    sides = {0: Dim("height", min=LOCAL.shortest_side, max=LOCAL.side), 1: Dim("width", min=4, max=LOCAL.side)}
    try:
        with torch.no_grad():
            return torch.export.export(whole, (torch.zeros(EXAMPLE, dtype=torch.uint8),), dynamic_shapes=(sides,))
    except UNREADABLE as error:
        reason = " ".join(str(error).split())[:160]
        raise BundleError(
            f"The network '{config.backbone}' cannot be written as one graph ({reason}).", OTHER_FORMATS
        ) from error
