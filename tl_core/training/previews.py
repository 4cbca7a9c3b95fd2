"""Eight varied versions of a person's own pictures, as a training would see them. Knows squares; opens no file.

They come from the very functions that training uses, so that what is shown is what is learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from tl_core.training.augment import STRENGTHS, Flips, Squares, augment, draws, picture_number
from tl_core.training.mixing import drawn_mixture, mixed

VERSIONS = 8


@dataclass(frozen=True, slots=True)
class Variation:
    """The choices that vary pictures, made concrete; the fields are those of the plan."""

    augment: str = "gentle"
    flips: str = "horizontal"
    mixup: float = 0.0
    cutmix: float = 0.0
    seed: int = 0


def augmented(squares: Squares, content_hashes: Sequence[str], how: Variation, *, size: int) -> Squares:
    """uint8 squares (n, s, s, 3) of n pictures -> uint8 (8, size, size, 3): each picture in turn, epoch by epoch."""
    rows = [version % len(squares) for version in range(VERSIONS)]
    epochs = [1 + version // len(squares) for version in range(VERSIONS)]
    if how.augment == "none":
        margin = (squares.shape[1] - size) // 2
        views = np.ascontiguousarray(squares[rows, margin : margin + size, margin : margin + size])
    else:
        numbers = draws(how.seed, epochs, [picture_number(content_hashes[row]) for row in rows])
        flips = Flips(mirror=how.flips != "none", upside_down=how.flips == "both")
        views = augment(squares[rows], numbers, STRENGTHS[how.augment], size=size, flips=flips)
    return blended(views, how)


def blended(views: Squares, how: Variation) -> Squares:
    """Each with a partner among the eight, where the choices blend pictures; each by a share of its own."""
    pixels = torch.from_numpy(views).permute(0, 3, 1, 2).float()
    shown = []
    for version in range(len(views)):
        mixture = drawn_mixture(
            (how.mixup, how.cutmix),
            np.random.default_rng([how.seed, version]),
            pictures=len(views),
            size=views.shape[1],
        )
        shown.append(mixed(pixels, mixture)[version])
    result: Squares = torch.stack(shown).round().to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()
    return result
