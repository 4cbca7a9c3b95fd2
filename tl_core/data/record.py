"""One accepted picture and the sides it may stand on. Values only; knows nothing about how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "val", "test"]
SPLITS: tuple[Split, ...] = ("train", "val", "test")


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One accepted picture. `path` is relative to the dataset's root, with '/'; `split` is None until one is made.

    `sha256`: 64 hexadecimal digits. `taken`: seconds, the camera's local time read as UTC. `near`: number of its group
    of near-duplicates, 0 for none. `stored`: its bytes lie in the dataset's own files although the dataset has a root.
    `brightness` and `contrast`: mean and standard deviation of the grey levels 0..255.
    """

    path: str
    label: str
    split: Split | None
    sha256: str
    width: int
    height: int
    bytes: int
    group: str = ""
    taken: float | None = None
    camera: str = ""
    near: int = 0
    stored: bool = False
    brightness: float = 0.0
    contrast: float = 0.0
