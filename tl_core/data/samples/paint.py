"""Colours, outlines, backgrounds and light for the drawn samples. It knows no flower, no file and no dataset."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Point = tuple[float, float]
CURVE_POINTS = 17  # on each side of a petal

SKIES: tuple[tuple[Colour, Colour], ...] = (
    ((104, 168, 232), (214, 236, 250)),  # noon
    ((250, 170, 120), (252, 226, 190)),  # dusk
    ((150, 170, 196), (226, 230, 234)),  # overcast
    ((86, 120, 190), (244, 206, 214)),  # early morning
)
MEADOWS: tuple[tuple[Colour, Colour], ...] = (
    ((60, 116, 50), (150, 190, 90)),
    ((30, 66, 40), (80, 130, 70)),
    ((110, 150, 60), (206, 216, 120)),
    ((40, 80, 66), (120, 160, 120)),
)
STUDIOS: tuple[tuple[Colour, Colour], ...] = (
    ((236, 226, 214), (210, 196, 184)),
    ((206, 222, 230), (168, 190, 204)),
    ((58, 54, 66), (24, 24, 34)),
    ((226, 208, 226), (190, 172, 200)),
)
LIGHTS: tuple[Colour, ...] = ((255, 255, 255), (255, 238, 214), (226, 236, 255), (255, 226, 200), (236, 255, 240))


def shaded(colour: Colour, factor: float) -> Colour:
    """Darker below 1, lighter above."""
    red, green, blue = (max(0, min(255, round(part * factor))) for part in colour)
    return red, green, blue


def mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def varied(rng: random.Random, colour: Colour, by: int) -> Colour:
    red, green, blue = (max(0, min(255, part + rng.randint(-by, by))) for part in colour)
    return red, green, blue


def curve(length: float, width: float, bulge: float, point: float) -> list[Point]:
    """The outline of a petal along x: widest at `bulge` (0 to 1); a `point` above 1 is sharp, below 1 round."""
    power = math.log(0.5) / math.log(bulge)
    upper = []
    for step in range(CURVE_POINTS):
        t = step / (CURVE_POINTS - 1)
        half = math.sin(math.pi * t**power)
        upper.append((length * t, width * max(0.0, half) ** (point if t > bulge else 0.9)))
    return upper + [(x, -y) for x, y in reversed(upper)]


def background(rng: random.Random, side: int) -> Image.Image:
    """A sky over hills, a meadow out of focus, or a plain backdrop; RGB, side x side."""
    kind = rng.choice(("sky", "sky", "meadow", "meadow", "meadow", "studio"))
    if kind == "studio":
        return gradient(rng.choice(STUDIOS), side)
    colours = rng.choice(MEADOWS)
    far = _landscape(rng, side // 2, colours) if kind == "sky" else _meadow(rng, side // 2, colours)
    return _grass(
        rng, far.resize((side, side), Image.Resampling.BICUBIC), colours
    )  # out of focus: half the size will do


def _landscape(rng: random.Random, side: int, colours: tuple[Colour, Colour]) -> Image.Image:
    """Clouds and three rows of hills."""
    canvas = gradient(rng.choice(SKIES), side)
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.randint(0, 4)):
        _cloud(rng, pen, side)
    canvas = canvas.filter(ImageFilter.GaussianBlur(side / 60))
    pen = ImageDraw.Draw(canvas)
    for layer in range(3):
        _hill(rng, pen, side, 0.62 + 0.13 * layer, mixed(colours[1], colours[0], layer / 2))
    return canvas.filter(ImageFilter.GaussianBlur(side / 150))


def gradient(colours: tuple[Colour, Colour], side: int) -> Image.Image:
    """From the first colour at the top to the second at the bottom."""
    ramp = Image.linear_gradient("L").resize((side, side), Image.Resampling.BICUBIC)
    return Image.composite(Image.new("RGB", (side, side), colours[1]), Image.new("RGB", (side, side), colours[0]), ramp)


def _meadow(rng: random.Random, side: int, colours: tuple[Colour, Colour]) -> Image.Image:
    """Green out of focus, with round lights."""
    canvas = gradient((colours[1], colours[0]), side)
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.randint(16, 34)):
        x, y, r = rng.uniform(0, side), rng.uniform(0, side), side * rng.uniform(0.03, 0.11)
        tone = mixed(rng.choice(colours), (255, 250, 200), rng.uniform(0.0, 0.4))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tone)
    return canvas.filter(ImageFilter.GaussianBlur(side / 45))


def _cloud(rng: random.Random, pen: ImageDraw.ImageDraw, side: int) -> None:
    x, y = rng.uniform(0, side), rng.uniform(0.05, 0.4) * side
    for _ in range(7):
        r = side * rng.uniform(0.03, 0.07)
        left, top = x + rng.uniform(-0.12, 0.12) * side, y + rng.uniform(-0.03, 0.03) * side
        pen.ellipse((left - r * 1.5, top - r, left + r * 1.5, top + r), fill=(252, 252, 252))


def _hill(rng: random.Random, pen: ImageDraw.ImageDraw, side: int, height: float, colour: Colour) -> None:
    phase, waves, swing = rng.uniform(0, math.tau), rng.uniform(0.6, 1.6), rng.uniform(0.02, 0.06)
    top = [
        (x * side / 40, side * (height + swing * math.sin(phase + waves * math.tau * x / 40))) for x in range(-1, 42)
    ]
    pen.polygon([*top, (side * 1.05, side * 1.1), (-side * 0.05, side * 1.1)], fill=colour)


def _grass(rng: random.Random, canvas: Image.Image, colours: Sequence[Colour]) -> Image.Image:
    """Blades from the lower edge, drawn sharp."""
    side = canvas.width
    pen = ImageDraw.Draw(canvas)
    for _ in range(rng.randint(40, 90)):
        x, height, lean = rng.uniform(0, side), side * rng.uniform(0.05, 0.2), rng.uniform(-0.06, 0.06) * side
        wide = side * rng.uniform(0.004, 0.009)
        colour = varied(rng, mixed(colours[0], colours[1], rng.uniform(0.0, 0.8)), 12)
        bent = (x + lean * 0.3, side - height * 0.55)
        pen.polygon(
            [(x - wide, side), bent, (x + lean, side - height), (bent[0] + wide, bent[1]), (x + wide, side)],
            fill=colour,
        )
    return canvas


def lit(canvas: Image.Image, rng: random.Random) -> Image.Image:
    """The day's light: its colour and strength, a glow from one corner, darker edges."""
    side = canvas.width
    strength = rng.uniform(0.8, 1.12)
    tint = shaded(rng.choice(LIGHTS), min(1.0, strength))
    canvas = ImageChops.multiply(canvas, Image.new("RGB", canvas.size, tint))
    around = Image.radial_gradient("L").resize((side * 2, side * 2), Image.Resampling.BICUBIC)
    left, top = (round(rng.uniform(0.0, 1.0) * side) for _ in range(2))
    glow = around.crop((left, top, left + side, top + side)).point(lambda value: max(0, 90 - value * 0.6))
    warm = Image.new("RGB", canvas.size, (255, 240, 200))
    canvas = Image.composite(ImageChops.screen(canvas, warm.point(lambda value: value * 0.55)), canvas, glow)
    edge = around.crop((side // 2, side // 2, side // 2 + side, side // 2 + side)).point(
        lambda value: max(0, value * 0.34 - 22)
    )
    return Image.composite(Image.new("RGB", canvas.size, (14, 18, 26)), canvas, edge)


def places(rng: random.Random, count: int, side: int, radius: float) -> list[Point]:
    """Where the flowers stand, apart from each other, the far ones (higher up) first."""
    found: list[Point] = []
    for _ in range(400):
        if len(found) == count:
            break
        x = rng.uniform(0.9 * radius, side - 0.9 * radius)
        y = rng.uniform(1.0 * radius, max(1.1 * radius, side * 0.72))
        if all(math.dist((x, y), other) > 1.55 * radius for other in found):
            found.append((x, y))
    return sorted(found, key=lambda place: place[1])
