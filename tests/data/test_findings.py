from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageEnhance, ImageFilter

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import encoded, noise, pets, png, write_files
from tl_core.data.dataset import Dataset
from tl_core.data.index import FINDING_KINDS, Finding


def of_kind(dataset: Dataset, kind: str) -> list[Finding]:
    return [finding for finding in dataset.report.findings if finding.kind == kind]


def smooth(seed: int, size: tuple[int, int] = (200, 160)) -> Image.Image:
    """As a photograph: blocks out of focus."""
    return noise(seed, size).filter(ImageFilter.GaussianBlur(10))


def test_a_clean_set_has_no_findings_but_that_it_is_small(tmp_path: Path, bring: Bring) -> None:
    assert [finding.kind for finding in bring(write_files(tmp_path / "pets", pets())).report.findings] == ["few"]
    assert bring(write_files(tmp_path / "more", pets(20))).report.findings == ()


def test_copies_are_one_finding_for_each_group(tmp_path: Path, bring: Bring) -> None:
    files = {**pets(), "cats/a.png": png(0), "cats/b.png": png(0), "dogs/c.png": png(101)}
    found = of_kind(bring(write_files(tmp_path / "pets", files)), "duplicate")
    assert [finding.paths for finding in found] == [
        ("cats/0.png", "cats/a.png", "cats/b.png"),
        ("dogs/1.png", "dogs/c.png"),
    ]
    assert "The same picture is there 3 times" in found[0].message


def test_a_picture_in_two_classes_is_harm_and_comes_first(tmp_path: Path, bring: Bring) -> None:
    first = bring(write_files(tmp_path / "pets", {**pets(), "dogs/x.png": png(0)})).report.findings[0]
    assert (first.kind, first.severity, first.paths) == ("two_classes", "harm", ("cats/0.png", "dogs/x.png"))
    assert "'cats' and 'dogs'" in first.message


def test_the_same_picture_in_train_and_test_is_a_leak(tmp_path: Path, bring: Bring) -> None:
    files = {f"train/{name}": data for name, data in pets().items()} | {
        "test/cats/9.png": png(0),
        "test/dogs/9.png": png(9),
    }
    (finding,) = of_kind(bring(write_files(tmp_path / "pets", files)), "leak")
    assert finding.paths == ("test/cats/9.png", "train/cats/0.png")
    assert "lies in train and test" in finding.message


@pytest.mark.parametrize("change", ["recompressed", "smaller", "brighter", "another format"])
def test_nearly_the_same_picture_in_train_and_test_is_a_leak(tmp_path: Path, bring: Bring, change: str) -> None:
    original = smooth(1)
    copy = {
        "recompressed": lambda: encoded(original, "JPEG", quality=40),
        "smaller": lambda: encoded(original.resize((100, 80))),
        "brighter": lambda: encoded(ImageEnhance.Brightness(original).enhance(1.15)),
        "another format": lambda: encoded(original, "WEBP", quality=60),
    }[change]()
    files = {f"train/{'ab'[i % 2]}/{i}.png": encoded(smooth(i)) for i in range(1, 9)}
    files |= {"test/b/copy.png": copy, "test/a/other.png": encoded(smooth(50))}
    (finding,) = of_kind(bring(write_files(tmp_path / "data", files)), "leak")
    assert finding.paths == ("test/b/copy.png", "train/b/1.png")


def test_pictures_that_only_share_a_plain_background_are_not_called_alike(tmp_path: Path, bring: Bring) -> None:
    files = {f"{'ab'[i % 2]}/{i}.png": encoded(Image.new("RGB", (60, 60), (200 + i, 200, 200))) for i in range(20)}
    dataset = bring(write_files(tmp_path / "data", files))
    assert not of_kind(dataset, "near_duplicate")


def test_near_copies_inside_a_class_are_only_a_note(tmp_path: Path, bring: Bring) -> None:
    files = {**pets(), "cats/a.png": encoded(smooth(1)), "cats/b.jpg": encoded(smooth(1), "JPEG", quality=60)}
    (finding,) = of_kind(bring(write_files(tmp_path / "pets", files)), "near_duplicate")
    assert (finding.severity, finding.paths) == ("note", ("cats/a.png", "cats/b.jpg"))


