from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.data.pictures_for_tests import SMALL, encoded, noise, write_files
from tl_core.data.decoder import DecoderPool
from tl_core.data.preprocessing import Preprocessing

PART = dataclasses.replace(SMALL, part=(0.25, 0.1, 0.75, 0.9))
VERSION_1 = {
    "image_size": 24, "resize_size": 32, "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.25, 0.125],
    "version": 1,
}  # fmt: skip


def test_a_preprocessing_without_a_part_is_written_and_read_as_by_older_versions() -> None:
    assert Preprocessing.from_dict(VERSION_1) == SMALL
    assert json.loads(json.dumps(SMALL.to_dict())) == VERSION_1


def test_a_part_goes_round_and_older_versions_see_that_they_do_not_know_it() -> None:
    values = json.loads(json.dumps(PART.to_dict()))
    assert Preprocessing.from_dict(values) == PART
    assert values["version"] == 2


@pytest.mark.parametrize(
    "part", [(0.5, 0, 0.5, 1), (0, 0.6, 1, 0.5), (-0.1, 0, 1, 1), (0, 0, 1, 1.01), (0, 0, 1, float("nan"))]
)
def test_a_part_that_is_no_rectangle_is_refused(part: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match=r"is no rectangle within 0..1"):
        dataclasses.replace(SMALL, part=part)


def test_a_part_of_any_picture_has_a_pixel() -> None:
    thin = dataclasses.replace(SMALL, part=(0.999, 0.0, 1.0, 0.0001))
    assert thin.box(4, 4) == (3, 0, 4, 1)
    assert PART.box(40, 20) == (10, 2, 30, 18)


def test_the_square_of_a_part_is_the_square_of_the_picture_cut_to_it(pool: DecoderPool, tmp_path: Path) -> None:
    image = noise(1, (80, 100))
    write_files(tmp_path, {"whole.png": encoded(image), "cut.png": encoded(image.crop((20, 10, 60, 90)))})
    assert np.array_equal(pool.square(tmp_path / "whole.png", PART), pool.square(tmp_path / "cut.png", SMALL))


def test_a_part_is_cut_from_the_upright_picture(pool: DecoderPool, tmp_path: Path) -> None:
    image = noise(2, (80, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways: turned by 90 degrees to stand upright
    held = image.transpose(Image.Transpose.ROTATE_90)
    write_files(tmp_path, {"upright.png": encoded(image), "held.png": encoded(held, exif=exif)})
    assert np.array_equal(pool.square(tmp_path / "upright.png", PART), pool.square(tmp_path / "held.png", PART))


def test_a_small_part_of_a_big_jpeg_is_not_made_of_a_few_pixels(pool: DecoderPool, tmp_path: Path) -> None:
    image = noise(3, (1600, 1200)).resize((1601, 1201), Image.Resampling.BICUBIC)
    small = dataclasses.replace(SMALL, part=(0.4, 0.4, 0.5, 0.5))
    write_files(tmp_path, {"big.jpg": encoded(image, "JPEG", quality=97, subsampling=0), "big.png": encoded(image)})
    drafted = pool.square(tmp_path / "big.jpg", small).astype(int)
    assert np.abs(drafted - pool.square(tmp_path / "big.png", small)).mean() < 1.5
