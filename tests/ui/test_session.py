"""Two events of one page never undo each other's choices."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from tests.ui.conftest import FakeAssistant, new_run
from tests.ui.test_first_paint import built
from tl_core.backbones.stage import Stage
from tl_core.data.dataset import create_dataset
from tl_core.errors import DataError
from tl_core.jobs.workspace import new_identifier
from tl_ui.actions import Actions
from tl_ui.binding import Asked, Binder, Updates
from tl_ui.choices import Choices
from tl_ui.owner import OWNER_HEADER
from tl_ui.services import Services
from tl_ui.session import CHOICES, STAGES, Session
from tl_ui.settings import Settings


def choosing(session: Session, **chosen: str) -> Callable[[], Updates]:
    return lambda: {CHOICES: session.choices.but(**chosen)}


def test_an_event_that_comes_while_another_is_worked_on_reads_what_that_one_chose() -> None:
    session, began, go = Session(), Event(), Event()

    def slow() -> Updates:
        before = session.choices
        began.set()
        assert go.wait(60)
        return {CHOICES: before.but(dataset="new")}

    first = Thread(target=session.take_turn, args=(slow,))
    first.start()
    assert began.wait(60)
    second = Thread(target=session.take_turn, args=(choosing(session, freeze="none"),))
    second.start()
    second.join(timeout=0.1)  # without turns it would end here, and the first one would undo it
    go.set()
    first.join(60)
    second.join(60)
    assert (session.choices.dataset, session.choices.freeze) == ("new", "none")


def test_what_was_chosen_is_kept_and_only_updates_of_components_are_left() -> None:
    session, stages = (
        Session(),
        (Stage("stem", "Edges and colours", parameters=864, share=0.1, output_shape=(32, 112, 112)),),
    )
    assert session.take_turn(lambda: {"box": 1, CHOICES: Choices(run="r"), STAGES: stages}) == {"box": 1}
    assert (session.choices.run, session.stages) == ("r", stages)
    assert session.take_turn(lambda: {"box": 2}) == {"box": 2}
    assert (session.choices.run, session.stages) == ("r", stages)


def test_an_event_that_fails_leaves_the_choices_and_its_turn_ends() -> None:
    session = Session()
    session.take_turn(choosing(session, dataset="kept"))

    def refuse() -> Updates:
        raise DataError("No folder was named.", "Check the path.")

    with pytest.raises(DataError, match="No folder was named"):
        session.take_turn(refuse)
    session.take_turn(choosing(session, freeze="none"))
    assert (session.choices.dataset, session.choices.freeze) == ("kept", "none")


def test_each_page_that_opens_has_choices_of_its_own() -> None:
    session = Session()
    session.take_turn(choosing(session, dataset="mine"))
    assert copy.deepcopy(session).choices == Choices()


def test_a_bound_handler_reads_the_session_when_its_turn_comes_and_says_nothing_of_it_to_the_page() -> None:
    bound: list[Callable[..., Any]] = []
    binder = Binder(gr.State(Session(), render=False), [])
    session = Session()

    def choose(asked: Asked) -> Updates:
        return {CHOICES: asked.choices.but(backbone=asked.text())}

    binder.on(lambda handle, *_, **__: bound.append(handle), choose, "input")
    request = SimpleNamespace(headers={OWNER_HEADER: "me"})
    bound[0](request, session, " resnet18 ")
    assert session.choices.backbone == "resnet18"


class WarmAssistant(FakeAssistant):
    def warm(self, *, model: Path | None = None) -> None:
        """There is no process to warm."""


def test_what_was_chosen_before_the_page_had_loaded_stays(settings: Settings) -> None:
    services = Services(settings, WarmAssistant())
    folder = services.workspace.person("me").datasets / new_identifier()
    create_dataset(folder, "cups")
    new_run(services)
    actions = Actions(built(settings), services)
    kept = Choices(language="zh-CN").to_dict()
    shown = actions.load(Asked("me", Choices(dataset=folder.name), (), data=kept))
    assert (shown[CHOICES].dataset, shown[CHOICES].run, shown[CHOICES].language) == (folder.name, "", "zh-CN")
