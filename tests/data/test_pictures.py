from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.data.pictures_for_tests import SMALL, encoded, noise
from tl_core.data import pictures
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.pictures import PictureError


@pytest.fixture(autouse=True)
def _as_in_a_child() -> Iterator[None]:
    with warnings.catch_warnings():
        pictures.quiet()
        yield


def rgb(data: bytes) -> Image.Image:
    image = pictures.open_picture(data, LOCAL)
    pictures.load(image)
    return pictures.upright_rgb(image)


def colour(data: bytes) -> tuple[int, ...]:
    found = rgb(data).getpixel((5, 5))
    assert isinstance(found, tuple)
    return found


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_the_camera_was_held(orientation: int) -> None:
    upright = noise(orientation, (48, 32))
    held = {1: (), 2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}[orientation]
    stored = upright
    for turn in held:
        stored = stored.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    back = rgb(encoded(stored, "PNG", exif=exif))
    assert np.array_equal(np.asarray(back), np.asarray(upright))


def test_a_broken_exif_block_does_not_cost_the_picture() -> None:
    data = encoded(noise(1), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert rgb(data).size == (40, 36)


def test_grey_pictures_become_three_equal_channels() -> None:
    assert colour(encoded(Image.new("L", (10, 10), 77))) == (77, 77, 77)


def test_one_bit_pictures_are_black_and_white() -> None:
    assert colour(encoded(Image.new("1", (10, 10), 1))) == (255, 255, 255)


def test_sixteen_bit_grey_is_scaled_and_not_cut_off() -> None:
    values = np.linspace(0, 65535, 256, dtype=np.uint16).reshape(16, 16)
    out = np.asarray(rgb(encoded(Image.fromarray(values))))[:, :, 0]
    assert np.array_equal(out, np.rint(values / 257).astype(np.uint8))


def test_a_sixteen_bit_tiff_is_scaled_as_a_sixteen_bit_png() -> None:
    values = np.full((10, 10), 25700, dtype=np.uint16)
    assert colour(encoded(Image.fromarray(values), "TIFF")) == (100, 100, 100)


@pytest.mark.parametrize(("top", "expected"), [(1.0, 128), (255.0, 128), (4000.0, 128)])
def test_a_floating_point_tiff_is_scaled_by_its_range(top: float, expected: int) -> None:
    values = np.zeros((10, 10), dtype=np.float32)
    values[5, 5] = top * 128 / 255
    values[0, 0] = top
    assert colour(encoded(Image.fromarray(values), "TIFF")) == (expected,) * 3


def test_palette_pictures_get_their_colours() -> None:
    image = Image.new("RGB", (10, 10), (10, 200, 30)).quantize(4)
    assert image.mode == "P"
    assert colour(encoded(image)) == (10, 200, 30)


def test_a_transparent_palette_colour_becomes_white() -> None:
    image = Image.new("P", (10, 10), 0)
    image.putpalette([200, 0, 0, 0, 0, 200])
    assert colour(encoded(image, "PNG", transparency=0)) == (255, 255, 255)
    assert colour(encoded(image, "GIF", transparency=0)) == (255, 255, 255)


def test_colours_hidden_under_full_transparency_do_not_show() -> None:
    assert colour(encoded(Image.new("RGBA", (10, 10), (255, 0, 0, 0)))) == (255, 255, 255)


def test_half_transparency_is_mixed_with_white() -> None:
    red, green, blue = colour(encoded(Image.new("RGBA", (10, 10), (255, 0, 0, 128))))
    assert red == 255
    assert 126 <= green == blue <= 128


def test_grey_with_alpha_is_put_on_white() -> None:
    assert colour(encoded(Image.new("LA", (10, 10), (0, 0)))) == (255, 255, 255)


def test_a_transparent_colour_key_becomes_white() -> None:
    image = Image.new("RGB", (10, 10), (1, 2, 3))
    assert colour(encoded(image, "PNG", transparency=(1, 2, 3))) == (255, 255, 255)


def test_print_colours_become_screen_colours() -> None:
    red, green, blue = colour(encoded(Image.new("CMYK", (10, 10), (0, 255, 255, 0)), "JPEG", quality=95))
    assert red > 200
    assert max(green, blue) < 90


def test_a_wide_colour_profile_is_turned_into_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = lab.replace(b"rXYZ", b"qXYZ").replace(b"gXYZ", b"rXYZ").replace(b"qXYZ", b"gXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "swap".encode("utf-16-be"))
    assert swapped != lab
    red, green, _ = colour(encoded(Image.new("RGB", (10, 10), (0, 255, 0)), "PNG", icc_profile=swapped))
    assert red > 200
    assert green < 60


def test_a_broken_colour_profile_is_dropped() -> None:
    data = encoded(Image.new("RGB", (10, 10), (9, 8, 7)), "PNG", icc_profile=b"no profile at all")
    assert colour(data) == (9, 8, 7)


def test_a_colour_profile_that_unpacks_to_megabytes_is_dropped() -> None:
    data = encoded(Image.new("RGB", (10, 10), (9, 8, 7)), "PNG", icc_profile=bytes(5_000_000))
    assert colour(data) == (9, 8, 7)


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (10, 10), shade) for shade in ("red", "lime", "blue")]
    for kind in ("GIF", "PNG", "WEBP"):
        options = {"lossless": True} if kind == "WEBP" else {}
        data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], **options)
        assert colour(data) == (255, 0, 0)
        image = pictures.open_picture(data, LOCAL)
        pictures.load(image)
        assert "several frames" in pictures.notes(image)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_every_format_that_is_promised_opens(kind: str) -> None:
    assert rgb(encoded(noise(3), kind)).size == (40, 36)


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PCX", "SGI", "DDS", "EPS", "PPM", "JPEG2000"])
def test_a_format_that_is_not_promised_is_refused_whatever_it_is_called(kind: str) -> None:
    with pytest.raises(PictureError, match="not a picture that can be read"):
        pictures.open_picture(encoded(noise(3, (32, 32)), kind), LOCAL)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF"])
