"""A training in a real browser: paused, gone on with, and given more epochs from one that is kept."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Watched
from tests.browser.steps import TRAINING_MS, Shoot, bring_garden, open_page, state, tab, thaw_with_the_keyboard

RINGS = """() => [...document.querySelectorAll('#live-chart .js-plotly-plot')]
  .map((plot) => plot.data.filter((trace) => trace.mode === 'markers').flatMap((trace) => trace.x))"""


def epochs_in_table(page: Page) -> int:
    return page.locator("#live-chart details[data-key='live.table'] tbody tr").count()


@pytest.mark.long
def test_a_training_is_paused_goes_on_and_gets_more_epochs(app: App, watched: Watched, shoot: Shoot) -> None:
    page = watched.page
    open_page(page, app.url)
    bring_garden(page)
    thaw_with_the_keyboard(page)
    page.locator("#level").get_by_text("Expert").click()
    tab(page, "3 Train")
    page.get_by_role("button", name=re.compile("All settings")).click()
    page.locator("#control-epochs input, #control-epochs textarea").first.fill("5")
    page.locator("#train").click()
    live = page.locator("#live-chart")
    expect(live.locator(".live-first")).to_be_visible(timeout=TRAINING_MS)
    live.get_by_role("button", name="Pause").click()
    state(page, "stopped")
    expect(live.locator(".thaw-state")).to_have_text("paused")
    expect(live).to_contain_text("Paused. The model so far is kept")
    shoot(page, "live-paused-light")

    live.get_by_role("button", name="Resume").click()
    shown = live.locator(".thaw-state")
    expect(shown).not_to_have_class(re.compile("stopped"))
    state(page, "finished")
    expect(live.get_by_role("button", name="Train 10 more")).to_be_visible()
    assert epochs_in_table(page) <= 6
    kept = page.evaluate(RINGS)[0]
    assert kept
    live.get_by_label("More epochs").fill("2")
    if len(kept) > 1:
        live.get_by_label("From").select_option(str(min(kept)))
        expect(live).to_contain_text(f"What came after epoch {min(kept)} is trained anew.")
    shoot(page, "live-more-epochs-light")
    before = min(kept) if len(kept) > 1 else max(kept)
    live.get_by_role("button", name="Train 2 more").click()
    expect(shown).not_to_have_class(re.compile("finished"))
    state(page, "finished")
    expect(live.locator("details[data-key='live.table'] tbody tr")).to_have_count(before + 3)
