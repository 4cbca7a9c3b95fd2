"""What is old is erased, what is used or young stays, and a clock that jumps erases nothing without a second look."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ui.conftest import FakeAssistant, new_run
from tl_core.data.dataset import create_dataset
from tl_core.data.store import read_facts, write_facts
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import Workspace, new_identifier
from tl_core.platform import Lock, atomic_write_json
from tl_ui.erasing import erase_person
from tl_ui.quotas import Quotas
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.sweeper import DAY, HOUR, LOOKED, SECOND_LOOK_SECONDS, Sweeper

ANNA, BEN = "a" * 26, "b" * 26
KEEP = DAY
NOW = 1_800_000_000.0


class Clocks:
    """A wall's clock that may be set, and one that only goes on."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW, 5.0

    def go(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    atomic_write_json(tmp_path / LOOKED, {"looked": NOW - 60})  # a server looked a minute ago
    return Workspace(tmp_path)


@pytest.fixture
def sweeper(workspace: Workspace, clocks: Clocks) -> Sweeper:
    return Sweeper(workspace, KEEP, clock=lambda: clocks.wall, steady=lambda: clocks.steady, spared=("demo",))


def a_run(workspace: Workspace, owner: str, age: float) -> RunDir:
    run = new_run(Services(Settings(workspace.root), FakeAssistant()), owner)
    os.utime(run.config_file, (NOW - age, NOW - age))
    (run.journal).write_text('{"n": 1, "t": 1, "kind": "stopped", "epochs": 0, "seconds": 0.0, "result": {}}\n')
    return run


def a_set(workspace: Workspace, owner: str, age: float) -> Path:
    folder = workspace.person(owner, has_own_cache=True).datasets / new_identifier()
    create_dataset(folder, "foxes")
    write_facts(folder, replace(read_facts(folder), created=NOW - age))
    return folder


def test_what_is_older_than_a_day_goes_and_what_is_younger_stays(workspace: Workspace, sweeper: Sweeper) -> None:
    old = [a_run(workspace, ANNA, DAY + 60).path, a_set(workspace, ANNA, DAY + 60)]
    young = [a_run(workspace, BEN, DAY - 60).path, a_set(workspace, BEN, DAY - 60), a_set(workspace, ANNA, 60)]
    spared = a_run(workspace, "demo", 10 * DAY).path
    assert sorted(sweeper.look()) == sorted(old)
    assert not any(path.exists() for path in old)
    assert all(path.is_dir() for path in [*young, spared])


def test_with_the_last_thing_goes_what_was_cached_of_it_and_the_folder(workspace: Workspace, sweeper: Sweeper) -> None:
    a_set(workspace, ANNA, DAY + 60)
    folder = workspace.root / "people" / ANNA
    (folder / "cache/squares").mkdir()
    (folder / "cache/squares/rows").write_bytes(b"x")
    (workspace.root / "cache/layers/kept.json").write_text("{}")
    sweeper.look()
    assert not folder.exists()
    assert (workspace.root / "cache/layers/kept.json").exists()


def test_weights_and_samples_go_too(workspace: Workspace, sweeper: Sweeper) -> None:
    folder = workspace.person(ANNA).folder
    for name in ("weights/abc", "samples/garden"):
        (folder / name).mkdir(parents=True)
        os.utime(folder / name, (NOW - 2 * DAY, NOW - 2 * DAY))
    assert len(sweeper.look()) == 2
    assert not folder.exists()


def test_a_training_at_work_is_left_until_it_can_be_ended_and_its_pictures_with_it(
    workspace: Workspace, sweeper: Sweeper
) -> None:
    pictures = a_set(workspace, ANNA, DAY + 60)
    run = a_run(workspace, ANNA, DAY + 60)
    lock = Lock(run.lock)
    assert lock.acquire()  # by a process that cannot be ended from here
    assert sweeper.look() == [pictures]  # which this run does not use
    assert run.path.is_dir()
    lock.release()
    assert sweeper.look() == [run.path]


@pytest.mark.parametrize("jump", [2 * DAY, 3650 * DAY, -3650 * DAY])
def test_a_clock_that_jumps_over_a_day_erases_nothing_for_an_hour(
    workspace: Workspace, sweeper: Sweeper, clocks: Clocks, jump: float
) -> None:
    young = a_set(workspace, ANNA, 60)
    assert sweeper.look() == []
    clocks.wall += jump
    clocks.go(300)
    assert sweeper.look() == []
    clocks.go(SECOND_LOOK_SECONDS - 300)
    assert sweeper.look() == []
    clocks.wall -= jump  # somebody put it right
    clocks.go(300)
    assert sweeper.look() == []
    clocks.go(SECOND_LOOK_SECONDS + 1)
    assert sweeper.look() == []
    assert young.is_dir()


def test_a_clock_that_stays_where_it_jumped_is_believed_at_the_second_look(
    workspace: Workspace, sweeper: Sweeper, clocks: Clocks
) -> None:
    pictures = a_set(workspace, ANNA, 60)
    sweeper.look()
    clocks.wall += 2 * DAY
    assert sweeper.look() == []
    clocks.go(SECOND_LOOK_SECONDS + 1)
    assert sweeper.look() == [pictures]


@pytest.mark.parametrize("before", [None, NOW - 3 * DAY, NOW + 2 * HOUR])
def test_a_server_that_starts_with_a_clock_that_it_cannot_know_waits_an_hour(
    workspace: Workspace, clocks: Clocks, before: float | None
) -> None:
    looked = workspace.root / LOOKED
    looked.unlink() if before is None else atomic_write_json(looked, {"looked": before})
    old = a_set(workspace, ANNA, 2 * DAY)
    sweeper = Sweeper(workspace, KEEP, clock=lambda: clocks.wall, steady=lambda: clocks.steady)
    assert sweeper.look() == []
    clocks.go(SECOND_LOOK_SECONDS + 1)
    assert sweeper.look() == [old]


def test_a_date_from_the_future_keeps_nothing_for_ever(workspace: Workspace, sweeper: Sweeper, clocks: Clocks) -> None:
    pictures = a_set(workspace, ANNA, -3650 * DAY)
    sweeper.look()
    clocks.go(KEEP)
    assert sweeper.look() == []
    clocks.go(60)
    assert sweeper.look() == [pictures]


def test_who_came_and_did_nothing_leaves_no_folder(workspace: Workspace, sweeper: Sweeper, clocks: Clocks) -> None:
    folder = workspace.person(ANNA, has_own_cache=True).folder
    sweeper.look()
    assert folder.is_dir()
    clocks.go(HOUR + 1)
    sweeper.look()
    assert not folder.exists()


def test_erasing_oneself_leaves_nothing_and_nobody_else_is_touched(tmp_path: Path) -> None:
    settings = replace(Settings(tmp_path), shared=True, quotas=Quotas())
    services = Services(settings, FakeAssistant())
    a_run(services.workspace, ANNA, 0)
    a_set(services.workspace, ANNA, 0)
    staged = services.uploads(ANNA).begin()
    kept = a_run(services.workspace, BEN, 0).path
    services.erase(ANNA)
    assert not (tmp_path / "people" / ANNA).exists()
    assert list((tmp_path / "erased").iterdir()) == []
    assert kept.is_dir()
    with pytest.raises(Exception, match="This upload is not known here"):
        services.uploads(ANNA).drop(staged)
    with pytest.raises(Exception, match="nothing is erased here at once"):
        Services(Settings(tmp_path), FakeAssistant()).erase("me")


def test_a_person_who_is_no_more_is_erased_without_words(tmp_path: Path) -> None:
    erase_person(Workspace(tmp_path), ANNA)
    assert not (tmp_path / "people").exists()
