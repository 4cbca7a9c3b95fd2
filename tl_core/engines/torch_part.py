"""A part of a network run by PyTorch on the processor: folded, channels last, in the precision that is asked for."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tl_core.engines.folding import fast_copy


class TorchPart(nn.Module):
    """Owns a fast copy: float32 pictures (n, 3, size, size) in, float32 out."""

    def __init__(self, part: nn.Module, precision: str) -> None:
        super().__init__()
        self.fast = fast_copy(part, precision)
        self.precision = precision

    def forward(self, pictures: Tensor) -> Tensor:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.precision == "bf16"):
            output: Tensor = self.fast(pictures.contiguous(memory_format=torch.channels_last))
        return output.float()
