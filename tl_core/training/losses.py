"""What a step tries to make small: cross entropy with doubt, class weights and blended labels. Knows no network."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from tl_core.training.mixing import Mixture
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.sending import sent


@dataclass(frozen=True, slots=True)
class Targets:
    """The labels of a step: each picture's own, and where pictures are blended those of the partners."""

    own: Tensor  # (n,)
    partner: Tensor | None = None  # (n,)
    share: float = 1.0

    def rows(self, start: int, end: int) -> Targets:
        return Targets(self.own[start:end], None if self.partner is None else self.partner[start:end], self.share)

    @property
    def foremost(self) -> Tensor:
        """The label with the larger share."""
        return self.own if self.partner is None or self.share >= 0.5 else self.partner


def targets_of(labels: Positions, mixture: Mixture | None, device: str) -> Targets:
    own = sent(torch.from_numpy(labels), device)
    if mixture is None:
        return Targets(own)
    return Targets(own, sent(torch.from_numpy(labels[mixture.partner]), device), mixture.share)


@dataclass(frozen=True, slots=True)
class Objective:
    """`weights` (classes,) have a mean of 1 over the training pictures, so that the rate means the same with them."""

    label_smoothing: float
    weights: Tensor | None = None

    @classmethod
    def of(cls, plan: TrainingPlan, data: TrainingData) -> Objective:
        if plan.class_balance != "weights":
            return cls(plan.label_smoothing)
        counts = np.bincount(data.train.labels, minlength=len(data.classes))
        weights = counts.sum() / (len(data.classes) * np.maximum(counts, 1))
        return cls(plan.label_smoothing, torch.tensor(weights, dtype=torch.float32, device=plan.device))

    def losses(self, logits: Tensor, targets: Targets) -> Tensor:
        """logits (n, classes) -> each picture's loss (n,)."""
        own = self._losses(logits, targets.own)
        if targets.partner is None:
            return own
        return targets.share * own + (1.0 - targets.share) * self._losses(logits, targets.partner)

    def _losses(self, logits: Tensor, labels: Tensor) -> Tensor:
        losses = cross_entropy(logits, labels, label_smoothing=self.label_smoothing, reduction="none")
        return losses if self.weights is None else losses * self.weights[labels]
