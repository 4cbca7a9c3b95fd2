"""The one value that says how a picture becomes a network's input; training, scoring, Try and bundles share it.

It knows no tensor and no file: the decoding child carries out the first half, `tl_core.data.tensors` the second.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

PREPROCESSING_VERSION = 2  # 1: without `part`; still written where there is none, so that older Thaws read it


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Upright RGB on white -> `part` -> short side to `resize_size` -> centre square of it -> centre `image_size`.

    `part`: left, top, right and bottom of the part that matters, as shares of width and height 0..1; None is the whole.
    The square is stored as uint8; the last crop, the division by 255, `mean` and `std` happen on tensors. Crop
    offsets are `(size - crop) // 2`. Training augments inside the square of `resize_size`.
    """

    image_size: int
    resize_size: int
    interpolation: str  # "bilinear" or "bicubic", Pillow's filters with antialiasing
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    version: int = 1
    part: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a part that is no rectangle within 0..1."""
        if self.part is None:
            return
        left, top, right, bottom = self.part
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError(f"part {self.part} is no rectangle within 0..1")
        object.__setattr__(self, "version", PREPROCESSING_VERSION)

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The pixels of `part` in a picture of this size: left, top, right, bottom; at least one pixel each way."""
        left, top, right, bottom = self.part or (0.0, 0.0, 1.0, 1.0)
        first, upper = min(round(left * width), width - 1), min(round(top * height), height - 1)
        return first, upper, max(round(right * width), first + 1), max(round(bottom * height), upper + 1)

    def to_dict(self) -> dict[str, Any]:
        values = dataclasses.asdict(self)
        if self.part is None:
            del values["part"]
        return values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Preprocessing:
        part = values.get("part")
        lists = {"mean": tuple(values["mean"]), "std": tuple(values["std"]), "part": tuple(part) if part else None}
        return cls(**{**values, **lists})
