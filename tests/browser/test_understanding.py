"""Every number leads to pictures: from a cell of the matrix to its pictures, the right label, and training again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched, new_context
from tests.browser.steps import Shoot, open_page, start, state, tab
from tests.browser.test_bringing_pictures import drop, found
from tests.browser.test_looks import fits, serious_faults

Opened = Callable[..., Watched]
TINTS = {"red": (150, 30, 30), "blue": (30, 30, 150)}


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


def tinted(seed: int, tint: tuple[int, int, int]) -> Image.Image:
    """Big random patches of one tint: no two are alike, and anybody can tell the kinds apart."""
    patches = np.random.default_rng(seed).integers(0, 105, size=(6, 6, 1)) + np.array(tint)
    return Image.fromarray(patches.astype(np.uint8)).resize((96, 96), Image.Resampling.NEAREST)


def two_tints(folder: Path) -> Path:
    """Twelve of each kind to learn from and six to test with; one blue picture lies among the red ones of the test."""
    seed = 0
    for split, count in (("train", 12), ("test", 6)):
        for kind, tint in TINTS.items():
            (folder / split / kind).mkdir(parents=True)
            for number in range(count):
                seed += 1
                shown = TINTS["blue"] if (split, kind, number) == ("test", "red", 0) else tint
                tinted(seed, shown).save(folder / split / kind / f"{number}.png")
    return folder


def bring_and_train(page: Page, folder: Path) -> None:
    drop(page, folder)
    found(page, folder.name, "36 pictures, 2 kinds.")
    tab(page, "3 Train")
    start(page)
    state(page, "finished")
    tab(page, "4 Results")


def test_from_a_number_to_its_pictures_to_a_right_label_to_training_again(
    opened: Opened, shoot: Shoot, tmp_path: Path
) -> None:
    watched = opened()
    page = watched.page
    bring_and_train(page, two_tints(tmp_path / "tints"))
    expect(page.get_by_text("Right on 11 of 12 new pictures (92 %)")).to_be_visible()
    shoot(page, "results-numbers")

    cell = page.get_by_role("button", name="“red” taken for “blue”: 1. See them")
    cell.focus()
    page.keyboard.press("Enter")
    window = page.get_by_role("dialog", name="“red” taken for “blue”")
    tile = window.locator(".tile")
    expect(tile).to_have_count(1)
    expect(tile).to_be_focused()
    expect(window.locator(".seen-verdict")).to_have_text(re.compile("Given as “red”; it said “blue”, [0-9.]+ % sure."))
    expect(window.locator(".seen-one img")).to_have_js_property("complete", True)
    shoot(page, "results-pictures")
    assert serious_faults(page) == []

    window.get_by_role("button", name="It is “blue”").click()
    expect(window.get_by_role("status").first).to_have_text("1 picture moved to 'blue'.")
    expect(window.locator(".tile .fate")).to_have_text("now “blue”")
    window.get_by_role("button", name="Undo").click()
    expect(window.locator(".tile .fate")).to_have_count(0)
    expect(window.get_by_role("button", name=re.compile("Train again"))).to_have_count(0)
    window.get_by_role("button", name="It is “blue”").click()
    expect(window.get_by_role("button", name="Train again with 1 correction")).to_be_visible()
    page.keyboard.press("Escape")
    expect(cell).to_be_focused()
    again = page.locator("#results").get_by_role("button", name="Train again with 1 correction")
    expect(again).to_be_visible()
    shoot(page, "results-corrected")

    before = page.url
    again.click()
    page.wait_for_function("(before) => location.href !== before", arg=before)
    expect(page.get_by_role("tab", name="3 Train")).to_have_attribute("aria-selected", "true")
    state(page, "finished")
    tab(page, "4 Results")
    expect(page.get_by_text("Right on 12 of 12 new pictures (100 %)")).to_be_visible()
    expect(page.locator("#results").get_by_role("button", name=re.compile("Train again with"))).to_have_count(0)
    assert watched.problems == []
    assert watched.bare_keys() == []


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 390)])
def test_the_window_of_pictures_and_the_sliders_fit_and_read_well(
    opened: Opened, shoot: Shoot, tmp_path: Path, theme: str, width: int
) -> None:
    watched = opened(f"/?__theme={theme}", width)
    page = watched.page
    tab(page, "1 Pictures")
    page.locator("#dropzone input[webkitdirectory]").set_input_files(two_tints(tmp_path / f"tints-{theme}"))
    found(page, f"tints-{theme}", "36 pictures, 2 kinds.")
    tab(page, "3 Train")
    start(page)
    state(page, "finished")
    tab(page, "4 Results")
    page.get_by_label("The kind that must not be missed").select_option("red")
    slider = page.get_by_role("slider", name="Between missing fewer and checking fewer")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text(re.compile("Of 6 “red”, 0 slipped through"))).to_be_visible()
    page.get_by_role("button", name="Keep this with the model").first.click()
    expect(page.get_by_text("Kept: Try and every download answer so from now on.")).to_be_visible()
    expect(page.get_by_text(re.compile("With 12 pictures to judge by"))).to_be_visible()
    shoot(page, f"results-{theme}-{width}")
    fits(page)
    assert serious_faults(page) == []
    page.get_by_role("button", name="See all mistakes").click()
    expect(page.get_by_role("dialog").locator(".tile")).to_have_count(1)
    page.get_by_role("button", name="Why?").click()
    expect(page.locator(".seen-one canvas.heat")).to_be_visible()
    expect(page.get_by_text("The glow is where it looked for “blue”.")).to_be_visible()
    expect(page.locator(".near li")).to_have_count(5)
    shoot(page, f"results-pictures-{theme}-{width}")
    fits(page)
    assert serious_faults(page) == []
    page.keyboard.press("Escape")
    page.locator("#language").get_by_text("中文").click()
    expect(page.get_by_text(re.compile("张新图片答对 11 张")).first).to_be_visible()
    shoot(page, f"results-chinese-{theme}-{width}")
    fits(page)
    assert watched.bare_keys() == []
    assert watched.problems == []
