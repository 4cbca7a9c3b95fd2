"""Draws four kinds of flowers with Pillow, petal by petal. It knows no background, no file and no dataset.

Everything that varies comes from the random generator that is passed in.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import ImageDraw

from tl_core.data.samples.paint import Colour, Point, curve, mixed, shaded, varied

STEPS = 6  # shades from a petal's edge to its heart

DAISY = ((252, 250, 244), (255, 244, 250), (250, 226, 236), (255, 250, 224), (240, 244, 255))
SUNFLOWER = ((252, 196, 20), (255, 176, 0), (255, 214, 64), (240, 150, 10), (226, 120, 24))
TULIP = ((220, 30, 46), (240, 90, 140), (250, 196, 40), (170, 60, 170), (246, 130, 40), (252, 236, 230), (120, 20, 60))
VIOLET = ((104, 70, 190), (132, 88, 214), (84, 60, 168), (160, 120, 226), (120, 60, 170), (96, 96, 220))
GREEN = ((70, 130, 50), (50, 110, 56), (96, 146, 60), (60, 120, 80))


@dataclass(frozen=True, slots=True)
class Flower:
    """Where one flower goes: `centre` and `radius` in pixels of the enlarged canvas, `ground` the picture's height."""

    pen: ImageDraw.ImageDraw
    rng: random.Random
    centre: Point
    radius: float
    ground: float


def petal(flower: Flower, angle: float, shape: Sequence[float], colours: tuple[Colour, Colour], tilt: float) -> None:
    """One petal from the centre outwards. `shape`: length, width, bulge (where it is widest), pointedness.

    `colours`: tip and heart. Drawn as nested outlines, so that it shades from edge to heart.
    """
    length, width, bulge, point = shape
    outline = curve(length, width, bulge, point)
    flower.pen.polygon(_placed(flower, outline, angle, tilt, 1.04), fill=shaded(colours[0], 0.72))
    for step in range(STEPS):
        share = step / (STEPS - 1)
        inner = [(x * (1 - 0.55 * share), y * (1 - 0.75 * share)) for x, y in outline]
        flower.pen.polygon(_placed(flower, inner, angle, tilt, 1.0), fill=mixed(colours[0], colours[1], share**1.3))


def _placed(flower: Flower, outline: Sequence[Point], angle: float, tilt: float, scale: float) -> list[Point]:
    x0, y0 = flower.centre
    cosine, sine = math.cos(angle) * scale, math.sin(angle) * scale
    return [(x0 + x * cosine - y * sine, y0 + (x * sine + y * cosine) * tilt) for x, y in outline]


