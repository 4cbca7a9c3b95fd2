"""How sturdy a model is: the same pictures darker, brighter, blurred, noisy, compressed, turned and cut, asked again.

Knows squares, their labels and what answers them; knows no file. The changes are the same every time.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from tl_core.evaluation.comparing import CHANCE, mcnemar
from tl_core.evaluation.rates import Rate, percent, rate

Square = npt.NDArray[np.uint8]
Squares = npt.NDArray[np.uint8]
Answer = Callable[[Squares], npt.NDArray[np.float32]]

DARK, BRIGHT, NOISE, QUALITY, DEGREES, KEPT_SIDE, BLUR = 0.4, 1.7, 20.0, 12, 20.0, 0.7, 0.015
WEAK = 0.05  # of the pictures that it no longer is right on, at least, is called a weakness
AT_ONCE = 32


def _light(factor: float) -> Callable[[Square, int], Square]:
    return lambda square, _seed: np.clip(square * factor, 0, 255).astype(np.uint8)


def _blurred(square: Square, _seed: int) -> Square:
    return np.asarray(Image.fromarray(square).filter(ImageFilter.GaussianBlur(BLUR * len(square))))


def _noisy(square: Square, seed: int) -> Square:
    noise = np.random.default_rng(seed).normal(0, NOISE, size=square.shape)
    return np.clip(square + noise, 0, 255).astype(np.uint8)


def _compressed(square: Square, _seed: int) -> Square:
    written = io.BytesIO()
    Image.fromarray(square).save(written, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(written).convert("RGB"))


def _turned(square: Square, seed: int) -> Square:
    """To the left and to the right in turn; the corners that come free are filled by what lies beside them."""
    margin = len(square) // 4
    wider = np.pad(square, ((margin, margin), (margin, margin), (0, 0)), mode="reflect")
    degrees = DEGREES if seed % 2 else -DEGREES
    turned = Image.fromarray(wider).rotate(degrees, Image.Resampling.BILINEAR)
    return np.asarray(turned)[margin : margin + len(square), margin : margin + len(square)]


def _cut(square: Square, _seed: int) -> Square:
    side = len(square)
    margin = round(side * (1 - KEPT_SIDE) / 2)
    part = Image.fromarray(square).crop((margin, margin, side - margin, side - margin))
    return np.asarray(part.resize((side, side), Image.Resampling.BICUBIC))


CHANGES: dict[str, Callable[[Square, int], Square]] = {
    "dark": _light(DARK),
    "bright": _light(BRIGHT),
    "blur": _blurred,
    "noise": _noisy,
    "jpeg": _compressed,
    "rotation": _turned,
    "crop": _cut,
}
PICTURES = {
    "dark": "dark pictures",
    "bright": "bright pictures",
    "blur": "blurred pictures",
    "noise": "noisy pictures",
    "jpeg": "strongly compressed pictures",
    "rotation": "turned pictures",
    "crop": "pictures cut closer",
}
# Which variations in training show the network such pictures; none shows it blur, noise and compression.
MENDED_BY = {"dark": "strong", "bright": "strong", "rotation": "strong", "crop": "strong"}


@dataclass(frozen=True, slots=True)
class Changed:
    """How right the model is on the changed pictures. `p_value`: how often chance alone makes such a difference."""

    change: str
    right: Rate
    before: Rate
    p_value: float

    @property
    def loss(self) -> float:
        return (self.before.part - self.right.part) / max(self.before.whole, 1)

    @property
    def is_weak(self) -> bool:
        return self.loss >= WEAK and self.p_value < CHANCE

    def to_dict(self) -> dict[str, Any]:
        return {
            "change": self.change,
            "right": self.right.part,
            "before": self.before.part,
            "pictures": self.right.whole,
            "p_value": self.p_value,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Changed:
        whole = values["pictures"]
        return cls(values["change"], rate(values["right"], whole), rate(values["before"], whole), values["p_value"])


def sturdiness(answer: Answer, squares: Squares, labels: npt.NDArray[np.int64]) -> Iterator[Changed]:
    """One value for each of CHANGES, in that order, as they are ready; `answer` gives probabilities of squares."""
    plain = _right(answer, squares, labels)
    for change in CHANGES:
        found = _right(answer, np.stack([CHANGES[change](square, at) for at, square in enumerate(squares)]), labels)
        before, after = int(plain.sum()), int(found.sum())
        p_value = mcnemar(int((plain & ~found).sum()), int((found & ~plain).sum()))
        yield Changed(change, rate(after, len(labels)), rate(before, len(labels)), p_value)


def weakest(changes: Sequence[Changed]) -> Changed | None:
    """The change that costs most, where any is more than chance."""
    weak = [changed for changed in changes if changed.is_weak]
    return max(weak, key=lambda changed: changed.loss, default=None)


def in_words(changes: Sequence[Changed]) -> str:
    """What it is weakest on, and what would mend that."""
    weak = weakest(changes)
    if weak is None:
        pictures = changes[0].right.whole if changes else 0
        return f"No change to {pictures:,} pictures made it clearly worse, as far as so many can show."
    told = (
        f"It is weakest on {PICTURES[weak.change]}: right on {percent(weak.right.part / weak.right.whole)} % of "
        f"{weak.right.whole:,}, instead of {percent(weak.before.part / weak.before.whole)} %."
    )
    if weak.change in MENDED_BY:
        return f"{told} Train with augment set to {MENDED_BY[weak.change]}, which shows it such pictures."
    return f"{told} No variation in training shows it such pictures: bring some, if it will meet them."


def _right(answer: Answer, squares: Squares, labels: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    rows = [answer(squares[start : start + AT_ONCE]).argmax(axis=1) for start in range(0, len(squares), AT_ONCE)]
    right: npt.NDArray[np.bool_] = np.concatenate(rows) == labels
    return right
