"""A folder of photos becomes a table; a wrong answer is told; the camera answers live; the report is taken away."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Watched
from tests.browser.steps import bring_garden, open_page, state, tab, train

Shoot = Callable[[Page, str], None]


def photos(app: App, folder: Path) -> Path:
    """A folder as somebody has it: two flowers in folders of their own, something else, and a note."""
    for kind in ("tulip", "daisy"):
        found = sorted((app.workspace / "people").glob(f"me/samples/garden/test/{kind}/*.jpg"))[0]
        (folder / "trip" / kind).mkdir(parents=True)
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = "2026:11:21 09:30:00"
        Image.open(found).transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(folder / "trip" / kind / "1.jpg", exif=exif)
    noise = np.random.default_rng(1).integers(0, 256, size=(12, 16, 3), dtype=np.uint8)
    Image.fromarray(noise).resize((320, 240), Image.Resampling.NEAREST).save(folder / "trip" / "strange.png")
    (folder / "trip" / "note.txt").write_text("hello")
    return folder / "trip"


def test_a_folder_becomes_a_table_and_a_wrong_answer_is_told(
    app: App, watched: Watched, shoot: Shoot, tmp_path: Path
) -> None:
    page = watched.page
    open_page(page, app.url)
    bring_garden(page)
    train(page)
    state(page, "finished")

    tab(page, "5 Try")
    page.locator("#try-zone input[webkitdirectory]").set_input_files(photos(app, tmp_path))
    rows = page.locator(".try-table tbody tr")
    expect(rows).to_have_count(3)
    expect(page.locator(".try-many-said")).to_have_text(
        re.compile(r"3 photos looked at\. Could not be read: 1\. .*look unlike your training pictures")
    )
    shoot(page, "5-try-folder-light")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Table (CSV)").click()
    table = list(csv.DictReader(io.StringIO(waiting.value.path().read_bytes().decode("utf-8-sig"))))
    told = {row["path"]: (row["class"], row["taken"], row["unlike training pictures"]) for row in table}
    assert told["trip/tulip/1.jpg"][:2] == ("tulip", "2026-11-21 09:30:00")
    assert told["trip/strange.png"][2] == "yes"
    assert told["trip/note.txt"][0] == ""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Sort copies into folders").click()
    with zipfile.ZipFile(waiting.value.path()) as archive:
        assert {"answers.csv", "tulip/trip/tulip/1.jpg"} <= set(archive.namelist())

    page.reload()
    tab(page, "5 Try")
    expect(rows).to_have_count(3)
    strange = rows.filter(has_text="strange.png")
    strange.get_by_role("button", name="Wrong? Tell me").click()
    strange.get_by_role("button", name="violet", exact=True).or_(strange.locator(".thaw-chip").last).first.click()
    expect(strange.locator(".tell-told.good")).to_have_text(re.compile("the next training learns that this is"))
    shoot(page, "5-try-told-light")
    tab(page, "1 Pictures")
    expect(page.get_by_text("122 pictures, 4 kinds")).to_be_visible()

    tab(page, "4 Results")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Report", exact=True).click()
    name, report = waiting.value.suggested_filename, waiting.value.path().read_text(encoding="utf-8")
    assert name.endswith("-report.html")
    assert "<script" not in report
    assert re.search(r"Right on \d+ of 33 new pictures", report)
    shown = page.context.new_page()
    shown.set_content(report)
    expect(shown.get_by_role("heading", name="What was taken for what")).to_be_visible()
    shoot(shown, "report")
    shown.close()


def test_the_camera_answers_live_and_stops(app: App, watched: Watched, shoot: Shoot) -> None:
    page = watched.page
    open_page(page, app.url)
    tab(page, "5 Try")
    start = page.get_by_role("button", name="Camera, live")
    start.focus()
    page.keyboard.press("Enter")
    best = page.locator(".try-best")
    expect(best).to_have_text(re.compile(r"% sure\."))
    first = page.locator(".try-answer").inner_text()
    page.wait_for_function("(first) => document.querySelector('.try-answer').innerText !== first", arg=first)
    shoot(page, "5-try-live-light")
    page.get_by_role("button", name="Stop the camera").click()
    expect(page.locator(".try-live")).to_be_hidden()
    expect(start).to_be_focused()
