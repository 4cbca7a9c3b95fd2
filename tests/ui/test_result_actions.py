"""What the Results tab's buttons do: train again once a press, with the run's own settings and what was advised."""

from __future__ import annotations

import pytest

from tests.ui.test_first_paint import built
from tests.ui.test_routes_answers import imported as read_once
from tests.ui.test_routes_answers import run as answered_run
from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.jobs.rundir import RunDir
from tl_ui.actions import Actions
from tl_ui.binding import Asked
from tl_ui.choices import Choices
from tl_ui.result_actions import ResultActions, offered
from tl_ui.services import Services
from tl_ui.session import CHOICES
from tl_ui.settings import Settings
from tl_ui.shown_answers import ShownAnswers

run, imported = answered_run, read_once
NEW = "n" * 26


@pytest.fixture
def started(services: Services, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, RunConfig]]:
    """The runs that were asked for; no worker is started for them here."""
    asked: list[tuple[str, RunConfig]] = []

    def start(_owner: str, dataset: str, config: RunConfig) -> str:
        asked.append((dataset, config))
        return NEW

    monkeypatch.setattr(services, "start_run", start)
    return asked


@pytest.fixture
def results(settings: Settings, services: Services) -> ResultActions:
    return ResultActions(Actions(built(settings), services).acting)


def press(run: RunDir, **data: str) -> Asked:
    return Asked("me", Choices(run=run.id), (), data={"run": run.id, **data})


def test_training_again_takes_the_run_s_settings_and_pictures(
    results: ResultActions, started: list[tuple[str, RunConfig]], run: RunDir
) -> None:
    shown = results.train_again(press(run))
    assert started == [(run.dataset_folder.name, run.config)]
    assert shown[CHOICES].dataset == run.dataset_folder.name
    assert shown[results.page.tabs]["selected"] == "train"


def test_a_second_press_on_the_same_button_starts_nothing(
    results: ResultActions, started: list[tuple[str, RunConfig]], run: RunDir
) -> None:
    late = Asked("me", Choices(run=NEW), (), data={"act": "again", "run": run.id})
    assert results.act(late) == {}
    assert started == []


def test_advised_settings_are_taken_and_no_others(
    results: ResultActions, started: list[tuple[str, RunConfig]], run: RunDir
) -> None:
    results.act(press(run, act="train", settings='{"augment": "strong", "weights": "/etc/passwd", "preset": 7}'))
    ((_, config),) = started
    assert (config.augment, config.weights, config.preset) == ("strong", "", run.config.preset)
    assert offered("[]") == {}
    with pytest.raises(ConfigError, match="could not be read"):
        offered("{")


def test_a_scene_with_a_result_shows_numbers_that_lead_to_pictures(services: Services, run: RunDir) -> None:
    shown = ShownAnswers(services.answers("me"), run.id, {})
    assert shown.book is not None
    assert [one.path for one in shown.worst] == ["animals/fox/1.png"]
    assert shown.problem is None
    assert not shown.changes.is_any
    (run.path / "answers.safetensors").unlink()
    gone = ShownAnswers(services.answers("me"), run.id, {})
    assert gone.book is None
    assert gone.problem is not None
    assert (gone.worst, gone.advice, gone.suspects_left, gone.kept) == ((), (), 0, {})
