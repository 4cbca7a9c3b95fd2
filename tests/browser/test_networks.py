"""The Network and Train tabs as a person uses them: the line answers, a network is chosen, stages thaw, presets run."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import App, Watched
from tests.browser.steps import Shoot, bring_garden, loaded, open_page, set_fields, start, state, tab
from tests.browser.test_looks import serious_faults

LOOKING_MS = 180_000  # the first look waits for torch on a busy machine
THAWED = """() => [...document.querySelectorAll('#live-chart .js-plotly-plot')]
  .map((plot) => [plot.layout.shapes.length, plot.layout.annotations.map((one) => one.text).join()])"""


def network(page: Page, app: App, *, level: str = "Simple") -> Locator:
    """The Network tab with pictures and an open network; gives the ice line."""
    open_page(page, app.url)
    bring_garden(page)
    page.locator("#level").get_by_text(level).click()
    tab(page, "2 Network")
    line = page.get_by_role("slider", name="Ice line")
    expect(line).to_be_visible(timeout=LOOKING_MS)
    if level == "Expert":  # the drawing that stands there before has no switches
        expect(page.get_by_role("switch").first).to_be_visible(timeout=LOOKING_MS)
    page.get_by_role("button", name="All ice").click()
    return line


def test_the_line_moves_and_the_drawing_the_numbers_what_is_readable_and_the_cost_follow(
    app: App, watched: Watched, shoot: Shoot
) -> None:
    page = watched.page
    line = network(page, app)
    grip = page.locator(".ice-grip")
    expect(grip).to_have_text(re.compile(r"Readable from here: about \d+ %"), timeout=LOOKING_MS)
    expect(page.locator(".ice-readable")).to_contain_text("not the training's result")
    expect(page.locator(".ice-readable")).to_contain_text("Always saying")
    expect(page.locator(".ice-fact.cost")).to_contain_text("No epochs", timeout=LOOKING_MS)
    now = page.locator(".ice-profile circle.now")
    place, learns = now.get_attribute("cy"), page.locator(".ice-fact.trained b").inner_text()
    expect(page.locator(".ice-profile circle")).to_have_count(5)
    line.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".ice-slab.frozen")).to_have_count(3)
    expect(page.locator(".ice-fact.trained b")).not_to_have_text(learns)
    expect(now).not_to_have_attribute("cy", place or "")
    expect(page.locator(".ice-fact.cost")).to_contain_text("One epoch")
    expect(line).to_have_attribute("aria-valuetext", re.compile("Readable from here: about"))
    expect(line).to_be_focused()
    shoot(page, "2-network-answers")
    assert serious_faults(page) == []

    page.reload()
    loaded(page)
    tab(page, "2 Network")
    expect(grip).to_have_text(re.compile(r"Readable from here: about \d+ %"))
    expect(page.locator(".ice-slab.frozen")).to_have_count(3)


def test_a_network_is_found_in_the_catalogue_and_chosen_with_a_click_on_its_point(
    app: App, watched: Watched, shoot: Shoot
) -> None:
    page = watched.page
    network(page, app, level="Expert")
    page.get_by_text("All networks").click()
    page.get_by_role("searchbox", name="Search").fill("torchvision/mnasnet0_5")
    expect(page.locator("#catalogue [role=status]")).to_have_text(re.compile(r"^1 of [\d,]+ networks"))
    shoot(page, "2-network-catalogue")
    assert serious_faults(page) == []
    page.locator("#catalogue .scatter-point circle").click()
    expect(page.locator("#any-network textarea, #any-network input").first).to_have_value("torchvision/mnasnet0_5")
    expect(page.get_by_role("slider", name="Ice line")).to_be_visible(timeout=LOOKING_MS)
    tab(page, "3 Train")
    expect(page.locator("#decision-network")).to_contain_text("mnasnet0_5")
    tab(page, "2 Network")
    page.locator("#network-cards").get_by_text("Quick").click()
    expect(page.locator("#any-network textarea, #any-network input").first).to_have_value("tf_efficientnet_lite0")


def test_stages_are_switched_one_by_one_and_thaw_later_and_the_chart_marks_when(
    app: App, watched: Watched, shoot: Shoot
) -> None:
    page = watched.page
    network(page, app, level="Expert")
    switches = page.get_by_role("switch")
    expect(switches.first).to_be_visible()
    count = switches.count()
    switches.nth(0).click()
    expect(page.locator(".ice-sentence")).to_contain_text("surgical")
    expect(page.locator(".ice-slab.frozen")).to_have_count(count - 1)
    page.get_by_role("button", name="All ice").click()
    expect(page.locator(".ice-slab.frozen")).to_have_count(count)
    tab(page, "3 Train")
    expect(page.locator("#decision-ice")).to_contain_text("All ice")
    tab(page, "2 Network")

    page.get_by_text("Thaw later, stage by stage").click()
    page.get_by_role("button", name="One stage an epoch").click()
    expect(page.locator("#gradual tbody tr")).to_have_count(3)
    page.get_by_role("button", name="Remove line 3").click()
    expect(page.locator("#gradual tbody tr")).to_have_count(2)
    tab(page, "3 Train")
    expect(page.get_by_text("Stages that thaw later, epoch by epoch: 2.")).to_be_visible()
    expect(page.get_by_role("radio", name=re.compile("My settings"))).to_be_checked()
    small_and_short(page, epochs=3)
    start(page)
    state(page, "finished")
    expect(page.get_by_text(re.compile("Thawed from epoch 2: .*Thawed from epoch 3: "))).to_be_visible()
    page.wait_for_function(f"() => ({THAWED})().every(([lines]) => lines === 2)")
    assert all("thaws" in names for _, names in page.evaluate(THAWED))
    shoot(page, "3-train-thawed")


def test_a_preset_is_chosen_with_its_forecast_and_runs(app: App, watched: Watched, shoot: Shoot) -> None:
    page = watched.page
    network(page, app)
    tab(page, "3 Train")
    instant = page.get_by_role("radio", name=re.compile("^Instant"))
    expect(instant).to_be_checked()
    expect(page.locator(".preset-time").first).to_have_text(re.compile(r"about \S+"), timeout=LOOKING_MS)
    cost = page.locator(".preset-cost")
    expect(cost).to_have_text(re.compile(r"in about \S+ \S+; about [\d.]+ [MG]B of memory, [\d.]+ [MG]B on disk\.$"))
    page.get_by_role("radio", name=re.compile("^Better")).check(force=True)
    expect(cost).to_have_text(re.compile(r"^First model in about \S+ \S+, everything in about \S+ \S+; about "))
    expect(page.locator(".preset-missing")).to_have_count(0)
    expect(page.locator("#decision-ice")).to_contain_text("Thaw places it")
    shoot(page, "3-train-presets")
    assert serious_faults(page) == []
    instant.check(force=True)
    expect(page.locator("#decision-ice")).to_contain_text("All ice")
    start(page)
    state(page, "finished")


def test_a_disk_without_room_is_said_before_train_is_pressed(app: App, watched: Watched, shoot: Shoot) -> None:
    page = watched.page

    def on_a_small_disk(route: Route) -> None:
        """The server's own answer, but for the disk that it looked at."""
        answer = route.fetch()
        said = answer.json()
        for cost in (said.get("presets") or {}).values():
            cost["disk_missing_bytes"] = 2.4e9
        route.fulfill(response=answer, json=said)

    page.route("**/estimate?*", on_a_small_disk)
    network(page, app)
    tab(page, "3 Train")
    missing = page.get_by_role("alert").filter(has_text="The disk has not enough room for this: it lacks about 2.4 GB.")
    expect(missing).to_be_visible(timeout=LOOKING_MS)
    expect(page.locator("#train")).to_be_visible()
    shoot(page, "3-train-disk")
    assert serious_faults(page) == []


@pytest.mark.long
def test_better_compares_places_of_the_ice_and_tells_which_it_kept(app: App, watched: Watched, shoot: Shoot) -> None:
    page = watched.page
    network(page, app, level="Expert")
    tab(page, "3 Train")
    page.get_by_role("radio", name=re.compile("^Better")).check(force=True)
    expect(page.locator("#decision-ice")).to_contain_text("Thaw places it")
    small_and_short(page, epochs=2)
    start(page)
    state(page, "finished")
    expect(page.get_by_text("Places of the ice that were compared")).to_be_visible()
    expect(page.locator("#live-chart details[data-key='live.compared'] tbody tr")).to_have_count(2)
    expect(page.locator("#live-chart details[data-key='live.compared']")).to_contain_text("(best)")
    shoot(page, "3-train-better")


def small_and_short(page: Page, *, epochs: int) -> None:
    """Settings that train in seconds: small pictures, and no augmentation, so that the frozen part is remembered."""
    set_fields(page, epochs=epochs, image_size=64)
    page.locator("#control-augment input").click()
    page.get_by_role("option", name="none", exact=True).click()
