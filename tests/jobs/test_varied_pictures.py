"""Augmentation as the assistant shows it: eight pictures a browser opens, by the choices, from pictures that open."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tl_core.data.decoder import DecoderPool
from tl_core.errors import ConfigError, DataError
from tl_core.jobs.varied_pictures import varied_pictures


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(children=1) as one:
        yield one


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("varied")
    for name, (red, blue) in {"a": (240, 10), "b": (10, 240)}.items():
        pixels = np.zeros((90, 120, 3), np.uint8)
        pixels[..., 0], pixels[..., 2] = red, blue
        pixels[:, :40, 1] = 255
        Image.fromarray(pixels).save(folder / f"{name}.png")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return [str(folder / f"{name}.png") for name in ("a", "broken", "b")]


def shown(pool: DecoderPool, pictures: list[str], **choices: Any) -> list[np.ndarray]:
    answer = varied_pictures(pool, {"pictures": pictures, **choices})
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(one)))) for one in answer["pictures"]]


def test_eight_versions_come_of_the_pictures_that_open_each_in_turn(pool: DecoderPool, pictures: list[str]) -> None:
    versions = shown(pool, pictures, augment="strong", image_size=64)
    assert [version.shape for version in versions] == [(64, 64, 3)] * 8
    reds = [float(version[..., 0].mean()) for version in versions]
    assert all(red > other for red, other in zip(reds[::2], reds[1::2], strict=True))
    assert len({version.tobytes() for version in versions}) == 8


def test_without_augmentation_the_versions_are_the_pictures(pool: DecoderPool, pictures: list[str]) -> None:
    versions = shown(pool, pictures, augment="none")
    assert versions[0].shape == (224, 224, 3)
    assert np.array_equal(versions[0], versions[2])
    assert np.array_equal(versions[1], versions[7])


def test_blends_are_seen_in_the_colours(pool: DecoderPool, pictures: list[str]) -> None:
    versions = shown(pool, pictures, augment="none", mixup=1.0, image_size=64)
    between = [version for version in versions if 60 < version[..., 0].mean() < 200]
    assert between


def test_a_choice_that_is_none_and_pictures_that_do_not_open_are_told(pool: DecoderPool, pictures: list[str]) -> None:
    with pytest.raises(ConfigError, match="augment is 'wild'; it is one of none, gentle, strong, trivial"):
        shown(pool, pictures, augment="wild")
    with pytest.raises(DataError, match="None of these pictures can be opened"):
        shown(pool, pictures[1:2])
