"""The main job as a person does it: samples, all ice, Train; thaw, watch, reload; results, try, download, predict."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, App, Watched, new_context

TRAINING_MS = 240_000  # how long a training may take on a busy machine of two cores
Shoot = Callable[[Page, str], None]
EPOCH_ROWS = "#live-chart details[data-key='live.table'] tbody tr"
POINTS = """() => [...document.querySelectorAll('#live-chart .js-plotly-plot')]
  .flatMap((plot) => plot.data.map((trace) => trace.x.length)).reduce((sum, n) => sum + n, 0)"""


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    loaded(page)


def loaded(page: Page) -> None:
    """Waits until what was chosen before is shown."""
    expect(page.locator("h1")).to_contain_text("Thaw")
    expect(page.locator("html[aria-busy]")).to_have_count(0)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


def bring_garden(page: Page) -> None:
    tab(page, "1 Pictures")  # a page that opens while something is trained shows that
    page.get_by_role("button", name=re.compile("Garden")).click()
    expect(page.locator("#dropzone .drop-status")).to_have_text("Your pictures are in.")
    expect(page.get_by_text("121 pictures, 4 kinds")).to_be_visible()


def train(page: Page) -> None:
    tab(page, "3 Train")
    start(page)


def start(page: Page) -> None:
    """Presses Train, and sees the page turn to the new run: an earlier one, which has ended, may be shown till then."""
    before = page.evaluate("() => location.href")
    page.locator("#train").click()
    page.wait_for_function("(before) => location.href !== before", arg=before)


def state(page: Page, name: str) -> None:
    """Waits for it, or for another ending, which is told with what the page says of it."""
    shown = page.locator("#live-chart .thaw-state")
    expect(shown).to_have_class(re.compile(rf"\b({name}|finished|stopped|failed|lost)\b"), timeout=TRAINING_MS)
    assert name in (shown.get_attribute("class") or "").split(), page.locator("#live-chart").inner_text()


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
    open_page(page, app.url)
    bring_garden(page)
    thaw_with_the_keyboard(page)
    page.locator("#level").get_by_text("Expert").click()
    tab(page, "3 Train")
    page.get_by_role("button", name=re.compile("All settings")).click()
    page.locator("#control-epochs input, #control-epochs textarea").first.fill("6")
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


def thaw_with_the_keyboard(page: Page) -> None:
    """Moves the ice line up by two parts from all ice, and sees the drawing, the numbers and the sentence follow."""
    tab(page, "2 Network")
    slider = page.get_by_role("slider", name="Ice line")
    slider.focus()
    page.keyboard.press("End")  # an earlier run may have had it elsewhere
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^All ice"))
    frozen = page.locator(".ice-slab.frozen")
    count = frozen.count()
    learns = page.locator(".ice-fact.trained b").inner_text()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(frozen).to_have_count(count - 2)
    expect(page.locator(".ice-fact.trained b")).not_to_have_text(learns)
    expect(page.locator(".ice-sentence")).to_have_text("Later layers adapt. For unusual pictures.")


def test_stop_keeps_the_model_so_far(app: App, watched: Watched) -> None:
    page = watched.page
    open_page(page, app.url)
    bring_garden(page)
    thaw_with_the_keyboard(page)
    page.locator("#level").get_by_text("Expert").click()
    tab(page, "3 Train")
    page.get_by_role("button", name=re.compile("All settings")).click()
    page.locator("#control-epochs input, #control-epochs textarea").first.fill("500")
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
