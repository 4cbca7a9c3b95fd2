"""Every way in through the browser: folder and zip, dropped and chosen, several zips, a table, a typed path, photos."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched, new_context
from tests.browser.steps import open_page

ONE_MINUTE = 60_000


@pytest.fixture
def watched(app: App, browser: Browser) -> Iterator[Watched]:
    """A page whose console may name the requests that were refused on purpose."""
    context = new_context(browser)
    watched = Watched(context.new_page())
    open_page(watched.page, app.url)
    yield watched
    context.close()
    assert [problem for problem in watched.problems if "status of 4" not in problem] == []


def picture(seed: int, size: tuple[int, int] = (64, 48)) -> bytes:
    """A picture unlike that of any other seed."""
    image = Image.new("RGB", size, ((seed * 67) % 256, (seed * 131) % 256, (seed * 29) % 256))
    draw = ImageDraw.Draw(image)
    for n in range(6):
        at = ((seed * 37 + n * 53) % size[0], (seed * 17 + n * 31) % size[1])
        draw.ellipse(
            (*at, at[0] + 9 + seed % 7, at[1] + 7 + n), fill=((n * 90 + seed * 11) % 256, (seed * 7) % 256, 90)
        )
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


@pytest.fixture
def animals(tmp_path: Path) -> Path:
    """Class folders with files of the same names; `1.png` has the same bytes in both."""
    for kind, seeds in {"cats": (1, 2, 3), "dogs": (1, 5, 6)}.items():
        folder = tmp_path / "animals" / kind
        folder.mkdir(parents=True)
        for number, seed in enumerate(seeds, 1):
            (folder / f"{number}.png").write_bytes(picture(seed))
    return tmp_path / "animals"


def zipped(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder.parent))
    return path


def drop(page: Page, *paths: Path, on: str = ".drop-zone") -> None:
    """As the system does: the browser walks through what was dropped by itself."""
    place = page.locator(on).first
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {"type": kind, "x": box["x"] + 40, "y": box["y"] + 40, "data": data},
        )


def has_kinds(page: Page, **counts: int) -> None:
    """Waits until the album's cards are those, by name."""
    expect(page.locator("#album .kind-name")).to_have_text([f"{name}{count}" for name, count in counts.items()])


def found(page: Page, name: str, sentence: str) -> None:
    expect(page.locator("#found h3")).to_have_text(name, timeout=ONE_MINUTE)
    expect(page.locator("#found .found-sentence")).to_have_text(sentence, timeout=ONE_MINUTE)


def test_a_folder_keeps_its_class_folders_and_equal_bytes_in_two_of_them(
    watched: Watched, animals: Path, tmp_path: Path
) -> None:
    page = watched.page
    drop(page, animals)
    found(page, "animals", "6 pictures, 2 kinds.")
    has_kinds(page, cats=3, dogs=3)
    expect(page.locator("#found").get_by_text("One picture, two kinds")).to_be_visible()

    (animals / "cats" / "more").mkdir()
    (animals / "cats" / ".hidden.png").write_bytes(b"x")
    (animals / "birds").mkdir()
    (animals / "birds" / "1.png").write_bytes(picture(9))
    page.locator("#dropzone input[webkitdirectory]").set_input_files(animals)
    found(page, "animals", "7 pictures, 3 kinds.")
    has_kinds(page, birds=1, cats=3, dogs=3)


def test_zips_are_dropped_alone_and_chosen_several_at_once_into_one_set(
    watched: Watched, animals: Path, tmp_path: Path
) -> None:
    page = watched.page
    drop(page, zipped(animals, tmp_path / "all.zip"))
    found(page, "all", "6 pictures, 2 kinds.")
    one = zipped(animals / "cats", tmp_path / "cats.zip")
    two = zipped(animals / "dogs", tmp_path / "dogs.zip")
    page.locator("#dropzone input[accept*=zip]").set_input_files([one, two])
    found(page, "cats", "6 pictures, 2 kinds.")
    has_kinds(page, cats=3, dogs=3)
    drop(page, one, animals)
    expect(page.get_by_text("Please bring either zips or folders, not both at once.")).to_be_visible()
    drop(page, tmp_path / "animals" / "cats" / "1.png")
    expect(page.locator("#dropzone .drop-status")).to_have_text(
        re.compile("That did not work: '1.png'"), timeout=ONE_MINUTE
    )