def test_a_picture_that_was_cut_off_is_refused(kind: str) -> None:
    data = encoded(Image.effect_noise((300, 200), 90).convert("RGB"), kind)
    with pytest.raises(PictureError, match=r"damaged|cut off|not a picture"):
        rgb(data[: len(data) // 2])


def test_a_jpeg_with_bytes_behind_its_end_is_accepted() -> None:
    assert rgb(encoded(noise(3), "JPEG") + b"<html>" * 50).size == (40, 36)


@pytest.mark.parametrize(("size", "reason"), [((3, 40), "too small"), ((1, 1), "too small"), ((600, 10), "too thin")])
def test_specks_and_strips_are_refused(size: tuple[int, int], reason: str) -> None:
    with pytest.raises(PictureError, match=reason):
        pictures.open_picture(encoded(Image.new("L", size)), LOCAL)


def test_a_picture_over_the_limits_is_refused_by_its_header() -> None:
    data = encoded(Image.new("1", (300, 200)))
    with pytest.raises(PictureError, match=r"more pixels than are read: 0\.05 million in all"):
        pictures.open_picture(data, Limits(pixels=50_000))
    with pytest.raises(PictureError, match="299 on a side"):
        pictures.open_picture(data, Limits(side=299))


def test_the_square_follows_the_rule_of_torchvision() -> None:
    from torchvision.transforms import functional

    for size in ((90, 60), (61, 97), (50, 50)):
        image = noise(7, size)
        resized = functional.resize(image, SMALL.resize_size, functional.InterpolationMode.BICUBIC, antialias=True)
        left, top = (resized.width - 32) // 2, (resized.height - 32) // 2
        expected = resized.crop((left, top, left + 32, top + 32))
        assert np.array_equal(np.asarray(pictures.square(image, SMALL)), np.asarray(expected))


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_end_in_a_picture_or_a_reason_and_nothing_else(seed: int) -> None:
    rng = np.random.default_rng(seed)
    kind = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")[seed % 7]
    data = bytearray(encoded(noise(seed), kind))
    for position in rng.integers(0, len(data), 12):
        data[position] = rng.integers(0, 256)
    try:
        outcome = rgb(bytes(data)).mode
    except PictureError as error:
        outcome = str(error)
    assert outcome == "RGB" or outcome.endswith(".")


def test_the_header_alone_is_read_when_a_picture_is_opened() -> None:
    image = pictures.open_picture(encoded(noise(1), "JPEG"), LOCAL)
    assert isinstance(image.fp, io.BytesIO)
    assert image.tile
