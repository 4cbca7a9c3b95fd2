"""The one value that says how a picture becomes a network's input; training, scoring, Try and bundles share it.

It knows no tensor and no file: the decoding child carries out the first half, `tl_core.data.tensors` the second.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

PREPROCESSING_VERSION = 1


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Upright RGB on white -> short side to `resize_size` -> centre square of `resize_size` -> centre `image_size`.

    The square is stored as uint8; the last crop, the division by 255, `mean` and `std` happen on tensors. Crop
    offsets are `(size - crop) // 2`. Training augments inside the square of `resize_size`.
    """

    image_size: int
    resize_size: int
    interpolation: str  # "bilinear" or "bicubic", Pillow's filters with antialiasing
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    version: int = PREPROCESSING_VERSION

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Preprocessing:
        return cls(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})
