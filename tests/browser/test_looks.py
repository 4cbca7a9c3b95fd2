"""How every tab looks and reads: two languages, dark and narrow, nothing wider than the page, axe finds nothing bad."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched
from tests.browser.test_main_job import Shoot, bring_garden, open_page, state, tab, train

TABS = ("1 Pictures", "2 Network", "3 Train", "4 Results", "5 Try")
TABS_CHINESE = ("1 图片", "2 网络", "3 训练", "4 结果", "5 试用")
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def trained(app: App, browser: Browser) -> Iterator[Callable[[str, dict[str, int]], Watched]]:
    """Opens a page on the workspace's newest run; trains one first where there is none."""
    contexts = []

    def opened(address: str, viewport: dict[str, int]) -> Watched:
        context = browser.new_context(viewport=viewport, locale="en-US")  # type: ignore[arg-type]
        context.set_default_timeout(30_000)
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
    trained: Callable[[str, dict[str, int]], Watched], shoot: Shoot, theme: str, width: int
) -> None:
    watched = trained(f"/?__theme={theme}", {"width": width, "height": 900})
    for name in TABS:
        tab(watched.page, name)
        expect(watched.page.locator(".tabitem:visible, [role=tabpanel]:visible").first).to_be_visible()
        shoot(watched.page, f"look-{theme}-{width}-{name[0]}")
        assert watched.page.evaluate(WIDER) <= 0, f"{name} is wider than the page"
        assert serious_faults(watched.page) == []
        assert watched.bare_keys() == []
    assert watched.problems == []


def serious_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_the_language_changes_every_tab_at_once_and_is_remembered(
    trained: Callable[[str, dict[str, int]], Watched], shoot: Shoot
) -> None:
    watched = trained("/", {"width": 1280, "height": 900})
    page = watched.page
    page.locator("#language").get_by_text("中文").click()
    for name in TABS_CHINESE:
        tab(page, name)
        shoot(page, f"look-chinese-{name[0]}")
    tab(page, TABS_CHINESE[3])
    expect(page.get_by_text(re.compile("张新图片答对")).first).to_be_visible()
    page.reload()
    expect(page.get_by_role("tab", name=TABS_CHINESE[0])).to_be_visible()
    page.locator("#language").get_by_text("English").click()
    expect(page.get_by_role("tab", name=TABS[0])).to_be_visible()
    assert watched.problems == []


def test_the_whole_page_can_be_reached_with_the_keyboard(trained: Callable[[str, dict[str, int]], Watched]) -> None:
    page = trained("/", {"width": 1280, "height": 900}).page
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