def test_a_table_beside_the_pictures_says_what_they_are(watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    folder = tmp_path / "survey"
    (folder / "images").mkdir(parents=True)
    rows = ["path;label;split"]
    for number in range(6):
        (folder / "images" / f"IMG_{number}.png").write_bytes(picture(20 + number))
        rows.append(f"images/IMG_{number}.png;{'oak' if number % 2 else 'NA'};{'test' if number > 3 else 'train'}")
    (folder / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    drop(page, folder)
    found(page, "survey", "6 pictures, 2 kinds.")
    has_kinds(page, NA=3, oak=3)
    expect(page.locator("#album [data-kind=oak] small").first).to_have_text("training 2, test 1")


def test_a_typed_path_says_at_once_what_is_wrong_and_is_read_where_it_lies(watched: Watched, animals: Path) -> None:
    page = watched.page
    box = page.locator("#folder-path input, #folder-path textarea").first
    box.fill(str(animals / "nowhere"))
    page.locator("#use-path").click()
    expect(page.locator("#dropzone .drop-status")).to_have_text(re.compile(r"There is nothing at '.*nowhere'"))
    box.fill(str(animals))
    box.press("Enter")
    found(page, "animals", "6 pictures, 2 kinds.")


def test_a_large_folder_goes_in_parts(watched: Watched, animals: Path) -> None:
    """The browser's own limits are lowered; what comes out is one set all the same."""
    page = watched.page
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/thaw/staging/" in request.url else None)
    page.evaluate("() => { window.THAW_PART_FILES = 2; }")
    animals = animals.rename(animals.with_name("zoo"))
    page.locator("#dropzone input[webkitdirectory]").set_input_files(animals)
    found(page, "zoo", "6 pictures, 2 kinds.")
    has_kinds(page, cats=3, dogs=3)
    assert len([url for url in sent if "/file?" in url]) == 3


def test_kinds_are_made_one_by_one_from_files_and_from_the_camera(
    watched: Watched, animals: Path, shoot: Callable[[Page, str], None]
) -> None:
    page = watched.page
    page.get_by_role("button", name="Start empty, take photos").click()
    expect(page.locator("#found").get_by_text("Nothing in here yet.")).to_be_visible()
    for name in ("cup", "hand"):
        page.get_by_label("Name of a new kind").fill(name)
        page.get_by_role("button", name="New kind").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add pictures to cup").click()
    chooser.value.set_files([animals / "cats" / "2.png", animals / "cats" / "3.png"])
    expect(page.locator("#album").get_by_text("2 added to “cup”.")).to_be_visible(timeout=ONE_MINUTE)
    has_kinds(page, hand=0, cup=2)

    page.get_by_role("button", name="Take photos of hand").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Photos of “hand”")).to_be_visible()
    page.wait_for_function("() => document.querySelector('.camera-view').videoWidth > 0")
    dialog.get_by_role("button", name="Hold to take photos").focus()
    page.keyboard.down(" ")
    expect(dialog.get_by_role("status")).to_have_text(re.compile(r"^[3-9] taken"))
    page.keyboard.up(" ")
    shoot(page, "pictures-camera")
    dialog.get_by_role("button", name=re.compile("Use these")).click()
    expect(page.locator("#album").get_by_text(re.compile(r"\d added to “hand”."))).to_be_visible(timeout=ONE_MINUTE)
    expect(page.locator("#found .found-sentence")).to_have_text(re.compile(r"\d+ pictures, 2 kinds"))


def test_without_a_secure_page_the_device_s_own_camera_takes_the_photos_and_it_is_said_why(
    watched: Watched,
) -> None:
    page = watched.page
    page.get_by_role("button", name="Start empty, take photos").click()
    expect(page.locator("#found").get_by_text("Nothing in here yet.")).to_be_visible()
    page.get_by_label("Name of a new kind").fill("cup")
    page.get_by_role("button", name="New kind").click()
    page.evaluate("() => Object.defineProperty(window, 'isSecureContext', { value: false })")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Take photos of cup").click()
    assert chooser.value.element.get_attribute("capture") == "environment"
    expect(page.get_by_text(re.compile("Browsers open the live camera on secure pages"))).to_be_visible()
