"""The drawer of runs in a real browser: found, renamed, compared, deleted, all by keyboard; and as cards on a phone."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import App, Watched, new_context
from tests.browser.steps import Shoot, open_page, tab
from tests.evaluation.test_comparing import run_with
from tl_core.config import RunConfig
from tl_core.evaluation.answers import ANSWERS, write_answers
from tl_core.evaluation.scores import score
from tl_core.events import EpochDone, Finished, Planned
from tl_core.jobs.deleting import delete_run
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import RunDir, create_run, list_runs
from tl_core.jobs.workspace import Workspace

Make = Callable[..., RunDir]


@pytest.fixture
def made(app: App) -> Iterator[Make]:
    """Makes finished runs as a worker leaves them, and takes those away that are left."""
    person = Workspace(app.workspace).person()
    runs: list[RunDir] = []

    def make(name: str, wrong: set[int], epochs: int = 6, **chosen: object) -> RunDir:
        config = RunConfig(name=name, epochs=epochs, **chosen)  # type: ignore[arg-type]
        run = create_run(person.runs, config, person.datasets / ("a" * 26))
        answers = run_with(wrong)
        result = score(answers.probabilities, answers.labels, answers.classes, "test").to_dict()
        rate = float(result["accuracy"])
        with JournalWriter(run.journal) as journal:
            journal.append(Planned({"epochs": epochs, "learning_rate": 0.001}))
            for number in range(1, epochs + 1):
                share = rate * (1 - 0.6**number)
                journal.append(EpochDone(number, epochs, 1.5 * 0.7**number, share, 1.6 * 0.75**number, share, 1e-3, 80))
            journal.append(Finished(epochs, 12.5, result))
        write_answers(run.path / ANSWERS, answers)
        runs.append(run)
        return run

    yield make
    for run in runs:
        if run.path.exists():
            delete_run(run.path)


def drawer(page: Page) -> None:
    page.get_by_role("button", name="Runs").click()
    expect(page.get_by_role("dialog", name="Runs")).to_be_visible()


def row(page: Page, run: RunDir) -> str:
    return f'.runs-row[data-run="{run.id}"]'


def test_a_run_is_found_renamed_compared_and_deleted(app: App, watched: Watched, made: Make, shoot: Shoot) -> None:
    page = watched.page
    weak, strong = made("night photos", set(range(14))), made("day photos", {3}, epochs=9, freeze="none")
    open_page(page, app.url)
    tab(page, "2 Network")  # from any tab
    drawer(page)
    expect(page.locator(row(page, strong))).to_contain_text("98 %")
    shoot(page, "runs-drawer-light")

    page.get_by_label("Search").fill("night")
    expect(page.locator(".runs-row")).to_have_count(1)
    page.get_by_role("button", name="Name and note of “night photos”").click()
    page.get_by_label("Name", exact=True).fill("night, tripod")
    page.get_by_label("Note", exact=True).fill("with the new camera")
    page.keyboard.press("Escape")  # leaves what was typed, and not the drawer
    expect(page.get_by_role("dialog", name="Runs")).to_be_visible()
    expect(page.get_by_role("button", name="Name and note of “night photos”")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Name", exact=True).fill("night, tripod")
    page.keyboard.press("Enter")
    expect(page.locator(".runs-status")).to_have_text("Saved.")
    expect(page.locator(row(page, weak))).to_contain_text("night, tripod")
    assert weak.label.name == "night, tripod"

    page.get_by_label("Search").fill("")
    page.get_by_label("Compare “night, tripod”").check()
    page.get_by_label("Compare “day photos”").check()
    page.get_by_role("button", name="Compare 2").click()
    expect(page.locator(".versus-verdict")).to_contain_text("“day photos” is truly better than “night, tripod”")
    expect(page.get_by_role("row", name=re.compile("Epochs"))).to_contain_text("9")
    expect(page.locator(".versus .js-plotly-plot")).to_have_count(2)
    shoot(page, "runs-compared-light")
    page.get_by_role("button", name="All runs").click()

    page.get_by_role("button", name="More about “night, tripod”").click()
    expect(page.locator(".runs-command pre").first).to_contain_text("python -m tl_core")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alertdialog")).to_contain_text(re.compile(r"\d+ kB become free"))
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.locator(row(page, weak))).to_have_count(0)
    assert not weak.path.exists()

    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Runs")).to_have_count(0)
    expect(page.get_by_role("button", name="Runs")).to_be_focused()


def test_two_hundred_runs_are_cards_on_a_phone(app: App, browser: Browser, made: Make, shoot: Shoot) -> None:
    runs = [made(f"training {number:03d}", {1}, epochs=1) for number in range(200)]
    for number, run in enumerate(runs):
        os.utime(run.config_file, (time.time() - number,) * 2)
    context = new_context(browser, width=390)
    watched = Watched(context.new_page())
    page = watched.page
    open_page(page, app.url)
    drawer(page)
    expect(page.locator(".runs-row")).to_have_count(len(list_runs(runs[0].path.parent)))
    page.get_by_label("Search").fill("training")  # other stories leave runs, too
    page.get_by_label("Sort by").select_option("name")
    expect(page.locator(".runs-row").first).to_contain_text("training 000")
    page.get_by_label("Search").fill("training 19")
    expect(page.locator(".runs-row")).to_have_count(12)  # every word anywhere: 019, 119, 190 to 199
    assert page.evaluate("() => document.querySelector('.runs-drawer').scrollWidth") <= 390
    shoot(page, "runs-drawer-phone")
    page.get_by_role("button", name="Open “training 199”").click()
    expect(page.get_by_role("tab", name="3 Train")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#live-chart")).to_contain_text("training 199")
    assert (watched.problems, watched.bare_keys()) == ([], [])
    context.close()
