"""The main job as a person does it: samples, all ice, Train; thaw, watch, reload; results, try, download, predict."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, App, Watched, new_context
from tests.browser.steps import (
    TRAINING_MS,
    Shoot,
    bring_garden,
    loaded,
    open_page,
    start,
    state,
    tab,
    thawed_for,
    train,
)

EPOCH_ROWS = "#live-chart details[data-key='live.table'] tbody tr"
POINTS = """() => [...document.querySelectorAll('#live-chart .js-plotly-plot')]
  .flatMap((plot) => plot.data.map((trace) => trace.x.length)).reduce((sum, n) => sum + n, 0)"""


def charted_points(page: Page) -> int:
    return int(page.evaluate(POINTS))


def test_a_person_trains_tries_and_takes_the_model_away(
    app: App, watched: Watched, shoot: Shoot, tmp_path: Path
) -> None:
    page = watched.page
    open_page(page, app.url)
    expect(page.get_by_text("Drop your folder here")).to_be_visible()
    bring_garden(page)
    shoot(page, "1-pictures-light")
    tab(page, "2 Network")
    slider = page.get_by_role("slider", name="Ice line")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^All ice: everything frozen but the last step"))
    shoot(page, "2-network-light")
    train(page)
    state(page, "finished")
    shoot(page, "3-train-all-ice-light")

    tab(page, "4 Results")
    expect(page.get_by_text(re.compile(r"Right on \d+ of 33 new pictures"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"the true rate is likely \d+ to \d+ %")).first).to_be_visible()
    expect(page.get_by_text("Always saying “daisy” would give 27 %.")).to_be_visible()
    shoot(page, "4-results-light")

    tab(page, "5 Try")
    picture = next((app.workspace / "people").glob("**/test/tulip/tulip_0*.jpg"), None) or sample_picture(tmp_path)
    page.locator("#try-zone input[type=file]").first.set_input_files(picture)
    expect(page.locator(".try-best")).to_have_text(re.compile(r"tulip, [\d.]+ % sure\."))
    shown = [float(text.removesuffix(" %").lstrip("<")) for text in page.locator(".try-percent").all_inner_texts()]
    names = page.locator(".try-bars .try-name").all_inner_texts()
    shoot(page, "5-try-light")

    with page.expect_download() as waiting:
        page.get_by_role("link", name=re.compile("Download")).click()
    bundle = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(bundle)
    assert bundle.suffix == ".zip"
    done = subprocess.run(
        [sys.executable, "-m", "tl_core", "predict", str(bundle), str(picture), "--json"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["class"] == "tulip"
    assert [100 * answer["scores"][name] for name in names] == pytest.approx(shown, abs=0.5)  # the screen rounds


def test_a_thawed_run_is_watched_live_and_survives_a_reload_another_browser_and_a_killed_app(
    app: App, watched: Watched, browser: Browser, shoot: Shoot
) -> None:
    page = watched.page
    thawed_for(page, app.url, epochs=6)
    shoot(page, "3-train-expert-light")
    start(page)
    state(page, "running")
    page.wait_for_function(f"() => ({POINTS})() >= 4", timeout=TRAINING_MS)
    before = charted_points(page)
    page.wait_for_function(f"(before) => ({POINTS})() > before", arg=before, timeout=TRAINING_MS)
    expect(page.locator(".live-status")).to_have_text(re.compile(r"Epoch \d of 6 · .* pictures a second"))
    shoot(page, "3-train-running-light")

    seen = charted_points(page)
    page.reload()
    expect(page.get_by_role("tab", name="3 Train")).to_have_attribute("aria-selected", "true")  # by itself
    page.wait_for_function(f"(seen) => ({POINTS})() >= seen", arg=seen)
    state(page, "running")

    address = page.url
    app.kill()
    page.goto("about:blank")  # as a closed laptop: the page would reload by itself once the server is back
    app.start()
    page.goto(address)
    loaded(page)
    tab(page, "3 Train")
    forget_the_lost_connection(watched)
    state(page, "finished")
    page.get_by_text("Numbers of each epoch").click()
    expect(page.locator(EPOCH_ROWS)).to_have_count(7)  # the first model and six epochs

    elsewhere = new_context(browser)
    other = elsewhere.new_page()
    open_page(other, page.url)
    tab(other, "3 Train")
    expect(other.locator("#live-chart .thaw-state")).to_have_class(re.compile(r"\bfinished\b"))
    other.get_by_text("Numbers of each epoch").click()
    expect(other.locator(EPOCH_ROWS)).to_have_count(7)
    elsewhere.close()


def forget_the_lost_connection(watched: Watched) -> None:
    """The browser says that nobody answered while the app was dead: that is the only problem it may have had."""
    lost = ("ERR_", "Failed to fetch", "network error", "NetworkError", "Connection errored out")
    watched.problems[:] = [problem for problem in watched.problems if not any(word in problem for word in lost)]


def test_stop_keeps_the_model_so_far(app: App, watched: Watched) -> None:
    page = watched.page
    thawed_for(page, app.url, epochs=500)
    start(page)
    expect(page.locator(".live-status")).to_have_text(re.compile(r"Epoch \d+ of 500"), timeout=TRAINING_MS)
    page.get_by_role("button", name="Stop and keep").click()
    state(page, "stopped")
    tab(page, "4 Results")
    expect(page.get_by_text(re.compile(r"Right on \d+ of 33 new pictures"))).to_be_visible()


def sample_picture(folder: Path) -> Path:
    from tl_core.data.samples import write_sample

    write_sample("garden", folder / "garden")
    return sorted((folder / "garden" / "test" / "tulip").glob("*.jpg"))[0]


def test_the_ice_line_is_dragged_with_the_pointer_and_answers_while_it_moves(app: App, watched: Watched) -> None:
    page = watched.page
    open_page(page, app.url)
    tab(page, "2 Network")
    handle = page.get_by_role("slider", name="Ice line")
    expect(handle).to_be_visible()
    page.get_by_role("button", name="All ice").click()
    expect(page.locator(".ice-slab.frozen")).to_have_count(5)
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 150, steps=10)
    expect(page.locator(".ice-slab.frozen")).to_have_count(3)  # before the button is let go
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "3")
    tab(page, "3 Train")
    tab(page, "2 Network")
    expect(page.get_by_role("slider", name="Ice line")).to_have_attribute("aria-valuenow", "3")
