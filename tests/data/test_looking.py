from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw, ImageFilter

from tests.data.pictures_for_tests import noise
from tl_core.data.looking import LARGER_INPUT, Looked, looked, lost_detail


def look(image: Image.Image, original: tuple[int, int] | None = None) -> Looked:
    return looked(image, original or image.size)


def sheet(scratch: int) -> Image.Image:
    """A part photographed at 3,000 pixels, softly lit, with a scratch of so many pixels."""
    image = Image.linear_gradient("L").resize((3000, 3000)).point(lambda level: 100 + level // 4).convert("RGB")
    if scratch:
        ImageDraw.Draw(image).line([(900, 700), (1500, 1900)], fill=(20, 20, 20), width=scratch)
    return image


def blobs(side: int) -> Image.Image:
    """Big things with sharp borders."""
    rng, image = random.Random(1), Image.new("RGB", (side, side), (240, 240, 240))
    for _ in range(6):
        left, top = rng.randrange(side // 2), rng.randrange(side // 2)
        fill = tuple(rng.randbytes(3))
        ImageDraw.Draw(image).ellipse([left, top, left + side // 3, top + side // 4], fill=fill)
    return image


def test_brightness_and_contrast_are_those_of_the_grey_levels() -> None:
    half = Image.new("RGB", (300, 200), "black")
    half.paste((255, 255, 255), (0, 0, 150, 200))
    seen = look(half)
    assert seen.brightness == pytest.approx(127.5)
    assert seen.contrast == pytest.approx(127.5)
    plain = look(Image.new("RGB", (30, 20), (60, 60, 60)))
    assert (plain.brightness, plain.contrast, plain.detail) == (60, 0, 0)


def test_the_signature_is_grey_levels_and_colours_and_the_hash_says_where_it_grows_brighter() -> None:
    ramp = Image.linear_gradient("L").rotate(90).resize((400, 300)).convert("RGB")
    seen = look(ramp)
    assert len(seen.signature) == 192
    assert list(seen.signature[:12]) == sorted(set(seen.signature[:12]))
    assert look(Image.new("RGB", (30, 20), (200, 100, 50))).signature[144:] == bytes((200, 100, 50)) * 16
    assert seen.difference_hash == 2**64 - 1
    assert look(ramp.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).difference_hash == 0


def test_a_five_pixel_scratch_in_a_big_photo_is_lost_and_a_broad_one_is_not() -> None:
    assert look(sheet(5)).detail > 0.6
    assert look(sheet(60)).detail < 0.3
    assert look(sheet(0)).detail == 0


def test_the_borders_of_big_things_are_kept() -> None:
    assert look(blobs(1200)).detail < 0.3


def test_a_fine_weave_is_lost_and_a_blurred_one_has_nothing_to_lose() -> None:
    weave = noise(3, (6, 6)).resize((1200, 1200)).convert("RGB")
    for at in range(0, 1200, 6):
        ImageDraw.Draw(weave).line([(at, 0), (at, 1200)], fill=(0, 0, 0), width=2)
    assert look(weave).detail > 0.5
    assert look(weave.filter(ImageFilter.GaussianBlur(20))).detail < 0.1


@pytest.mark.parametrize("size", [(28, 28), (LARGER_INPUT - 1, 900), (4, 150)])
def test_nothing_is_lost_where_a_larger_input_would_show_no_more(size: tuple[int, int]) -> None:
    assert look(noise(1, size)).detail == 0


@pytest.mark.parametrize("size", [(225, 225), (225, 9000), (447, 300), (1000, 449)])
def test_every_shape_is_measured(size: tuple[int, int]) -> None:
    assert 0 <= lost_detail(noise(2, size).convert("L")) <= 1


def test_a_picture_decoded_at_a_fraction_looks_nearly_as_the_whole() -> None:
    whole = blobs(2000)
    draft = look(whole.resize((500, 500), Image.Resampling.BOX), (2000, 2000))
    seen = look(whole)
    assert (seen.difference_hash ^ draft.difference_hash).bit_count() <= 1
    assert draft.brightness == pytest.approx(seen.brightness, abs=0.5)
    assert draft.detail == pytest.approx(seen.detail, abs=0.1)
    assert max(abs(a - b) for a, b in zip(seen.signature, draft.signature, strict=True)) <= 6
