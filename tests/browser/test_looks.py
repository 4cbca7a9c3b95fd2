"""How every tab looks and reads: two languages, dark and narrow, nothing wider than the page, axe finds nothing bad."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched, new_context
from tests.browser.steps import Shoot, bring_garden, loaded, open_page, state, tab, train

TABS = ("1 Pictures", "2 Network", "3 Train", "4 Results", "5 Try")
TABS_CHINESE = ("1 图片", "2 网络", "3 训练", "4 结果", "5 试用")
FITS = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
AT_REST = """() => document.getAnimations().every((one) =>
  one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)"""


@pytest.fixture
def trained(app: App, browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a page on the workspace's newest run; trains one first where there is none."""
    contexts = []

    def opened(address: str = "/", width: int = 1280) -> Watched:
        context = new_context(browser, width)
        contexts.append(context)
        watched = Watched(context.new_page())
        open_page(watched.page, app.url + address)
        tab(watched.page, TABS[3])
        if watched.page.get_by_text("Train first; your answer appears here.").is_visible():
            tab(watched.page, TABS[0])
            bring_garden(watched.page)
            train(watched.page)
            state(watched.page, "finished")
        return watched

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_every_tab_fits_its_page_and_axe_finds_nothing_serious(
    trained: Callable[..., Watched], shoot: Shoot, theme: str, width: int
) -> None:
    watched = trained(f"/?__theme={theme}", width)
    for name in TABS:
        tab(watched.page, name)
        expect(watched.page.locator(".tabitem:visible, [role=tabpanel]:visible").first).to_be_visible()
        shoot(watched.page, f"look-{theme}-{width}-{name[0]}")
        fits(watched.page)
        assert serious_faults(watched.page) == []
        assert watched.bare_keys() == []
    assert watched.problems == []


def fits(page: Page) -> None:
    """Waits until nothing is wider than the page: a chart that is just drawn takes its place a moment later."""
    page.wait_for_function(FITS)


def serious_faults(page: Page) -> list[str]:
    """What axe finds once nothing fades or slides any more: colours in between have no contrast."""
    page.wait_for_function(AT_REST)
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_the_language_changes_every_tab_at_once_and_is_remembered(
    trained: Callable[..., Watched], shoot: Shoot
) -> None:
    watched = trained()
    page = watched.page
    page.locator("#language").get_by_text("中文").click()
    for name in TABS_CHINESE:
        tab(page, name)
        shoot(page, f"look-chinese-{name[0]}")
    tab(page, TABS_CHINESE[3])
    expect(page.get_by_text(re.compile("张新图片答对")).first).to_be_visible()
    page.reload()
    loaded(page)
    expect(page.get_by_role("tab", name=TABS_CHINESE[0])).to_be_visible()
    page.locator("#language").get_by_text("English").click()
    expect(page.get_by_role("tab", name=TABS[0])).to_be_visible()
    assert watched.problems == []


def test_the_whole_page_can_be_reached_with_the_keyboard(trained: Callable[..., Watched]) -> None:
    page = trained().page
    page.get_by_role("tab", name=TABS[0]).focus()
    for name in TABS[1:]:
        page.keyboard.press("ArrowRight")
        focused = page.evaluate("() => document.activeElement.textContent")
        assert name in str(focused)
    tab(page, TABS[1])
    reached: set[str] = set()
    page.locator("body").click(position={"x": 2, "y": 2})
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(
            str(page.evaluate("() => document.activeElement.getAttribute('role') || document.activeElement.tagName"))
        )
    assert "slider" in reached
