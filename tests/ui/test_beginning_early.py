"""What happens before Train is pressed, and who is handed the run: through a stand-in for the assistant."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, new_run
from tl_core.config import RunConfig
from tl_core.data.dataset import create_dataset, import_source
from tl_core.events import EpochDone, Finished, ModelReady, Planned
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.workspace import new_identifier
from tl_core.platform import Lock
from tl_ui.acting import Acting
from tl_ui.choices import Choices
from tl_ui.scene import look, shown_run
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

READY = ModelReady("validation", 50, accuracy=0.8, accuracy_low=0.7, accuracy_high=0.9)
EPOCH = EpochDone(0, 5, 0.6, 0.8, 0.6, 0.8, learning_rate=0.0, images_per_second=50.0)


class WithReserve(FakeAssistant):
    """Takes every run that it is handed, and does nothing with it."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Path] = []
        identity = ProcessIdentity.of(os.getpid())  # one that lives: a worker that died before it began is started anew
        assert identity is not None
        self.identity = identity

    def hand(self, folder: Path) -> ProcessIdentity:  # type: ignore[override]
        self.taken.append(folder)
        return self.identity


@pytest.fixture
def dataset(services: Services, tmp_path: Path) -> str:
    (tmp_path / "animals.zip").write_bytes(animals_zip())
    folder = services.workspace.person("me").datasets / new_identifier()
    return import_source(tmp_path / "animals.zip", folder).id


def acting(services: Services) -> Acting:
    return Acting(SimpleNamespace(), services, SimpleNamespace())  # type: ignore[arg-type]


def test_a_run_is_handed_to_the_worker_in_reserve(settings: Settings, dataset: str) -> None:
    assistant = WithReserve()
    services = Services(settings, assistant)
    run = services.start_run("me", dataset, RunConfig())
    found = services.runs("me").run(run)
    assert assistant.taken == [found.path]
    assert ProcessIdentity.read(found.launched) == assistant.identity
    assert not found.log.exists()  # no other worker was started


def test_the_screens_end_tells_the_assistant(settings: Settings, services: Services, assistant: FakeAssistant) -> None:
    with TestClient(routes_app(settings, services), base_url=HOST):
        assert not assistant.has_left
    assert assistant.has_left


def test_pictures_that_arrive_are_prepared_with_the_settings_that_are_chosen(
    services: Services, assistant: FakeAssistant, dataset: str
) -> None:
    services.pictures("me").set_use(dataset, used_in="new")
    scene = look(services, "me", Choices(dataset=dataset, backbone="resnet18"))
    acting(services).prepare("me", scene)
    ((folder, asked),) = assistant.prepared
    assert folder.name == dataset
    assert (asked["backbone"], asked["used_in"], asked["preset"]) == ("resnet18", "new", "instant")


def test_one_kind_alone_and_a_run_under_way_are_left_in_peace(services: Services, assistant: FakeAssistant) -> None:
    folder = services.workspace.person("me").datasets / new_identifier()
    create_dataset(folder, "cups")
    acting(services).prepare("me", look(services, "me", Choices(dataset=folder.name)))
    run = new_run(services, events=(Planned({}), EPOCH))
    lock = Lock(run.lock)
    assert lock.acquire()
    acting(services).prepare("me", look(services, "me", Choices(dataset=folder.name, run=run.id)))
    lock.release()
    assert assistant.prepared == []


def test_settings_that_do_not_fit_are_said_when_train_is_pressed_and_not_before(
    services: Services, assistant: FakeAssistant, dataset: str
) -> None:
    services.prepare("me", dataset, {"start": "b" * 26})  # a run that is not there
    assert assistant.prepared == []


@pytest.mark.parametrize(
    ("events", "has_model", "has_first"),
    [
        ((Planned({}), EPOCH), False, False),
        ((Planned({}), EPOCH, READY), True, True),
        ((Planned({}), EPOCH, READY, Finished(0, 1.0, {"accuracy": 0.9})), True, False),
    ],
    ids=["a head and no model yet", "the first model", "the end"],
)
def test_a_run_can_be_tried_from_its_first_model_on(
    services: Services, events: tuple[Any, ...], has_model: bool, has_first: bool
) -> None:
    run = new_run(services, events=events)
    shown = shown_run(services, "me", run.id)
    assert shown is not None
    assert (shown.has_model, shown.first_model is not None) == (has_model, has_first)
