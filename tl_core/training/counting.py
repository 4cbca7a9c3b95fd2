"""What steps found out: the loss, and how many were right, read from the device some time after the step.

Reading one number makes the program wait for all that the device has still to do, and then the device waits for the
program. So a graphics card's numbers stay on it until somebody asks for them all. Knows neither networks nor rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Computed:
    """`loss` is the mean over so many pictures; `loss` and `correct` lie where they were computed, without a shape."""

    step: int
    pictures: int
    loss: Tensor
    correct: Tensor


@dataclass(frozen=True, slots=True)
class Counted:
    """The same as numbers."""

    step: int
    pictures: int
    loss: float
    correct: int


class Counting:
    """Owns what nobody has read yet, in the order of the steps."""

    def __init__(self) -> None:
        self._waiting: list[Computed] = []

    def add(self, computed: Computed) -> None:
        self._waiting.append(computed)

    def read(self) -> list[Counted]:
        """Everything since the last reading; waits for the device twice, however many steps there are."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        losses = torch.stack([computed.loss for computed in waiting]).tolist()
        correct = torch.stack([computed.correct for computed in waiting]).tolist()
        return [
            Counted(computed.step, computed.pictures, loss, right)
            for computed, loss, right in zip(waiting, losses, correct, strict=True)
        ]
