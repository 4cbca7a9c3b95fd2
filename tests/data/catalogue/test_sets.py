"""Rows C about several pictures, copies, near copies, marks that give a kind away, and what is never shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter
from PIL.PngImagePlugin import PngInfo

from tests.data.catalogue.hostile import accounted, said
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import encoded, noise, pets, png, write_files
from tl_core.commands.report_lines import report_in_words
from tl_core.data.decoder import DecoderPool
from tl_core.data.splits import assign_splits
from tl_ui.present_pictures import facts, found
from tl_ui.words import words_for

EN = words_for("en")
SCRIPT = "<script>alert(1)</script>'; DROP TABLE pictures;--"


def photo(seed: int) -> Image.Image:
    return noise(seed, (200, 160)).filter(ImageFilter.GaussianBlur(10))


def test_c44_copies_inside_a_kind_are_counted_and_stay_on_one_side(tmp_path: Path, bring: Bring) -> None:
    files = {f"cats/copy{at}.png": png(0) for at in range(5)}
    dataset = bring(write_files(tmp_path / "c", {**pets(8), **files}))
    assert accounted(dataset, 21) == {}
    assert said(dataset, "duplicate") == "The same picture is there 6 times; copies stay on one side of the split."
    for seed in range(10):
        index = assign_splits(dataset.index, validation_share=0.4, seed=seed)
        name = {"cats/0.png", *files}
        assert len({record.split for record in index.records if record.path in name}) == 1


def test_c45_a_picture_in_two_kinds_is_harm_and_never_validates(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "c", {**pets(8), "dogs/x.png": png(0)}))
    assert accounted(dataset, 17) == {}
    assert said(dataset, "two_classes") == "The same picture lies in 'cats' and 'dogs'; one label is wrong."
    for seed in range(10):
        index = assign_splits(dataset.index, validation_share=0.4, seed=seed)
        assert {record.split for record in index.records if record.path in ("cats/0.png", "dogs/x.png")} == {"train"}


def test_c46_near_copies_stay_on_one_side_and_across_sides_are_shown_as_a_number(tmp_path: Path, bring: Bring) -> None:
    files = {f"{'ab'[at % 2]}/{at}.png": encoded(photo(at)) for at in range(12)}
    burst = {f"a/burst{at}.jpg": encoded(photo(0), "JPEG", quality=30 + 20 * at) for at in range(3)}
    dataset = bring(write_files(tmp_path / "one", {**files, **burst}))
    assert accounted(dataset, 15) == {}
    for seed in range(10):
        index = assign_splits(dataset.index, validation_share=0.4, seed=seed)
        assert len({record.split for record in index.records if record.path in {"a/0.png", *burst}}) == 1
    own = {f"train/{name}": data for name, data in files.items()}
    own |= {f"test/{'ab'[at % 2]}/{at}.jpg": encoded(photo(at), "JPEG", quality=50) for at in range(2)}
    own |= {f"test/{'ab'[at % 2]}/{at}.png": encoded(photo(100 + at)) for at in range(2)}
    leaking = bring(write_files(tmp_path / "two", own))
    assert "2 of the 4 pictures in 'test' (50.0 %) have a copy in train" in said(leaking, "leak")


def test_c48_a_mark_in_the_corner_of_one_kind_is_warned_about(tmp_path: Path, bring: Bring) -> None:
    files = {}
    for at in range(20):
        image = noise(at, (96, 96))
        if at % 2:
            ImageDraw.Draw(image).rectangle((60, 60, 96, 96), fill="white")
        files[f"{'ab'[at % 2]}/{at}.png"] = encoded(image)
    dataset = bring(write_files(tmp_path / "c", files))
    assert accounted(dataset, 20) == {}
    assert "Nearly all pictures of 'b' look the same in the bottom right corner" in said(dataset, "shortcut")


@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_c49_c50_what_is_shown_of_a_picture_is_made_anew_and_holds_no_text_of_its_maker(
    tmp_path: Path, bring: Bring, pool: DecoderPool, kind: str
) -> None:
    data = encoded(noise(5), kind, comment=SCRIPT.encode()) + b"<html>" + SCRIPT.encode() + b"PK\3\4"
    dataset = bring(write_files(tmp_path / "c", {**pets(), "cats/both.jpg": data}))
    assert accounted(dataset, 7) == {}
    (record,) = [record for record in dataset.index.records if record.path == "cats/both.jpg"]
    shown = dataset.thumbnail(record, pool).read_bytes()
    assert b"alert" not in shown
    assert b"html" not in shown
    with Image.open(io.BytesIO(shown)) as image:
        assert image.format == "JPEG"


def test_c50_texts_inside_a_picture_are_never_said(tmp_path: Path, bring: Bring, pool: DecoderPool) -> None:
    text, block = PngInfo(), Image.Exif()
    text.add_text("Title", SCRIPT)
    text.add_itxt("XML:com.adobe.xmp", SCRIPT)
    block[0x010E] = block[0x013B] = SCRIPT  # description, artist
    block[0x010F] = block[0x0110] = SCRIPT  # maker and model: these tell one camera from another
    files = {f"{kind}/t{at}.png": encoded(noise(at + 50), pnginfo=text, exif=block) for at, kind in enumerate("aabb")}
    dataset = bring(write_files(tmp_path / "c", files))
    assert accounted(dataset, 4) == {}
    page = found("set", dataset.report, EN, facts((dataset.index.records[0],) * 2, [("PNG", 4)], EN))
    for words in (page, "\n".join(report_in_words(dataset)), str(dataset.report.to_dict())):
        assert "<script>" not in words
    assert b"script" not in dataset.thumbnail(dataset.index.records[0], pool).read_bytes()
