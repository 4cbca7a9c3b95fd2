"""What was found is corrected on the screen, by a button and by hand; the question, the part, the split, the sets."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched, new_context
from tests.browser.steps import expert, open_page
from tests.browser.test_bringing_pictures import ONE_MINUTE, drop, found, has_kinds, picture
from tests.browser.test_looks import fits, serious_faults

Opened = Callable[..., Watched]
Shoot = Callable[[Page, str], None]


@pytest.fixture
def opened(app: App, browser: Browser) -> Iterator[Opened]:
    contexts = []

    def open_(address: str = "/", width: int = 1280) -> Watched:
        context = new_context(browser, width)
        contexts.append(context)
        watched = Watched(context.new_page())
        open_page(watched.page, app.url + address)
        return watched

    yield open_
    for context in contexts:
        context.close()


def stations(folder: Path) -> Path:
    """Four stations of two kinds each; one picture twice, one in both kinds, one blank, one torn."""
    seed = 100
    for station in ("north", "south", "east", "west"):
        for kind in ("deer", "hare"):
            (folder / station / kind).mkdir(parents=True)
            for number in range(3):
                seed += 1
                (folder / station / kind / f"{number}.png").write_bytes(picture(seed, (96, 72)))
    (folder / "north" / "deer" / "copy.png").write_bytes((folder / "north" / "deer" / "0.png").read_bytes())
    (folder / "south" / "hare" / "both.png").write_bytes((folder / "south" / "deer" / "1.png").read_bytes())
    blank = io.BytesIO()
    Image.new("RGB", (96, 72), "white").save(blank, "PNG")
    (folder / "south" / "hare" / "blank.png").write_bytes(blank.getvalue())
    (folder / "north" / "deer" / "torn.png").write_bytes(picture(7)[:60])
    return folder


def test_findings_are_put_right_by_a_press_and_by_hand_and_everything_can_be_undone(
    opened: Opened, shoot: Shoot, tmp_path: Path
) -> None:
    watched = opened()
    page = watched.page
    folder = stations(tmp_path / "reserve")
    before = {path: path.read_bytes() for path in folder.rglob("*.png")}
    drop(page, folder)
    found(page, "reserve", "27 pictures, 2 kinds; 1 not used.")
    expect(page.get_by_text("Of 28 files: 27 used, 1 not used, 0 README, hidden or system files.")).to_be_visible()
    expert(page)
    shoot(page, "pictures-findings")

    twice = page.locator("#found .finding").filter(has_text="The same picture twice")
    expect(twice.locator("img").first).to_be_visible()
    twice.get_by_role("button", name="Leave out the copies").click()
    expect(page.locator("#found .found-sentence")).to_have_text("26 pictures, 2 kinds; 2 not used.")
    page.locator("#found").get_by_role("button", name="It is “deer”").click()
    expect(page.locator("#album .kind-name .count").first).to_have_text("13")
    has_kinds(page, deer=13, hare=13)

    page.get_by_role("button", name="Left out by you (1)").click()
    page.locator(".tile").first.click()
    page.get_by_role("button", name="Bring back").click()
    expect(page.locator("#found .found-sentence")).to_have_text("27 pictures, 2 kinds; 1 not used.")

    page.get_by_role("button", name="See the pictures of hare").click()
    expect(page.locator(".tile").first).to_be_focused()
    page.keyboard.press(" ")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".grid-tools [role=status]")).to_have_text("3 chosen")
    page.get_by_label("Kind to move them to").fill("rabbit")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("#found .found-sentence")).to_have_text("27 pictures, 3 kinds; 1 not used.")
    page.get_by_role("button", name="All kinds").click()
    has_kinds(page, deer=14, hare=10, rabbit=3)
    page.get_by_text("What you changed (4)").click()
    expect(page.locator(".album-history li").first).to_have_text("3 pictures moved to 'rabbit'.")
    shoot(page, "pictures-history")

    for undone in range(1, 5):
        page.get_by_role("button", name="Undo").click()
        expect(page.locator("#album .undone")).to_have_count(undone)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    has_kinds(page, deer=13, hare=14)
    page.get_by_role("button", name="Redo").click()
    expect(page.locator("#found .found-sentence")).to_have_text("26 pictures, 2 kinds; 2 not used.")
    assert {path: path.read_bytes() for path in folder.rglob("*.png")} == before
    assert watched.problems == []


def test_where_it_is_used_which_part_matters_and_the_split_are_said_and_kept(
    opened: Opened, shoot: Shoot, tmp_path: Path
) -> None:
    watched = opened()
    page = watched.page
    drop(page, stations(tmp_path / "survey"))
    found(page, "survey", "27 pictures, 2 kinds; 1 not used.")
    page.get_by_role("button", name="New ones").click()
    folder = page.locator("#use").get_by_role("button", name="outer folder: 4 groups")
    expect(folder).to_have_attribute("aria-pressed", "false")
    folder.click()
    expect(folder).to_have_attribute("aria-pressed", "true")

    page.get_by_role("button", name="Mark the part that matters").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_have_js_property("complete", True)
    page.keyboard.press("Shift+ArrowUp")
    for _ in range(9):
        page.keyboard.press("Shift+ArrowUp")
    area = dialog.locator(".part-box")
    expect(area).to_have_attribute("aria-label", re.compile("0 to 100 % of the width, 0 to 90 % of the height"))
    shoot(page, "pictures-part")
    dialog.get_by_role("button", name="Use this part").click()
    expect(page.get_by_text("The network sees 0 to 100 % of the width and 0 to 90 % of the height.")).to_be_visible()
    expect(page.locator(".thumb-part").first).to_be_visible()
    page.get_by_label("As the network sees it (224 pixels)").check()
    seen = page.locator("#album .kind-open img").first
    expect(seen).to_have_attribute("src", re.compile(r"view=network&part=0%2C0%2C1%2C0\.9"))
    expect(seen).to_have_js_property("naturalWidth", 224)
    shoot(page, "pictures-as-the-network")

    assert watched.problems == []
    watched = opened()  # another browser finds the answers with the pictures
    page = watched.page
    expect(page.get_by_text("The network sees 0 to 100 % of the width and 0 to 90 % of the height.")).to_be_visible()
    expert(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the split (CSV)").click()
    rows = list(csv.DictReader(io.StringIO(waiting.value.path().read_text(encoding="utf-8"))))
    sides: dict[str, set[str]] = {}
    for row in rows:
        sides.setdefault(row["path"].split("/")[-3], set()).add(row["split"])
    assert {len(side) for side in sides.values()} == {1}
    assert set.union(*sides.values()) == {"train", "val"}

    for row in rows:
        row["split"] = "test" if row["path"].endswith("2.png") else "train"
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    page.locator("#split-table input[type=file]").set_input_files(
        {"name": "split.csv", "mimeType": "text/csv", "buffer": table.getvalue().encode()}
    )
    expect(page.get_by_text("The split is in use.")).to_be_visible()
    expect(page.locator("#album [data-kind=deer] small").first).to_have_text("training 9, test 4")
    page.get_by_role("button", name="Start empty, take photos").click()
    expect(page.get_by_text("The split is in use.")).to_have_count(0)
    assert watched.problems == []


def test_the_sets_of_the_workspace_get_names_and_are_deleted_after_asking(opened: Opened, tmp_path: Path) -> None:
    page = opened().page
    drop(page, stations(tmp_path / "old"))
    found(page, "old", "27 pictures, 2 kinds; 1 not used.")
    row = page.locator(".shelf-row").filter(has=page.get_by_text("old", exact=True)).first
    row.get_by_role("button", name="Rename old").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("Reserve 2026")
    page.keyboard.press("Enter")
    expect(page.locator("#found h3")).to_have_text("Reserve 2026")
    page.get_by_role("button", name="Delete Reserve 2026").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete Reserve 2026").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".shelf-row").filter(has_text="Reserve 2026")).to_have_count(0)
    expect(page.locator("#found h3").filter(has_text="Reserve 2026")).to_have_count(0)
    assert (tmp_path / "old" / "north" / "deer" / "0.png").exists()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_tab_fits_its_page_in_both_levels_and_languages(
    opened: Opened, shoot: Shoot, tmp_path: Path, theme: str, width: int
) -> None:
    watched = opened(f"/?__theme={theme}", width)
    page = watched.page
    page.locator("#dropzone input[webkitdirectory]").set_input_files(stations(tmp_path / f"look-{theme}"))
    found(page, f"look-{theme}", "27 pictures, 2 kinds; 1 not used.")
    page.get_by_role("button", name="New ones").click()
    for level in ("Simple", "Expert"):
        page.locator("#level").get_by_text(level).click()
        expect(page.locator("#album .kind").first).to_be_visible()
        shoot(page, f"pictures-{theme}-{width}-{level}")
        fits(page)
        assert serious_faults(page) == []
    page.get_by_role("button", name="See the pictures of deer").click()
    expect(page.locator(".tile").first).to_be_focused(timeout=ONE_MINUTE)
    shoot(page, f"pictures-{theme}-{width}-grid")
    assert serious_faults(page) == []
    page.get_by_role("button", name="All kinds").click()
    page.get_by_role("button", name="Mark the part that matters").click()
    assert serious_faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#language").get_by_text("中文").click()
    expect(page.get_by_role("button", name="框出重点")).to_be_visible()
    shoot(page, f"pictures-{theme}-{width}-chinese")
    fits(page)
    assert watched.bare_keys() == []
    page.locator("#language").get_by_text("English").click()
    expect(page.get_by_role("button", name="Mark the part that matters")).to_be_visible()
    assert watched.problems == []
