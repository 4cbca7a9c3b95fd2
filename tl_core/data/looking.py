"""What a decoded picture looks like, in a few numbers: for the doctor and for finding near-duplicates. Pure Pillow.

It runs inside the limited child. It knows no file, no dataset and no threshold: `findings_*.py` judges the numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops

HASH_SIDE = 8
GREY_SIDE = 12  # the signature: so many grey levels a side, sampled softly so that a shifted copy can be computed ...
COLOUR_SIDE = 4  # ... and so many colours a side; 12 x 12 + 4 x 4 x 3 = 192 bytes
INPUT_SIDE = 224  # pixels of the short side that most networks see
LARGER_INPUT = 288  # the least that is offered instead; a smaller picture would show it nothing more
FINE_SIDE = 2 * INPUT_SIDE  # where detail is measured; decode with at least this short side
LEAST_STEP = 16  # grey levels; smaller steps are noise and compression
SPAN = 1.25  # six fine pixels span five gaps, three coarse ones as much as four: on a ramp nothing is lost
Pick = Callable[[Image.Image, Image.Image], Image.Image]


@dataclass(frozen=True, slots=True)
class Looked:
    """`brightness` and `contrast`: mean and standard deviation of the grey levels 0..255.

    `signature`: 144 bytes, 12 x 12 grey levels, then 48 bytes, 4 x 4 RGB, both row by row.
    `detail` (0..1): the share of the picture's edge energy that is gone at an input of 224 pixels; 0 where a larger
    input would not help. Measuring it takes half of a small picture's time.
    """

    difference_hash: int
    signature: bytes
    brightness: float
    contrast: float
    detail: float


def looked(image: Image.Image, original_size: tuple[int, int]) -> Looked:
    """Of an upright RGB picture, decoded at `original_size` (width, height) or, to save time, at a fraction of it."""
    grey = image.convert("L")
    brightness, contrast = _mean_and_deviation(grey)
    return Looked(
        difference_hash=difference_hash(grey.resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.BOX).tobytes()),
        signature=signature(image, grey),
        brightness=brightness,
        contrast=contrast,
        detail=lost_detail(grey) if min(original_size) >= LARGER_INPUT else 0.0,
    )


def signature(image: Image.Image, grey: Image.Image) -> bytes:
    """The picture in 192 bytes."""
    greys = grey.resize((GREY_SIDE, GREY_SIDE), Image.Resampling.BILINEAR)
    return greys.tobytes() + image.resize((COLOUR_SIDE, COLOUR_SIDE), Image.Resampling.BOX).tobytes()


def difference_hash(grey: bytes) -> int:
    """64 bits: is each pixel of a 9 x 8 grey picture brighter than its left neighbour? (Krawetz 2013, "dHash")"""
    bits = 0
    for row in range(0, 72, 9):
        for column in range(8):
            bits = bits << 1 | (grey[row + column + 1] > grey[row + column])
    return bits


def lost_detail(grey: Image.Image) -> float:
    """How much of the steps between neighbouring grey levels is averaged away at the input's size, 0..1.

    A step counts with its square. Around each pixel of the input the largest step is compared with the one that was
    there at twice the size: the border of a big thing keeps its step, a hair or a scratch does not.
    """
    short = min(grey.size)
    if short <= INPUT_SIDE:
        return 0.0
    wide, high = (2 * max(1, round(INPUT_SIDE * side / short)) for side in grey.size)
    fine = grey.resize((wide, high), Image.Resampling.BOX if short >= FINE_SIDE else Image.Resampling.BILINEAR)
    coarse = fine.reduce(2)
    before = _steps(_cells(fine, ImageChops.lighter), _cells(fine, ImageChops.darker))
    after = _steps(coarse, coarse).point(lambda step: step * SPAN)
    counting = before.point(lambda step: 255 if step >= LEAST_STEP else 0)
    all_of_it = _energy(ImageChops.darker(before, counting))
    kept = _energy(ImageChops.darker(ImageChops.darker(before, after), counting))
    return 1.0 - kept / all_of_it if all_of_it else 0.0


def _cells(fine: Image.Image, pick: Pick) -> Image.Image:
    """The picked pixel of each cell of 2 x 2: (width / 2, height / 2)."""
    wide, high = fine.size
    beside = pick(fine, fine.crop((-1, 0, wide - 1, high)))
    whole = pick(beside, beside.crop((0, -1, wide, high - 1)))
    return whole.resize((wide // 2, high // 2), Image.Resampling.NEAREST)  # takes the lower right one of each four


def _steps(brightest: Image.Image, darkest: Image.Image) -> Image.Image:
    """The difference of the brightest and the darkest around each pixel; a border of one pixel falls away."""
    return ImageChops.subtract(_around(brightest, ImageChops.lighter), _around(darkest, ImageChops.darker))


def _around(image: Image.Image, pick: Pick) -> Image.Image:
    """The picked one of each pixel and its eight neighbours; a border of one pixel falls away."""
    wide, high = image.size
    left, middle, right = (image.crop((at, 0, at + wide - 2, high)) for at in range(3))
    row = pick(pick(left, middle), right)
    upper, centre, lower = (row.crop((0, at, wide - 2, at + high - 2)) for at in range(3))
    return pick(pick(upper, centre), lower)


def _energy(steps: Image.Image) -> int:
    return sum(count * step * step for step, count in enumerate(steps.histogram()))


def _mean_and_deviation(grey: Image.Image) -> tuple[float, float]:
    levels = grey.histogram()
    pixels = sum(levels)
    mean = sum(level * count for level, count in enumerate(levels)) / pixels
    variance = sum(count * (level - mean) ** 2 for level, count in enumerate(levels)) / pixels
    return mean, math.sqrt(variance)
