"""Depthwise convolutions in 16 bits: the way back in 32 bits gives the gradients that there are, in every shape."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tl_core.training.depthwise import DepthwiseInFull
from tl_core.training.engine import Engine

SIXTEEN_BITS = 2.0**-8


def gradients(conv: nn.Conv2d, pictures: Tensor, *, full: bool, bf16: bool = True) -> tuple[Tensor, Tensor]:
    """The output, and every gradient in one row."""
    conv.zero_grad()
    seen = pictures.clone().requires_grad_(True)
    with torch.autocast("cpu", torch.bfloat16, enabled=bf16), DepthwiseInFull() if full else nullcontext():
        output: Tensor = conv(seen)
    (output.float() * torch.linspace(-1, 1, output.numel()).reshape(output.shape)).sum().backward()
    learned = [value.grad for value in (seen, *conv.parameters()) if value.grad is not None]
    return output.detach(), torch.cat([gradient.flatten().float() for gradient in learned])


@pytest.mark.parametrize(
    "how",
    [{}, {"stride": 2}, {"padding": (2, 1)}, {"dilation": 2, "padding": 2}, {"bias": False}, {"kernel_size": (5, 3)}],
    ids=str,
)
def test_outputs_are_those_without_it_and_gradients_are_nearer_to_those_in_32_bits(how: dict[str, Any]) -> None:
    torch.manual_seed(0)
    conv = nn.Conv2d(8, 8, **{"kernel_size": 3, "groups": 8, **how})
    pictures = torch.randn(2, 8, 9, 11).to(memory_format=torch.channels_last)
    output, own = gradients(conv, pictures, full=True)
    same, plain = gradients(conv, pictures, full=False)
    _, truth = gradients(conv, pictures, full=False, bf16=False)
    assert output.dtype == torch.bfloat16
    torch.testing.assert_close(output.float(), same.float(), rtol=2 * SIXTEEN_BITS, atol=2 * SIXTEEN_BITS)
    error = (own - truth).norm() / truth.norm()
    assert error < 2 * SIXTEEN_BITS
    assert error < 1.5 * (plain - truth).norm() / truth.norm()


def test_a_frozen_depthwise_convolution_lets_the_gradient_through() -> None:
    conv = nn.Conv2d(4, 4, 3, groups=4, bias=False).requires_grad_(False)
    _, gradient = gradients(conv, torch.randn(1, 4, 6, 6), full=True)
    assert gradient.numel() == 4 * 6 * 6
    assert conv.weight.grad is None


def test_other_convolutions_are_left_alone() -> None:
    torch.manual_seed(0)
    for conv in (
        nn.Conv2d(4, 6, 3),
        nn.Conv2d(4, 8, 3, groups=2),
        nn.Conv2d(1, 1, 3),
        nn.Conv2d(4, 4, 3, padding="same"),
    ):
        pictures = torch.randn(2, conv.in_channels, 7, 7)
        for own, plain in zip(gradients(conv, pictures, full=True), gradients(conv, pictures, full=False), strict=True):
            assert torch.equal(own, plain)


def test_a_training_in_16_bits_on_a_processor_goes_back_by_it() -> None:
    conv, pictures = nn.Conv2d(4, 4, 3, groups=4), torch.randn(1, 4, 6, 6)
    names = {}
    for precision in ("bf16", "fp32"):
        with Engine("cpu", precision).learning():
            names[precision] = type(conv(pictures).grad_fn).__name__
    # the bias is added afterwards
    assert names == {"bf16": "AddBackward0", "fp32": "ConvolutionBackward0"}
