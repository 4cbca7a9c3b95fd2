"""Many pictures at once: an import that is stopped, folders dropped on a kind, one press for all copies."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.conftest import Watched
from tests.browser.test_bringing_pictures import ONE_MINUTE, drop, found, has_kinds, picture
from tests.browser.test_bringing_pictures import watched as watched  # a page that is open

PHONE = (4000, 3000)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """So many large photographs, each of its own bytes, that looking at them takes a while on any machine."""
    content = io.BytesIO()
    Image.radial_gradient("L").convert("RGB").resize(PHONE).save(content, "JPEG", quality=20)
    start, rest = content.getvalue()[:2], content.getvalue()[2:]
    for kind in ("birds", "cats"):
        (tmp_path / "phone" / kind).mkdir(parents=True)
        for number in range(400):
            comment = b"\xff\xfe\x00\x0c" + f"{kind[0]}{number:09d}".encode()
            (tmp_path / "phone" / kind / f"{number}.jpg").write_bytes(start + comment + rest)
    return tmp_path / "phone"


def test_an_import_is_stopped_in_the_middle_and_nothing_of_it_is_kept(watched: Watched, photos: Path) -> None:
    page = watched.page
    before = page.locator(".shelf-row").all_inner_texts()
    page.locator("#folder-path input, #folder-path textarea").first.fill(str(photos))
    page.locator("#use-path").click()
    expect(page.locator("#dropzone .drop-status")).to_have_text(
        re.compile("2 of 2, looking at the pictures"), timeout=ONE_MINUTE
    )
    page.locator("#dropzone").get_by_role("button", name="Stop").click()
    expect(page.locator("#dropzone .drop-status")).to_have_text("Stopped. Nothing of it was kept.", timeout=ONE_MINUTE)
    expect(page.locator("#dropzone").get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.locator(".shelf-row")).to_have_count(len(before))
    expect(page.locator(".shelf-row").filter(has_text="phone")).to_have_count(0)
    assert len(list(photos.rglob("*.jpg"))) == 800


def test_a_folder_dropped_on_a_kind_brings_all_that_is_in_it(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    cups = tmp_path / "cups" / "blue" / "small"
    cups.mkdir(parents=True)
    for number in range(3):
        (cups / f"{number}.png").write_bytes(picture(40 + number))
    (tmp_path / "cups" / "0.png").write_bytes(picture(43))
    (tmp_path / "cups" / ".hidden.png").write_bytes(b"x")
    (tmp_path / "cups" / "notes.txt").write_bytes(b"blue cups are rare")
    page.get_by_role("button", name="Start empty, take photos").click()
    expect(page.locator("#found").get_by_text("Nothing in here yet.")).to_be_visible()
    for name in ("cup", "hand"):
        page.get_by_label("Name of a new kind").fill(name)
        page.get_by_role("button", name="New kind").click()
    drop(page, tmp_path / "cups", on="[data-kind=cup]")
    told = page.locator("#album .drop-status")
    expect(told).to_have_text(re.compile("^4 added to “cup”. 1 not added: notes.txt: "), timeout=ONE_MINUTE)
    has_kinds(page, hand=0, cup=4)

    page.get_by_role("button", name="Rename cup").click()
    page.keyboard.type("mug")
    page.keyboard.press("Enter")
    has_kinds(page, hand=0, mug=4)
    page.get_by_role("button", name="Undo").focus()
    page.keyboard.press("Enter")
    has_kinds(page, hand=0, cup=4)


def test_more_pictures_than_a_page_waits_for_are_added_by_a_job(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    (tmp_path / "leaves").mkdir()
    for number in range(210):
        Image.new("RGB", (24, 24), (number, 255 - number, 7)).save(tmp_path / "leaves" / f"{number}.png")
    page.get_by_role("button", name="Start empty, take photos").click()
    expect(page.locator("#found").get_by_text("Nothing in here yet.")).to_be_visible()
    page.get_by_label("Name of a new kind").fill("leaf")
    page.get_by_role("button", name="New kind").click()
    drop(page, tmp_path / "leaves", on="[data-kind=leaf]")
    expect(page.locator("#album .drop-status")).to_have_text("210 added to “leaf”.", timeout=2 * ONE_MINUTE)
    expect(page.locator("#found .found-sentence")).to_have_text("210 pictures, 1 kind.")


def test_all_copies_are_left_out_by_one_press_and_come_back_by_undo(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    for kind, seeds in {"oak": (60, 61, 62), "elm": (63, 64, 65)}.items():
        folder = tmp_path / "leaves twice" / kind
        folder.mkdir(parents=True)
        for seed in seeds:
            (folder / f"{seed}.png").write_bytes(picture(seed))
            (folder / f"{seed} copy.png").write_bytes(picture(seed))
    drop(page, tmp_path / "leaves twice")
    found(page, "leaves twice", "12 pictures, 2 kinds.")
    page.get_by_role("button", name="Leave out all 6 copies").click()
    found(page, "leaves twice", "6 pictures, 2 kinds; 6 not used.")
    has_kinds(page, elm=3, oak=3)
    expect(page.get_by_role("button", name=re.compile("Leave out all"))).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    found(page, "leaves twice", "12 pictures, 2 kinds.")
