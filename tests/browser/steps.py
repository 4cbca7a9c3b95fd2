"""Steps that several stories share: a page opened, pictures brought, the ice line moved, settings filled in, Train."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

TRAINING_MS = 240_000  # how long a training may take on a busy machine of two cores
Shoot = Callable[[Page, str], None]


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


def expert(page: Page) -> None:
    page.locator("#level").get_by_text("Expert").click()


def set_fields(page: Page, **values: object) -> None:
    """Fills in numbers and words of the Train tab, where all settings are shown."""
    page.get_by_role("button", name=re.compile("All settings")).click()
    for field, value in values.items():
        page.locator(f"#control-{field} input, #control-{field} textarea").first.fill(str(value))


def thawed_for(page: Page, url: str, *, epochs: int) -> None:
    """The garden's pictures on the Train tab, with two parts thawed for so many epochs."""
    open_page(page, url)
    bring_garden(page)
    thaw_with_the_keyboard(page)
    expert(page)
    tab(page, "3 Train")
    set_fields(page, epochs=epochs)
