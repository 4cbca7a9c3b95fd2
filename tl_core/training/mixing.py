"""Blends pictures of a step with each other (mixup, arXiv 1710.09412) or pastes pieces in (CutMix, arXiv 1905.04899).

Which pictures, how much and where is a pure function of seed, epoch and step. Knows no labels and no network.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tl_core.training.plan_values import TrainingPlan
from tl_core.training.sending import sent

STREAM = 0x6D6978  # keeps these numbers apart from those of the views


@dataclass(frozen=True, slots=True)
class Mixture:
    """Each picture's partner in its step, and the share (0 to 1) of the picture itself.

    `box` is the piece of the partner that is pasted in (top, left, bottom, right in pixels), None where both blend.
    """

    partner: NDArray[np.int64]  # (n,)
    share: float
    box: tuple[int, int, int, int] | None = None


def mixture_of(plan: TrainingPlan, *, epoch: int, batch: int, pictures: int) -> Mixture | None:
    """None where the plan blends nothing. With both kinds on, each step takes one of the two."""
    numbers = np.random.default_rng([plan.seed, epoch, batch, STREAM])
    return drawn_mixture((plan.mixup, plan.cutmix), numbers, pictures=pictures, size=plan.preprocessing.image_size)


def drawn_mixture(
    strengths: tuple[float, float], numbers: np.random.Generator, *, pictures: int, size: int
) -> Mixture | None:
    """`strengths` of mixup and of CutMix, 0 where off."""
    mixup, cutmix = strengths
    if not mixup and not cutmix:
        return None
    paste = bool(cutmix) and (not mixup or numbers.random() < 0.5)
    strength = cutmix if paste else mixup
    share = float(numbers.beta(strength, strength))
    partner = numbers.permutation(pictures).astype(np.int64)
    if not paste:
        return Mixture(partner, share)
    side = round(size * (1.0 - share) ** 0.5)
    top, left = (int(numbers.integers(0, size - side + 1)) for _ in range(2))
    return Mixture(partner, 1.0 - side**2 / size**2, (top, left, top + side, left + side))


def mixed(pictures: Tensor, mixture: Mixture | None) -> Tensor:
    """pictures (n, 3, size, size), normalised or not."""
    if mixture is None:
        return pictures
    partners = pictures[sent(torch.from_numpy(mixture.partner), pictures.device)]
    if mixture.box is None:
        return pictures * mixture.share + partners * (1.0 - mixture.share)
    top, left, bottom, right = mixture.box
    pasted = pictures.clone()
    pasted[:, :, top:bottom, left:right] = partners[:, :, top:bottom, left:right]
    return pasted
