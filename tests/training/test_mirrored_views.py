"""The first model is asked whether mirrored pictures still show the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch
from small_training import digits_data, small_network, small_plan
from torch import nn

from tl_core.events import Event
from tl_core.training.mirror import may_mirror
from tl_core.training.pictures import TrainingData


class BrightnessOf(nn.Module):
    """Two numbers a picture: the brightness of its left half and of its right."""

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        half = pictures.shape[-1] // 2
        return torch.stack([pictures[..., :half].mean(dim=(1, 2, 3)), pictures[..., half:].mean(dim=(1, 2, 3))], dim=1)


def sided(*, tells_sides: bool) -> tuple[TrainingData, nn.Linear]:
    """Pictures bright on the left (0) or on the right (1), or dark (0) or bright (1) altogether, and their head."""
    data = digits_data(40, 30, classes=2)
    squares = np.zeros_like(data.squares)
    for part in (data.train, data.val):
        for row, label in zip(part.positions, part.labels, strict=True):
            if tells_sides:
                squares[row, :, slice(17, None) if label else slice(None, 17)] = 255
            else:
                squares[row] = 255 * label
    classifier = nn.Linear(2, 2)
    weight = [[1.0, -1.0], [-1.0, 1.0]] if tells_sides else [[-1.0, -1.0], [1.0, 1.0]]
    with torch.no_grad():
        classifier.weight.copy_(torch.tensor(weight))
        classifier.bias.zero_()
    return replace(data, squares=squares), classifier


@pytest.mark.parametrize("tells_sides", [True, False])
def test_pictures_that_mean_something_else_mirrored_are_not_mirrored_and_it_is_said(tells_sides: bool) -> None:
    data, classifier = sided(tells_sides=tells_sides)
    plan = small_plan(data, small_network(classes=2), freeze="none")
    answers: list[bool] = []

    def ask() -> Iterator[Event]:
        answers.append((yield from may_mirror(plan, data, BrightnessOf(), classifier)))

    events = list(ask())
    assert answers == [not tells_sides]
    told = [event.message for event in events]
    expected = [
        "Mirrored, only 0% of the pictures were still recognised, instead of 100%: "
        "which way round they are matters, so training does not mirror them."
    ]
    assert told == (expected if tells_sides else [])
