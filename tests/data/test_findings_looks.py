"""Findings about single pictures and about what gives a class away."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.data.pictures_for_tests import noise
from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns import Columns
from tl_core.data.findings import find_all
from tl_core.data.findings_looks import unreadable
from tl_core.data.index import FINDING_KINDS, Finding, ImageIndex, Skipped
from tl_core.data.looking import looked
from tl_core.data.record import ImageRecord


def columns(images: dict[str, Image.Image], **of_all: Any) -> Columns:
    """Pictures by path `class/name`."""
    builder = ColumnsBuilder()
    for number, (path, image) in enumerate(sorted(images.items())):
        size: dict[str, Any] = {"width": image.width, "height": image.height, "bytes": 1}
        record = ImageRecord(path, path.split("/")[0], None, f"{number:064x}", **size)
        builder.look(builder.append(record, format="PNG"), looked(image, image.size))
    return builder.columns().with_(**of_all)


def found(pictures: Columns, kind: str) -> list[Finding]:
    findings = find_all(ImageIndex.of(pictures), [], [], [])
    assert {finding.kind for finding in findings} <= set(FINDING_KINDS)
    return [finding for finding in findings if finding.kind == kind]


def two_classes(count: int = 10) -> dict[str, Image.Image]:
    return {f"{'ab'[i % 2]}/{i:03d}": noise(i) for i in range(2 * count)}


def sheet(level: int, mark: int | None = None, size: tuple[int, int] = (300, 300)) -> Image.Image:
    image = Image.new("RGB", size, (level, level, level))
    if mark is not None:
        ImageDraw.Draw(image).line([(20, 20), (250, 200)], fill=(mark, mark, mark), width=3)
    return image


@pytest.mark.parametrize(
    ("kind", "image", "words"),
    [
        ("blank", sheet(200), "1 picture of one plain colour"),
        ("dark", sheet(3, 90), "1 picture so dark"),
        ("bright", sheet(252, 200), "1 picture so bright"),
        ("tiny", noise(900, (30, 200)), "1 picture below 32 pixels"),
        ("shape", noise(901, (400, 90)), "1 picture over 4 times as long as wide"),
    ],
)
def test_a_picture_that_shows_little_is_found_by_itself(kind: str, image: Image.Image, words: str) -> None:
    (finding,) = found(columns({**two_classes(), "a/odd": image}), kind)
    assert finding.paths == ("a/odd",)
    assert finding.message.startswith(words)


def weave() -> Image.Image:
    """A grey that hardly changes, of which all is texture."""
    grey = Image.new("L", (300, 300), 127)
    grey.paste(130, (0, 0), Image.effect_noise((300, 300), 60).point(lambda level: 255 * (level > 128)))
    return grey.convert("RGB")


def same_grey() -> Image.Image:
    """Two colours that a grey picture cannot tell apart."""
    image = Image.new("RGB", (300, 300), (200, 60, 60))
    image.paste((60, 132, 60), (100, 100, 250, 250))
    return image


@pytest.mark.parametrize(
    "image",
    [sheet(250, 0), sheet(2, 250), sheet(120, 60), noise(7), weave(), same_grey()],
    ids=["ink", "lamp", "hair", "usual", "weave", "same grey"],
)
def test_ink_on_paper_and_a_lamp_at_night_are_no_findings(image: Image.Image) -> None:
    pictures = columns({**two_classes(), "a/odd": image})
    assert [kind for kind in ("blank", "dark", "bright") if found(pictures, kind)] == []


def test_fine_marks_are_told_with_the_size_that_keeps_them() -> None:
    fine = {f"a/fine{i}": sheet(120 + i, 20, (2000, 2000)) for i in range(3)}
    (finding,) = found(columns({**two_classes(), **fine}), "detail")
    assert finding.paths == ("a/fine0", "a/fine1", "a/fine2")
    assert "3 pictures of about 2,000 pixels" in finding.message
    assert "choose an image size of 448" in finding.message


def test_one_picture_over_and_over_is_harm() -> None:
    pictures = columns(two_classes())
    same = pictures.with_(sha256=np.zeros((len(pictures), 32), dtype=np.uint8))
    findings = find_all(ImageIndex.of(same), [], [], [])
    assert (findings[0].kind, findings[0].severity) == ("identical", "harm")
    assert findings[0].message.startswith("All 20 pictures are the same one")
    assert not found(pictures, "identical")


def grey(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


def test_a_class_that_alone_is_grey_is_a_shortcut() -> None:
    images = {path: grey(image) if path.startswith("a/") else image for path, image in two_classes().items()}
    (finding,) = found(columns(images), "shortcut")
    assert "Nearly all pictures of 'a' are grey" in finding.message
    assert {path[0] for path in finding.paths} == {"a"}
    assert not found(columns({path: grey(image) for path, image in two_classes().items()}), "shortcut")
    third = {f"c/{i}": grey(noise(500 + i)) for i in range(10)}
    (other,) = found(columns({**images, **third}), "shortcut")
    assert "'b' are in colour" in other.message


def test_a_class_of_one_size_is_a_shortcut_and_a_small_class_none() -> None:
    images = {path: noise(i, (40 + i, 36)) for i, path in enumerate(two_classes())}
    same = {path: noise(i, (50, 50)) if path.startswith("b/") else images[path] for i, path in enumerate(images)}
    assert "'b' have the same size" in found(columns(same), "shortcut")[0].message
    few = {path: image for path, image in same.items() if path.startswith("a/") or path < "b/012"}
    assert not found(columns(few), "shortcut")


def test_classes_of_which_each_has_its_own_are_told_so_with_pictures_of_each() -> None:
    sizes = {"a": (50, 50), "b": (60, 60), "c": (70, 70)}
    images = {f"{label}/{n:02d}": noise(100 * n + size[0], size) for label, size in sizes.items() for n in range(10)}
    (finding,) = found(columns(images), "shortcut")
    assert finding.message == (
        "'a', 'b' and 'c' each have a size of their own, shared by nearly all their pictures and hardly any others: "
        "a network may learn that instead of the subject."
    )
    assert [path[0] for path in finding.paths] == ["a"] * 4 + ["b"] * 4 + ["c"] * 4
    many = {f"{label}/{n:03d}": noise(n, (40 + n, 36)) for label in "de" for n in range(200)}
    shared = columns({**{path: noise(3, (50, 50)) for path in images if path < "c"}, **many})
    assert "Nearly all pictures of 'a' and 'b' have the same size" in found(shared, "shortcut")[0].message


def test_one_camera_and_one_day_for_a_class_are_shortcuts() -> None:
    pictures = columns({path: noise(i, (40 + i, 36)) for i, path in enumerate(two_classes())})
    is_b = pictures.label == pictures.labels.index("b")
    day = np.where(is_b, 5 * 86_400.0, 86_400.0 * np.arange(len(pictures)) * 7)
    told = dataclasses.replace(pictures, cameras=("", "X100")).with_(taken=day, camera=is_b.astype(np.int32))
    messages = [finding.message for finding in found(told, "shortcut")]
    assert len(messages) == 2
    assert "'b' were taken with the same camera" in messages[0]
    assert "'b' were taken on the same day" in messages[1]
    unknown = pictures.with_(taken=np.full(len(pictures), np.nan))
    assert not found(unknown, "shortcut")


def test_a_label_in_a_corner_of_one_class_is_a_shortcut() -> None:
    def stamped(image: Image.Image) -> Image.Image:
        image = image.resize((120, 120))
        image.paste((250, 250, 250), (90, 95, 120, 120))
        return image

    images = {
        path: stamped(image) if path.startswith("b/") else image.resize((120, 120))
        for path, image in two_classes(20).items()
    }
    (finding,) = found(columns(images), "shortcut")
    assert "'b' look the same in the bottom right corner" in finding.message


def test_several_leaks_are_summed_up_as_a_share_of_the_judges() -> None:
    pictures = columns(two_classes())
    split = np.array([2 if i >= 15 else 0 for i in range(20)], dtype=np.int8)
    near = np.zeros(20, dtype=np.int32)
    near[[0, 15]], near[[1, 16, 17]] = 1, 2
    first, *others = found(pictures.with_(split=split, near=near), "leak")
    assert first.message.startswith("3 of the 5 pictures in 'test' (60.0 %) have a copy in train")
    assert [len(finding.paths) for finding in (first, *others)] == [3, 2, 3]


def test_a_picture_that_is_there_already_is_not_called_unreadable() -> None:
    twice = Skipped("cats/again.png", "The same picture is there already: 'cats/0.png'.")
    broken = Skipped("cats/broken.png", "Its pixels are damaged or cut off (no end marker). Send it again.")
    assert unreadable([twice]) == []
    (finding,) = unreadable([twice, broken])
    assert finding.paths == ("cats/broken.png",)
