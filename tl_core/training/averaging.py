"""A running average of the weights (EMA), which is steadier than the weights themselves. Knows tensors, no steps' ends.

Running averages of batch norms are averaged too: weights of one moment with statistics of another would not fit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from tl_core.training.checkpoint import kept_names


class Averaged:
    """Owns the average of some of a network's values."""

    def __init__(self, module: nn.Module, names: Collection[str], decay: float) -> None:
        state = module.state_dict(keep_vars=True)
        self._names = [name for name in kept_names(module, names) if state[name].is_floating_point()]
        self._values = [state[name].detach() for name in self._names]
        self._averages = [value.clone() for value in self._values]
        self._decay = decay
        self._steps = 0

    def update(self) -> None:
        """After a step. At first the average follows quickly, or it would remember the start for too long."""
        self._steps += 1
        decay = min(self._decay, (1 + self._steps) / (10 + self._steps))
        with torch.no_grad():
            torch._foreach_lerp_(self._averages, self._values, 1.0 - decay)

    @property
    def steps(self) -> int:
        return self._steps

    def averages(self) -> dict[str, Tensor]:
        """The averages themselves, under the names of the state dict."""
        return dict(zip(self._names, self._averages, strict=True))

    def put_back(self, averages: Mapping[str, Tensor], steps: int) -> None:
        """Goes on from averages that were kept after so many steps."""
        self._steps = steps
        _copy([averages[name] for name in self._names], self._averages)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """The network has the average for so long, then its own weights again."""
        own = [value.clone() for value in self._values]
        self.take_over()
        try:
            yield
        finally:
            _copy(own, self._values)

    def take_over(self) -> None:
        """The average becomes the network's weights."""
        _copy(self._averages, self._values)


def _copy(source: list[Tensor], target: list[Tensor]) -> None:
    with torch.no_grad():
        for one, other in zip(source, target, strict=True):
            other.copy_(one)
