"""What the drawer does to the page: a run is opened, its settings are used, one is gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ui.conftest import new_run
from tests.ui.test_first_paint import built
from tl_core.config import RunConfig
from tl_core.events import Finished, Planned
from tl_core.jobs.rundir import RunDir, create_run
from tl_ui.actions import Actions
from tl_ui.binding import Asked
from tl_ui.choices import Choices
from tl_ui.guard import NotFoundError
from tl_ui.run_actions import RunActions
from tl_ui.services import Services
from tl_ui.session import CHOICES
from tl_ui.settings import Settings

ENDED = (Planned(plan={}), Finished(0, 1.0, {}))


@pytest.fixture
def runs(settings: Settings, services: Services) -> RunActions:
    return Actions(built(settings), services).runs


def run_with(services: Services, **chosen: Any) -> RunDir:
    person = services.workspace.person("me")
    return create_run(person.runs, RunConfig(**chosen), person.datasets / ("a" * 26))


def asked(about: RunDir, **choices: str) -> Asked:
    return Asked("me", Choices(**choices), (), data={"run": about.id})


def test_using_a_runs_settings_keeps_the_pictures_and_the_run_that_is_shown(
    runs: RunActions, services: Services
) -> None:
    shown, other = new_run(services, events=ENDED), run_with(services, freeze="none", epochs=7, name="foxes")
    updates = runs.copy_settings(asked(other, run=shown.id))
    choices = updates[CHOICES]
    assert (choices.run, choices.freeze, choices.level) == (shown.id, "none", "expert")
    boxes = dict(zip([box.elem_id for box in runs.page.boxes()], runs.page.boxes(), strict=True))
    assert updates[boxes["control-epochs"]]["value"] == "7"
    assert updates[boxes["control-name"]]["value"] == ""
    assert updates[runs.page.tabs]["selected"] == "train"


def test_settings_that_simple_shows_too_leave_the_level_as_it_is(runs: RunActions, services: Services) -> None:
    plain = run_with(services, preset="better", name="foxes")
    choices = runs.copy_settings(asked(plain))[CHOICES]
    assert (choices.level, choices.preset) == ("simple", "better")


def test_nobody_gets_the_settings_of_anothers_run(runs: RunActions, services: Services) -> None:
    theirs = new_run(services, "b" * 26)
    with pytest.raises(NotFoundError):
        runs.copy_settings(asked(theirs))


def test_when_the_shown_run_is_deleted_none_is_shown_any_more(runs: RunActions, services: Services) -> None:
    run = new_run(services, events=ENDED)
    assert CHOICES not in runs.runs_changed(asked(run, run=run.id))
    services.runs("me").delete(run.id)
    updates = runs.runs_changed(asked(run, run=run.id))
    assert updates[CHOICES].run == ""
    assert updates[runs.page.header.runs]["value"] == {"shown": ""}
