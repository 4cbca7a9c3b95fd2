"""A second training, started while one trains: it waits where it can be seen, says for how many, and is cancelled."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Watched
from tests.browser.steps import TRAINING_MS, bring_garden, open_page, state, tab, thaw_with_the_keyboard


def shown_run(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query).get("run", [""])[0]


def test_a_second_training_waits_says_for_how_many_and_is_cancelled(app: App, watched: Watched) -> None:
    page = watched.page
    open_page(page, app.url)
    bring_garden(page)
    thaw_with_the_keyboard(page)
    page.locator("#level").get_by_text("Expert").click()
    tab(page, "3 Train")
    page.get_by_role("button", name=re.compile("All settings")).click()
    page.locator("#control-epochs input, #control-epochs textarea").first.fill("500")
    page.locator("#train").click()
    expect(page.locator("#live-chart .live-first")).to_be_visible(timeout=TRAINING_MS)
    state(page, "running")
    first = shown_run(page)
    page.locator("#train").click()
    state(page, "queued")
    expect(page.locator("#live-chart .live-status")).to_contain_text("Waiting, 1 before it")
    assert shown_run(page) not in ("", first)
    page.locator("#live-chart").get_by_role("button", name="Cancel").click()
    state(page, "stopped")
    expect(page.locator("#live-chart .thaw-state")).to_have_text("cancelled")
    expect(page.locator("#live-chart")).to_contain_text("Nothing was trained.")
    assert page.request.get(f"{app.url}/thaw/runs/{first}/view").json()["state"] == "running"
    assert page.request.post(f"{app.url}/thaw/runs/{first}/stop").ok
    assert watched.bare_keys() == []
