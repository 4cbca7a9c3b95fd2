"""A part of a network that runs by itself: frozen for good, or switching between its training and scoring graphs.

Knows nothing about where it was cut.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn


class FrozenPart(nn.Module):
    """A part that is always in eval mode, whoever calls `.train()` on it or on the network it came from."""

    def __init__(self, scoring: nn.Module) -> None:
        super().__init__()
        self.scoring = scoring
        self.train(False)

    def train(self, mode: bool = True) -> FrozenPart:
        """Stays in eval mode; `mode` is accepted because `nn.Module.eval` and every trainer pass it."""
        del mode
        super().train(False)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        # The modules are the network's own: somebody may have put those into train mode since.
        if any(module.training for module in self.scoring.modules()):
            self.train(False)
        result: torch.Tensor = self.scoring(x)
        return result


class TrainablePart(nn.Module):
    """A part with one graph for training, where dropout acts, and one for scoring; `.train()` and `.eval()` choose.

    `frozen` are submodules that stay in eval mode in both, but for those that `keep_awake` names.
    """

    def __init__(self, training_graph: nn.Module, scoring_graph: nn.Module, frozen: Sequence[nn.Module]) -> None:
        super().__init__()
        self.training_graph = training_graph
        self.scoring_graph = scoring_graph
        self._frozen = tuple(frozen)
        self._awake: tuple[nn.Module, ...] = ()
        self.train(True)

    def keep_awake(self, modules: Sequence[nn.Module]) -> None:
        """These follow `.train()` though they lie in what is frozen: batch norms that learn along."""
        self._awake = tuple(modules)

    def train(self, mode: bool = True) -> TrainablePart:
        """As nn.Module's, but what is frozen stays in eval mode."""
        super().train(mode)
        for module in self._frozen:
            module.eval()
        for module in self._awake:
            module.train(mode)
        return self

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if any(module.training and module not in self._awake for module in self._frozen):
            for module in self._frozen:
                module.eval()
            for module in self._awake:
                module.train(self.training)
        result: torch.Tensor = self.training_graph(x) if self.training else self.scoring_graph(x)
        return result
