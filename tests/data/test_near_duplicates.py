from __future__ import annotations

import io
import random
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance
from sklearn.datasets import load_digits

from tests.data.pictures_for_tests import noise
from tl_core.data import near_duplicates
from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns import Columns
from tl_core.data.looking import looked
from tl_core.data.near_duplicates import near_groups, with_near_groups
from tl_core.data.record import ImageRecord


def photo(seed: int, size: tuple[int, int] = (240, 180)) -> Image.Image:
    """As photographs are: most of it broad, a little of it fine."""
    rng = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(rng.integers(0, 256, (2**k * 3, 2**k * 4, 3), dtype=np.uint8)).resize(
                size, Image.Resampling.BICUBIC
            ),
            dtype=np.float32,
        )
        / 2**k
        for k in range(6)
    ]
    return Image.fromarray(np.clip(np.sum(layers, axis=0) / 2, 0, 255).astype(np.uint8))


PHOTOS = [photo(seed) for seed in range(60)]


def shirt(seed: int) -> Image.Image:
    """A thing of 28 pixels in the middle of black, much like all others of its kind."""
    rng = random.Random(seed)
    image = Image.new("L", (28, 28))
    level, width, hem = rng.randrange(120, 250), rng.uniform(4, 8), rng.uniform(20, 27)
    shoulder, cuff, reach = rng.uniform(1, 6), rng.uniform(8, 20), rng.uniform(9, 14)
    half = [(2, shoulder), (width, shoulder + 1), (reach, cuff), (width + 1, cuff - 2), (width, hem)]
    outline = [(14 + x, y) for x, y in half] + [(14 - x, y) for x, y in reversed(half)]
    ImageDraw.Draw(image).polygon(outline, fill=level)
    for _ in range(3):
        top = rng.randrange(6, 24)
        image.paste(rng.randrange(90, 250), (round(14 - width) + 1, top, round(14 + width), top + rng.randrange(1, 4)))
    return image.convert("RGB")


def columns(images: list[Image.Image], contents: list[str] | None = None) -> Columns:
    builder = ColumnsBuilder()
    for number, image in enumerate(images):
        content = contents[number] if contents else f"{number:064x}"
        record = ImageRecord(f"{number}.png", "a", None, content, image.width, image.height, 1)
        builder.look(builder.append(record), looked(image, image.size))
    return builder.columns()


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def cut(image: Image.Image, share: float, corner: tuple[float, float]) -> Image.Image:
    wide, high = image.width * (1 - share), image.height * (1 - share)
    left, top = (image.width - wide) * corner[0], (image.height - high) * corner[1]
    return image.crop((round(left), round(top), round(left + wide), round(top + high)))


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "recompressed": lambda image: jpeg(image, 30),
    "smaller": lambda image: image.resize((100, 75)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.15),
    "a frame of a twentieth cut off": lambda image: cut(image, 0.05, (0.5, 0.5)),
    "a corner cut off": lambda image: cut(image, 0.05, (1, 0)),
    "a tenth cut off": lambda image: cut(image, 0.1, (0.3, 0.6)),
    "a strip cut off at one side": lambda image: image.crop((0, 0, image.width, round(image.height * 0.92))),
    "cut, smaller and recompressed": lambda image: jpeg(cut(image, 0.06, (0, 1)).resize((120, 90)), 50),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found_among_strangers(change: str) -> None:
    strangers = PHOTOS
    copies = [CHANGES[change](image) for image in strangers[:20]]
    groups = near_groups(columns(strangers + copies))
    found = [groups[at] > 0 and groups[at] == groups[60 + at] for at in range(20)]
    assert sum(found) >= 19
    assert not groups[20:60].any()
    assert len(set(groups[:20])) >= 19


def test_things_that_are_only_of_one_kind_are_not_called_alike() -> None:
    assert np.count_nonzero(near_groups(columns([shirt(seed) for seed in range(300)]))) <= 12


def test_scans_of_one_digit_are_not_called_alike() -> None:
    scans = load_digits().images[:1000]
    drawn = [Image.fromarray((scan * 15.9).astype(np.uint8)).resize((96, 96)).convert("RGB") for scan in scans]
    assert np.count_nonzero(near_groups(columns(drawn))) <= 30


def test_recompressed_copies_are_found_among_things_of_one_kind() -> None:
    shirts = [shirt(seed) for seed in range(200)]
    groups = near_groups(columns(shirts + [ImageEnhance.Brightness(image).enhance(0.9) for image in shirts[:10]]))
    assert all(groups[at] and groups[at] == groups[200 + at] for at in range(10))


def test_a_picture_of_other_colours_is_another_picture() -> None:
    def flag(colour: tuple[int, int, int]) -> Image.Image:
        image = Image.new("RGB", (90, 60), "white")
        image.paste(colour, (20, 10, 80, 40))
        return image

    flags = [flag((220, 0, 0)), flag((0, 112, 0)), flag((220, 220, 0)), flag((220, 10, 0))]
    groups = near_groups(columns([*flags, *(photo(seed) for seed in range(5))]))
    assert groups.tolist() == [1, 0, 0, 1, 0, 0, 0, 0, 0]


def test_plain_pictures_are_not_alike() -> None:
    plain = [Image.new("RGB", (60, 60), (level, level, 200)) for level in range(0, 250, 10)]
    assert not near_groups(columns(plain)).any()


def test_exact_copies_share_a_number_and_make_no_group_by_themselves() -> None:
    images = [photo(0), photo(0), photo(1), jpeg(photo(0), 40), photo(2), photo(2)]
    contents = [letter * 64 for letter in "aabcdd"]
    assert near_groups(columns(images, contents)).tolist() == [1, 1, 0, 1, 0, 0]


def test_mirrored_copies_do_not_hide_the_others() -> None:
    """They are what chance is measured with; when somebody put them there, they are no chance."""
    images = PHOTOS[:20]
    mirrored = [image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) for image in images]
    groups = near_groups(columns([*images, *mirrored, *(jpeg(image, 40) for image in images)]))
    assert all(groups[at] and groups[at] == groups[40 + at] for at in range(20))


def test_in_a_big_set_copies_are_found_by_their_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_duplicates, "COMPARED_ALL", 20)
    monkeypatch.setattr(near_duplicates, "SAMPLE", 20)
    images = PHOTOS
    groups = near_groups(columns([*images, *(jpeg(cut(image, 0.03, (0, 0)), 60) for image in images[:20])]))
    assert sum(groups[at] > 0 and groups[at] == groups[60 + at] for at in range(20)) >= 19
    assert not groups[20:60].any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_handful_of_pictures_has_no_groups(count: int) -> None:
    done = with_near_groups(columns([noise(seed) for seed in range(count)]))
    assert done.near.tolist() == [0] * count
