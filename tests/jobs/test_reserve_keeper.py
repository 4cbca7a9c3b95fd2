"""Who keeps a worker in reserve, for whom, and when not: with workers that cost nothing, and one real assistant."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import new_import, wait_until
from tl_core.jobs.assistant_address import Address, AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.launcher import PROGRAM_ROOT, launch_run
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.reserve import Reserve, environment_mark
from tl_core.jobs.reserve_keeper import FAILED_AT_MOST, ReserveKeeper
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.under_way import is_training, trainers, training_under_way
from tl_core.jobs.workspace import Workspace
from tl_core.platform import is_locked
from tl_core.processes import birth_of

OURSELVES = ProcessIdentity.of(os.getpid())
SHOW_AND_STAY = """
import sys, time
from pathlib import Path
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.workspace import Workspace
AssistantClient(Workspace(Path(sys.argv[1]))).warm()
print("warm", flush=True)
time.sleep(600)
"""


class FakeReserve(Reserve):
    """A worker in reserve without a process: it waits until it is handed a folder, closed, or dies."""

    def __init__(self) -> None:
        self.folders: list[Path] = []
        self.is_closed = self.has_died = False
        self.loaded = True

    @property
    def is_loaded(self) -> bool:
        return self.loaded

    @property
    def waits(self) -> bool:
        return not (self.folders or self.is_closed or self.has_died)

    @property
    def was_handed(self) -> bool:
        return bool(self.folders)

    @property
    def is_over(self) -> bool:
        return self.is_closed or self.has_died

    def hand(self, folder: Path) -> ProcessIdentity | None:
        if not self.waits:
            return None
        self.folders.append(folder)
        return OURSELVES

    def close(self) -> None:
        self.is_closed = not self.folders


class Kept:
    """A keeper and every reserve that it made; `may_make` is what it is told."""

    def __init__(self) -> None:
        self.made: list[FakeReserve] = []
        self.may_make = True
        self.keeper = ReserveKeeper(self._make, lambda: self.may_make)

    def _make(self) -> FakeReserve:
        self.made.append(FakeReserve())
        return self.made[-1]


@pytest.fixture
def kept() -> Iterator[Kept]:
    made = Kept()
    yield made
    made.keeper.close()


def ourselves() -> ProcessIdentity:
    assert OURSELVES is not None
    return OURSELVES


def test_one_is_made_when_a_screen_is_in_use_and_no_second_while_it_waits(kept: Kept) -> None:
    kept.keeper.look()
    assert kept.made == []
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    kept.keeper.look()
    assert len(kept.made) == 1


def test_after_one_was_taken_the_next_is_made_when_its_run_is_over(kept: Kept, tmp_path: Path) -> None:
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    assert kept.keeper.hand(tmp_path, environment_mark()) == OURSELVES
    kept.keeper.look()
    assert len(kept.made) == 1
    assert kept.keeper.hand(tmp_path, environment_mark()) is None
    kept.made[0].has_died = True
    kept.keeper.look()
    assert len(kept.made) == 2


def test_it_is_told_before_a_run_whether_somebody_could_take_it(kept: Kept, tmp_path: Path) -> None:
    ours, other = {"environment": environment_mark()}, {"environment": environment_mark({"OMP_NUM_THREADS": "1"})}
    assert not kept.keeper.waits_for(ours)
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    assert kept.keeper.waits_for(ours)
    assert not kept.keeper.waits_for(other)
    kept.keeper.hand(tmp_path, environment_mark())
    assert not kept.keeper.waits_for(ours)


def test_none_is_made_while_something_trains(kept: Kept) -> None:
    kept.may_make = False
    kept.keeper.keep_for(ourselves())
    kept.keeper.look()
    assert kept.made == []
    kept.may_make = True
    kept.keeper.look()
    assert kept.keeper.is_ready


def test_one_that_is_still_loading_is_not_ready_but_keeps_a_core_busy(kept: Kept) -> None:
    assert not kept.keeper.is_loading
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    assert not kept.keeper.is_loading
    kept.made[0].loaded = False
    assert (kept.keeper.is_ready, kept.keeper.is_loading) == (False, True)


def test_it_is_let_go_of_when_the_last_screen_leaves_or_is_dead(kept: Kept) -> None:
    dead = ProcessIdentity(ourselves().pid, ourselves().host, ourselves().boot, ourselves().started - 1.0)
    kept.keeper.keep_for(dead)
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    kept.keeper.leave({"user": {name: getattr(ourselves(), name) for name in ("pid", "host", "boot", "started")}})
    assert kept.made[-1].is_closed
    assert not kept.keeper.is_ready


def test_whoever_would_give_a_worker_another_environment_gets_none(kept: Kept, tmp_path: Path) -> None:
    kept.keeper.keep_for(ourselves())
    wait_until(lambda: kept.keeper.is_ready)
    assert kept.keeper.hand(tmp_path, environment_mark({"OMP_NUM_THREADS": "1"})) is None
    assert kept.keeper.is_ready


def test_after_a_few_that_died_by_themselves_no_more_are_made(kept: Kept) -> None:
    kept.keeper.keep_for(ourselves())
    for _ in range(3 * FAILED_AT_MOST):
        kept.keeper.look()
        for reserve in kept.made:
            reserve.has_died = True
    assert len(kept.made) == FAILED_AT_MOST


def test_a_mark_of_a_training_counts_while_its_worker_lives(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert not is_training(workspace)
    with training_under_way(workspace, "a" * 26):
        assert trainers(workspace) == [os.getpid()]
    assert not is_training(workspace)
    marks = workspace.assistant / "trainings"
    ProcessIdentity(ourselves().pid, ourselves().host, ourselves().boot, 0.0).write(marks / "killed.json")
    assert not is_training(workspace)
    assert list(marks.iterdir()) == []


def reserve_of(workspace: Workspace) -> int | None:
    """The process that waits in reserve below the assistant."""
    address = Address.read(AssistantFiles(workspace.assistant).address)
    if address is None or not address.identity.is_alive():
        return None
    with suppress(psutil.Error):  # one of them has just ended
        children = psutil.Process(address.identity.pid).children()
        return next((child.pid for child in children if "--reserve" in child.cmdline()), None)
    return None


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace(tmp_path / "workspace")
    yield made
    AssistantClient(made).end()
    wait_until(lambda: not is_locked(AssistantFiles(made.assistant).lock))


def test_a_screen_has_one_and_hands_it_a_run_and_its_end_leaves_none(workspace: Workspace, tmp_path: Path) -> None:
    client = AssistantClient(workspace)
    assert client.hand(tmp_path) is None  # and starts no assistant for it
    assert not client.has_worker
    assert not workspace.assistant.exists()
    client.warm()
    waiting = wait_until(lambda: reserve_of(workspace))
    assert client.has_worker
    job = JobDir(new_import(tmp_path))
    launch_run(job.path, client.hand)
    identity = wait_until(lambda: ProcessIdentity.read(job.identity))
    assert identity.pid == waiting
    wait_until(lambda: state_of(job.path) == "finished")
    following = wait_until(lambda: (found := reserve_of(workspace)) != waiting and found)
    client.leave()
    wait_until(lambda: birth_of(following) is None)
    assert client.hand(tmp_path) is None


def test_whoever_has_pictures_in_sight_has_one_too(workspace: Workspace, tmp_path: Path) -> None:
    """The assistant has ended while nobody used it, and with it the worker; no page was loaded since."""
    client = AssistantClient(workspace)
    client.prepare(tmp_path / "dataset", {})
    assert wait_until(lambda: reserve_of(workspace))


@pytest.mark.parametrize("killed", ["screen", "assistant"])
def test_whoever_of_them_is_killed_no_worker_is_left(workspace: Workspace, killed: str) -> None:
    command = [sys.executable, "-c", SHOW_AND_STAY, str(workspace.root)]
    with subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE) as screen:
        waiting = wait_until(lambda: reserve_of(workspace))
        address = Address.read(AssistantFiles(workspace.assistant).address)
        assert address is not None
        psutil.Process(screen.pid).suspend()  # it would start another assistant
        psutil.Process(address.identity.pid if killed == "assistant" else screen.pid).kill()
        wait_until(lambda: birth_of(waiting) is None)
        screen.kill()
