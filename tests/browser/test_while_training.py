"""The first model is tried in a real browser while the rest of its training goes on."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import App, Watched
from tests.browser.steps import TRAINING_MS, state, tab, thawed_for
from tests.browser.test_main_job import sample_picture


def test_the_first_model_is_tried_while_training_goes_on(app: App, watched: Watched, tmp_path: Path) -> None:
    page = watched.page
    thawed_for(page, app.url, epochs=500)
    page.locator("#train").click()
    first = page.locator("#live-chart .live-first")
    expect(first).to_contain_text("The first model is ready, and training goes on.", timeout=TRAINING_MS)
    expect(first).to_contain_text(re.compile(r"right on [\d.]+ % of the \d+ pictures that were set aside"))
    first.get_by_role("button", name="Try the first model now").click()
    expect(page.get_by_role("tab", name="5 Try")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("This is the first model; a better one may replace it")).to_be_visible()
    page.locator("#try-zone input[type=file]").first.set_input_files(sample_picture(tmp_path))
    expect(page.locator(".try-best")).to_have_text(re.compile(r"\w+, [\d.]+ % sure\."), timeout=TRAINING_MS)
    tab(page, "3 Train")
    state(page, "running")
    page.get_by_role("button", name="Stop and keep").click()
    state(page, "stopped")
    expect(first).to_have_count(0)
    assert watched.bare_keys() == []