def stem(flower: Flower, thickness: float, leaf: str) -> None:
    """A bent stem from the flower to the ground, with leaves: 'lance', 'heart' or 'feather'."""
    rng = flower.rng
    green = varied(rng, rng.choice(GREEN), 14)
    x0, y0 = flower.centre
    foot = x0 + rng.uniform(-0.5, 0.5) * flower.radius
    bend = rng.uniform(-0.5, 0.5) * flower.radius
    points = []
    for step in range(25):
        t = step / 24
        points.append((x0 + (foot - x0) * t + bend * math.sin(math.pi * t), y0 + (flower.ground * 1.03 - y0) * t))
    width = max(3, int(thickness * flower.radius))
    flower.pen.line(points, fill=shaded(green, 0.7), width=width, joint="curve")
    lit = [(x - width * 0.18, y) for x, y in points]
    flower.pen.line(lit, fill=green, width=max(2, width // 2), joint="curve")
    for at, side in ((0.45, -1), (0.7, 1)):
        _leaf(flower, points[int(at * 24)], side, leaf, varied(rng, green, 16))


def _leaf(flower: Flower, at: Point, side: int, kind: str, green: Colour) -> None:
    rng, radius = flower.rng, flower.radius
    length, width, bulge, point = {
        "lance": (1.7, 0.17, 0.45, 1.6), "heart": (0.75, 0.42, 0.3, 1.1), "feather": (0.7, 0.13, 0.5, 1.0),
    }[kind]  # fmt: skip
    lift = {"lance": 1.15, "heart": 0.35, "feather": 0.6}[kind] + rng.uniform(-0.15, 0.15)
    angle = -lift if side > 0 else math.pi + lift
    place = Flower(flower.pen, rng, at, radius, flower.ground)
    shape = (length * radius, width * radius, bulge, point)
    petal(place, angle, shape, (green, mixed(green, (200, 226, 120), 0.35)), 1.0)
    tip = (at[0] + math.cos(angle) * length * radius * 0.92, at[1] + math.sin(angle) * length * radius * 0.92)
    flower.pen.line([at, tip], fill=shaded(green, 1.25), width=max(2, int(0.02 * radius)))


def dome(flower: Flower, size: float, colours: tuple[Colour, Colour], tilt: float) -> None:
    """A round heart, lit from the upper left."""
    x0, y0 = flower.centre
    for step in range(STEPS):
        share = step / (STEPS - 1)
        radius = size * (1 - 0.8 * share)
        x, y = x0 - 0.22 * size * share, y0 - 0.25 * size * share * tilt
        box = (x - radius, y - radius * tilt, x + radius, y + radius * tilt)
        flower.pen.ellipse(box, fill=mixed(colours[0], colours[1], share))


def seeds(flower: Flower, size: float, count: int, colours: Sequence[Colour], tilt: float) -> None:
    """Dots in the golden angle, as seeds stand (Vogel 1979, "A better way to construct the sunflower head")."""
    x0, y0 = flower.centre
    for number in range(count):
        distance = size * math.sqrt((number + 0.5) / count) * 0.94
        angle = number * 2.399963
        x, y = x0 + distance * math.cos(angle), y0 + distance * math.sin(angle) * tilt
        dot = size * 0.055
        flower.pen.ellipse((x - dot, y - dot, x + dot, y + dot), fill=flower.rng.choice(colours))


def ring(flower: Flower, count: int, shape: Sequence[float], colours: tuple[Colour, Colour], tilt: float) -> None:
    """Petals all around, each a little different."""
    rng = flower.rng
    turn = rng.uniform(0, math.tau)
    order = list(range(count))
    rng.shuffle(order)
    for number in order:
        angle = turn + number * math.tau / count + rng.uniform(-0.06, 0.06)
        length = shape[0] * rng.uniform(0.9, 1.05)
        tip = varied(rng, colours[0], 8)
        petal(flower, angle, (length, shape[1], shape[2], shape[3]), (tip, colours[1]), tilt)


def daisy(flower: Flower) -> None:
    """Many narrow pale petals around a yellow dome."""
    rng, radius = flower.rng, flower.radius
    stem(flower, 0.07, "feather")
    tilt = rng.uniform(0.72, 1.0)
    tip = rng.choice(DAISY)
    heart = mixed(tip, rng.choice(((214, 210, 226), (226, 190, 210), (222, 214, 180))), 0.6)
    ring(flower, rng.randint(15, 21), (radius, 0.12 * radius, 0.68, 0.55), (tip, heart), tilt)
    dome(flower, 0.28 * radius, ((206, 130, 10), (255, 224, 84)), tilt)
    seeds(flower, 0.26 * radius, 46, ((255, 214, 60), (226, 160, 20), (250, 190, 40)), tilt)


def sunflower(flower: Flower) -> None:
    """Two rings of pointed golden petals around a big dark disc of seeds."""
    rng, radius = flower.rng, flower.radius
    stem(flower, 0.13, "heart")
    tilt = rng.uniform(0.8, 1.0)
    gold = rng.choice(SUNFLOWER)
    heart = mixed(gold, (196, 90, 0), 0.65)
    ring(flower, rng.randint(17, 22), (1.06 * radius, 0.15 * radius, 0.55, 1.3), (shaded(gold, 0.88), heart), tilt)
    ring(flower, rng.randint(15, 19), (0.92 * radius, 0.15 * radius, 0.55, 1.3), (gold, heart), tilt)
    dark = rng.choice(((64, 36, 18), (84, 48, 20), (48, 30, 24)))
    dome(flower, 0.47 * radius, (shaded(dark, 0.75), mixed(dark, (150, 90, 40), 0.35)), tilt)
    seeds(flower, 0.46 * radius, 150, (shaded(dark, 0.6), shaded(dark, 1.5), (140, 90, 40)), tilt)


def tulip(flower: Flower) -> None:
    """A cup seen from the side: petals that close over each other, on a straight stem with long leaves."""
    rng, radius = flower.rng, flower.radius
    x0, y0 = flower.centre
    low = Flower(flower.pen, rng, (x0, y0 + 0.75 * radius), radius, flower.ground)
    stem(low, 0.11, "lance")
    colour = rng.choice(TULIP)
    deep = mixed(shaded(colour, 0.7), (250, 220, 90), rng.choice((0.0, 0.0, 0.3)))
    lean = rng.uniform(-0.18, 0.18)
    open_by = rng.uniform(0.16, 0.34)
    back, side, front = shaded(colour, 0.74), shaded(colour, 0.9), colour
    for angle in (-open_by * 0.6, open_by * 0.6):
        petal(
            low, -math.pi / 2 + lean + angle, (1.62 * radius, 0.36 * radius, 0.5, 1.1), (back, shaded(deep, 0.9)), 1.0
        )
    for sign in (-1, 1):
        angle = -math.pi / 2 + lean + sign * (open_by + 0.1)
        petal(low, angle, (1.58 * radius, 0.42 * radius, 0.45, 1.1), (side, deep), 1.0)
    petal(low, -math.pi / 2 + lean, (1.42 * radius, 0.5 * radius, 0.42, 0.95), (front, mixed(front, deep, 0.55)), 1.0)
    tip = (low.centre[0] + math.sin(lean) * 1.2 * radius, low.centre[1] - math.cos(lean) * 1.2 * radius)
    flower.pen.line([low.centre, tip], fill=shaded(front, 0.85), width=max(2, int(0.025 * radius)))


def violet(flower: Flower) -> None:
    """Five round petals, the lowest the biggest, dark lines towards a pale throat, heart-shaped leaves."""
    rng, radius = flower.rng, flower.radius
    stem(flower, 0.06, "heart")
    colour = rng.choice(VIOLET)
    pale = mixed(colour, (236, 226, 255), 0.55)
    turn = math.pi / 2 + rng.uniform(-0.3, 0.3)
    for angle, length, width in (
        (2.55, 0.95, 0.36),
        (-2.55, 0.95, 0.36),
        (1.35, 0.86, 0.35),
        (-1.35, 0.86, 0.35),
        (0, 1.0, 0.46),
    ):
        shade = shaded(colour, 0.86 if abs(angle) > 2 else 1.0)
        petal(flower, turn + angle, (length * radius, width * radius, 0.66, 0.5), (varied(rng, shade, 8), pale), 1.0)
    x0, y0 = flower.centre
    for offset in (-0.34, -0.17, 0.0, 0.17, 0.34):
        end = (x0 + math.cos(turn + offset) * 0.62 * radius, y0 + math.sin(turn + offset) * 0.62 * radius)
        flower.pen.line([flower.centre, end], fill=shaded(colour, 0.42), width=max(2, int(0.022 * radius)))
    dome(flower, 0.12 * radius, ((236, 190, 40), (255, 250, 220)), 1.0)


KINDS: dict[str, Callable[[Flower], None]] = {
    "daisy": daisy,
    "sunflower": sunflower,
    "tulip": tulip,
    "violet": violet,
}
