"""The demo's finished training: everybody reads it, nobody changes it, a newcomer's page opens on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from tests.hosted.test_two_people import NAMED, ROWS, ask
from tests.hosted.town import Answering, Town, build_town, tree, visitor
from tl_core.config import RunConfig
from tl_core.errors import RunError
from tl_ui.choices import Choices
from tl_ui.demo import DEMO_OWNER, SAMPLE, make_demo
from tl_ui.scene import attached, look
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.sweeper import Sweeper

BEN = "b" * 26


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """What Anna brought has become the demo's."""
    built = build_town(tmp_path_factory.mktemp("demo") / "workspace")
    demo = built.annas.folder.with_name(DEMO_OWNER)
    shutil.move(built.annas.folder, demo)
    services = Services(replace(built.services.settings, has_demo=True), Answering())
    app = routes_app(services.settings, services)
    annas = replace(built.annas, owner=DEMO_OWNER, folder=demo)
    yield Town(services, app, visitor(app), visitor(app), annas)
    services.close()
    built.services.close()


OWN = ("{job}", "{tried}", "{model}", "/exports/")  # what each person makes of it
READING = [
    key for key in NAMED if key[0] == "GET" and not any(part in key[1] for part in OWN) and not ROWS[key].has_none
]
WRITING = [key for key in NAMED if key[0] != "GET" and not key[1].endswith("/try")]


@pytest.mark.parametrize("key", READING, ids=lambda key: f"{key[0]} {key[1]}")
def test_everybody_reads_the_demo(town: Town, key: tuple[str, str]) -> None:
    status = ask(town.ben, town, key).status_code
    assert status not in (403, 404)
    assert status < 500


def test_everybody_tries_a_picture_on_it(town: Town) -> None:
    assert ask(town.ben, town, ("POST", "/thaw/runs/{run}/try")).status_code == 200


@pytest.mark.parametrize("key", WRITING, ids=lambda key: f"{key[0]} {key[1]}")
def test_nobody_changes_the_demo(town: Town, key: tuple[str, str]) -> None:
    before = tree(town.annas.folder)
    assert ask(town.ben, town, key).status_code in (400, 403, 404, 409)  # some have nothing to change before they ask
    assert tree(town.annas.folder) == before


def test_what_the_page_s_own_buttons_change_is_refused_too(town: Town) -> None:
    before = tree(town.annas.folder)
    dataset, run = town.annas.ids["dataset"], town.annas.ids["run"]
    pictures = town.services.pictures(BEN)
    for change in (
        lambda: pictures.set_use(dataset, used_in="new"),
        lambda: pictures.correct(dataset, lambda editor: editor.undo()),
        lambda: town.services.additions(BEN).start(dataset, "fox", [("a.png", Path("a.png"))]),
        lambda: town.services.rename_run(BEN, run, "mine"),
        lambda: town.services.runs(BEN).pause(run),
        lambda: town.services.delete_dataset(BEN, dataset),
    ):
        with pytest.raises(Exception, match="This belongs to the demo, which all share, and stays as it is"):
            change()
    assert tree(town.annas.folder) == before


def test_a_newcomer_s_page_opens_on_it_and_shows_its_pictures(town: Town) -> None:
    choices = attached(town.services, BEN, None, None)
    assert (choices.run, choices.dataset) == (town.annas.ids["run"], town.annas.ids["dataset"])
    scene = look(town.services, BEN, choices)
    assert scene.run is not None
    assert scene.dataset is not None
    assert town.services.settings.quotas is not None
    assert town.services.allowances.standing(BEN)[0].used == 0  # it is no part of anybody's share


def test_who_has_something_of_their_own_goes_on_with_it(town: Town) -> None:
    own = town.services.datasets(BEN).create_empty("mine")
    assert [row.id for row in town.services.list_datasets(BEN)] == [own, town.annas.ids["dataset"]]
    assert look(town.services, BEN, Choices(dataset=own)).dataset is not None
    town.services.delete_dataset(BEN, own)


def test_the_demo_stays_when_everything_else_is_swept(town: Town) -> None:
    before = tree(town.annas.folder)
    steady = [0.0]
    sweeper = Sweeper(town.services.workspace, 60.0, spared=(DEMO_OWNER,), steady=lambda: steady[0])
    sweeper.look()
    steady[0] = 10.0**6
    sweeper.look()
    assert tree(town.annas.folder) == before


@dataclass
class Row:
    id: str
    state: str


@dataclass
class Made:
    """Stands for the demo's pictures and its runs; keeps what was asked of it."""

    states: list[str]  # of the import, look by look
    runs: list[Row] = field(default_factory=list)
    asked: list[Any] = field(default_factory=list)

    def rows(self) -> list[Row]:
        return self.runs

    def delete(self, run: str) -> None:
        self.asked.append(("delete", run))

    def start_sample(self, name: str) -> str:
        self.asked.append(("sample", name))
        return "d"

    def view(self, _dataset: str) -> dict[str, Any]:
        return {"state": self.states.pop(0)}

    def ready(self, dataset: str) -> str:
        if self.states == ["failed"]:
            raise RunError("These pictures cannot be used yet.")
        return dataset

    def start(self, dataset: str, config: RunConfig) -> None:
        self.asked.append(("run", dataset, config.name))


def made(demo: Made, closes_after: int = 100) -> list[Any]:
    waits = iter([False] * closes_after + [True] * 100)
    make_demo(demo, demo, lambda _seconds: next(waits))  # type: ignore[arg-type]
    return demo.asked


def test_it_is_made_once_from_the_sample_when_that_has_been_read() -> None:
    assert made(Made(["starting", "running", "finished"])) == [("sample", SAMPLE), ("run", "d", "Demo")]


@pytest.mark.parametrize("state", ["finished", "running", "queued", "starting"])
def test_one_that_is_there_or_under_way_is_left_alone(state: str) -> None:
    assert made(Made([], [Row("a", "lost"), Row("b", state)])) == []


def test_what_a_killed_server_left_of_it_makes_room_for_a_new_one() -> None:
    asked = made(Made(["finished"], [Row("a", "lost"), Row("b", "failed")]))
    assert asked == [("delete", "a"), ("delete", "b"), ("sample", SAMPLE), ("run", "d", "Demo")]


def test_a_server_that_closes_meanwhile_waits_no_longer() -> None:
    assert made(Made(["running"] * 5), closes_after=2) == [("sample", SAMPLE)]
