"""About 120 drawn pictures of four kinds of flowers, the same on every machine, with known faults planted in them.

It decides what stands where; `flowers.py` draws.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageEnhance

from tl_core.data.samples.flowers import KINDS, Flower
from tl_core.data.samples.paint import background, lit, places

SIDE = 256
ENLARGED = 2  # drawn twice as large, then reduced: smooth edges
SEED = 20260
TRAIN, TEST = 22, 8  # pictures of each kind
QUALITY = 90


@dataclass(frozen=True, slots=True)
class Fault:
    """A picture that lies where it should not: `kind` is what it shows, `label` the folder it is put in."""

    number: int
    kind: str
    label: str


WRONG = (Fault(5, "tulip", "daisy"), Fault(13, "violet", "sunflower"))
COPIED = ("daisy", 3)  # this training picture comes back in test/, a little brighter and saved again
README = """Garden

{images} pictures of four kinds of flowers, drawn by Thaw itself with Pillow: daisy, sunflower, tulip, violet. They vary
in colour, size, number, light and background. train/ has {train} of each kind to learn from, test/ {test} to judge by.

Three faults were planted, so that you can see what finding them looks like:
- train/daisy/{wrong_a} shows tulips.
- train/sunflower/{wrong_b} shows violets.
- test/daisy/{copy} is train/daisy/{original}, a little brighter: the same picture on both sides of the split.

Do with them what you like (CC0).
"""


def write_garden(out_dir: Path) -> list[str]:
    """Writes train/, test/ and README.txt; returns facts as sentences."""
    for split, count in (("train", TRAIN), ("test", TEST)):
        for label in KINDS:
            folder = out_dir / split / label
            folder.mkdir(parents=True)
            for number in range(count):
                _picture(split, label, number).save(folder / _file_name(label, number), quality=QUALITY)
    kind, number = COPIED
    copy_name = _file_name(kind, TEST)
    brighter = ImageEnhance.Brightness(_picture("train", kind, number)).enhance(1.05)
    brighter.save(out_dir / "test" / kind / copy_name, quality=80)
    total = (TRAIN + TEST) * len(KINDS) + 1
    names = {
        "wrong_a": _file_name(WRONG[0].label, WRONG[0].number),
        "wrong_b": _file_name(WRONG[1].label, WRONG[1].number),
        "copy": copy_name,
        "original": _file_name(kind, number),
    }
    text = README.format(images=total, train=TRAIN, test=TEST, **names)
    (out_dir / "README.txt").write_text(text, encoding="utf-8")
    return [
        f"{total} pictures of {len(KINDS)} kinds ({', '.join(KINDS)}), {SIDE} x {SIDE} pixels, in train/ and test/.",
        f"Planted: two wrong labels (train/daisy/{names['wrong_a']}, train/sunflower/{names['wrong_b']}).",
        f"Planted: test/daisy/{copy_name} is nearly train/daisy/{names['original']}.",
    ]


def _picture(split: str, label: str, number: int) -> Image.Image:
    kind = label
    for fault in WRONG:
        if split == "train" and (fault.label, fault.number) == (label, number):
            kind = fault.kind
    rng = random.Random(f"{SEED}/{split}/{label}/{number}")
    return _scene(kind, rng)


def _scene(kind: str, rng: random.Random) -> Image.Image:
    """One to seven flowers of a kind, before a background, in some light."""
    big = SIDE * ENLARGED
    canvas = background(rng, big)
    count = rng.choice((1, 1, 2, 3, 3, 4, 5, 7))
    radius = big * {1: 0.27, 2: 0.21, 3: 0.17}.get(count, 0.13) * rng.uniform(0.8, 1.15)
    pen = ImageDraw.Draw(canvas)
    for centre in places(rng, count, big, radius):
        KINDS[kind](Flower(pen, rng, centre, radius * rng.uniform(0.85, 1.15), big))
    return lit(canvas.resize((SIDE, SIDE), Image.Resampling.LANCZOS), rng)


def _file_name(label: str, number: int) -> str:
    return f"{label}_{number + 1:02d}.jpg"