def test_unreadable_pictures_are_found_and_texts_are_not(tmp_path: Path, bring: Bring) -> None:
    files = {**pets(), "cats/cut.png": png(1)[:60], "cats/empty.jpg": b"", "cats/notes.txt": b"notes"}
    (finding,) = of_kind(bring(write_files(tmp_path / "pets", files)), "unreadable")
    assert finding.paths == ("cats/cut.png", "cats/empty.jpg")
    assert finding.message.startswith("2 pictures could not be used")


def test_imbalance_and_few_pictures_are_said_with_their_numbers(tmp_path: Path, bring: Bring) -> None:
    files = {f"cats/{i}.png": png(i) for i in range(30)} | {f"dogs/{i}.png": png(100 + i) for i in range(3)}
    dataset = bring(write_files(tmp_path / "pets", files))
    assert "'cats' has 30 pictures, 'dogs' 3" in of_kind(dataset, "imbalance")[0].message
    assert "Few pictures of 'dogs' (down to 3)" in of_kind(dataset, "few")[0].message


def test_an_empty_folder_is_a_finding_and_no_class(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", {**pets(), "birds/broken.png": b"x"})
    (folder / "fish").mkdir()
    dataset = bring(folder)
    assert dataset.index.classes == ("cats", "dogs")
    assert of_kind(dataset, "empty_class")[0].paths == ("birds", "fish")


def test_a_class_that_validation_lacks_is_a_note_and_one_that_training_lacks_is_harm(
    tmp_path: Path, bring: Bring
) -> None:
    files = {f"train/{name}": data for name, data in pets().items()} | {
        "test/cats/9.png": png(9),
        "test/wolf/1.png": png(8),
    }
    found = of_kind(bring(write_files(tmp_path / "pets", files)), "missing_class")
    assert [(finding.severity, finding.message) for finding in found] == [
        ("harm", "'train' has no pictures of 'wolf'."),
        ("note", "'test' has no pictures of 'dogs'."),
    ]


def test_one_kind_alone_is_harm(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "pets", {"cats/1.png": png(1), "cats/2.png": png(2)}))
    assert of_kind(dataset, "few")[0].message.startswith("Only one kind was found: 'cats'")


def test_what_was_converted_is_noted(tmp_path: Path, bring: Bring) -> None:
    exif = Image.Exif()
    exif[0x0112] = 3
    files = {
        **pets(),
        "cats/clear.png": encoded(Image.new("RGBA", (40, 40), (1, 2, 3, 4))),
        "cats/print.jpg": encoded(smooth(1).convert("CMYK"), "JPEG"),
        "cats/deep.png": encoded(Image.new("I;16", (40, 40), 30000)),
        "dogs/held.jpg": encoded(smooth(2), "JPEG", exif=exif),
        "dogs/png.jpg": png(77),
    }
    found = of_kind(bring(write_files(tmp_path / "pets", files)), "converted")
    assert sorted(finding.paths[0] for finding in found) == [
        "cats/clear.png", "cats/deep.png", "cats/print.jpg", "dogs/held.jpg", "dogs/png.jpg",
    ]  # fmt: skip
    assert all(finding.severity == "note" for finding in found)


def test_tiny_pictures_are_noted(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "pets", {**pets(), "cats/icon.png": png(5, (16, 16))}))
    assert of_kind(dataset, "tiny")[0].paths == ("cats/icon.png",)


def test_every_kind_is_of_the_closed_list(tmp_path: Path, bring: Bring) -> None:
    files = {**pets(), "Cats/x.png": png(0), "birds/a.png": b"", "x.png": png(9), "dogs/deep/1.png": png(1)}
    kinds = {finding.kind for finding in bring(write_files(tmp_path / "pets", files)).report.findings}
    assert kinds == {
        "merged_classes",
        "empty_class",
        "ignored_folder",
        "asked",
        "two_classes",
        "duplicate",
        "few",
        "unreadable",
    }
    assert kinds <= set(FINDING_KINDS)


def test_a_jpeg_cut_by_its_sender_is_named(tmp_path: Path, bring: Bring) -> None:
    out = io.BytesIO()
    Image.effect_noise((300, 200), 80).save(out, "JPEG")
    dataset = bring(write_files(tmp_path / "pets", {**pets(), "cats/cut.jpg": out.getvalue()[:4000]}))
    (skipped,) = dataset.report.skipped
    assert skipped.path == "cats/cut.jpg"
    assert skipped.reason.startswith("Its pixels are damaged or cut off")
