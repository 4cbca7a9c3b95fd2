"""Depthwise convolutions on a processor in 16 bits: forwards as they are, backwards in 32 bits.

With torch 2 on x86 the gradients of a depthwise convolution take about four times as long in bf16 as in fp32 (5 x 5,
1,152 channels: 206 ms instead of 49 ms for 8 pictures on one core), and they are most of a fine-tuning of an
EfficientNet. Knows tensors; neither networks nor plans.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode


class DepthwiseInFull(TorchFunctionMode):
    """While it is entered, depthwise convolutions that learn go back in 32 bits."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Sequence[type], args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.conv2d:
            return self._convolved(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))

    def _convolved(
        self, pictures: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
        dilation: Any = 1, groups: int = 1,
    ) -> Tensor:  # fmt: skip
        is_depthwise = 1 < groups == weight.shape[0] and weight.shape[1] == 1
        if not is_depthwise or not torch.is_grad_enabled() or isinstance(padding, str):
            return functional.conv2d(pictures, weight, bias, stride, padding, dilation, groups)
        result: Tensor = _Depthwise.apply(pictures, weight, pair(stride), pair(padding), pair(dilation))
        return result if bias is None else result + bias.to(result.dtype)[:, None, None]


class _Depthwise(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, pictures: Tensor, weight: Tensor, stride: list[int], padding: list[int], dilation: list[int]
    ) -> Tensor:
        ctx.save_for_backward(pictures, weight)
        ctx.how = (stride, padding, dilation)
        return functional.conv2d(pictures, weight, None, stride, padding, dilation, weight.shape[0])

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, None, None, None]:
        pictures, weight = ctx.saved_tensors
        stride, padding, dilation = ctx.how
        wanted = [ctx.needs_input_grad[0], ctx.needs_input_grad[1], False]
        of_pictures, of_weight, _ = torch.ops.aten.convolution_backward(
            gradients[0].float(), pictures.float(), weight.float(), None, stride, padding, dilation, False, [0, 0],
            weight.shape[0], wanted,
        )  # fmt: skip
        return (
            of_pictures.to(pictures.dtype) if wanted[0] else None,
            of_weight.to(weight.dtype) if wanted[1] else None,
            None,
            None,
            None,
        )


def pair(value: Any) -> list[int]:
    return [value, value] if isinstance(value, int) else list(value)
