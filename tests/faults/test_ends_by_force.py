"""A worker that does not answer Stop is ended with all that it started, and nobody else is."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.fake_workers import new_run
from tests.jobs.jobs_for_tests import wait_until
from tl_core.jobs.heartbeat import QUIET_SECONDS, Pulse
from tl_core.jobs.launcher import PROGRAM_ROOT, log_tail
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.stopping import force_stop, request_stop, see_to_stop, show_stacks
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Workspace
from tl_core.processes import end_group, spawn_detached

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sessions and signals of POSIX")
STUBBORN = Path(__file__).with_name("stubborn_worker.py")


def in_session(leader: int) -> list[int]:
    """Every living process of the session that `leader` began, whoever its parent is by now."""
    found = []
    for pid in psutil.pids():
        try:
            if os.getsid(pid) == leader and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
        except (OSError, psutil.Error):
            continue
    return found


@pytest.fixture
def run(tmp_path: Path) -> Iterator[RunDir]:
    """A run whose worker hangs, with an orphan of its own."""
    run = new_run(Workspace(tmp_path / "workspace"))
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROGRAM_ROOT)}
    process = spawn_detached(
        [sys.executable, str(STUBBORN), str(run.path)], cwd=PROGRAM_ROOT, environment=environment, log=run.log
    )
    wait_until(lambda: run.heartbeat.exists() and state_of(run.path) == "running")
    assert wait_until(lambda: len(in_session(process.pid)) == 2)
    yield run
    end_group(process.pid)


def leader_of(run: RunDir) -> int:
    identity = ProcessIdentity.read(run.identity)
    assert identity is not None
    return identity.pid


def test_force_leaves_no_process_of_the_session_and_says_stopped_forced(run: RunDir) -> None:
    leader = leader_of(run)
    orphan = next(pid for pid in in_session(leader) if pid != leader)
    assert psutil.Process(orphan).ppid() != leader
    force_stop(run.path, grace_seconds=0.0)
    view = read_view(run.path)
    assert (view.state, view.is_forced, view.result) == ("stopped", True, None)
    wait_until(lambda: in_session(leader) == [])


def test_a_worker_that_shows_no_sign_of_life_after_stop_is_ended_without_being_asked_again(run: RunDir) -> None:
    leader = leader_of(run)
    request_stop(run.path)
    assert see_to_stop(run.path, grace_seconds=0.1, silent_seconds=0.2)
    assert state_of(run.path) == "stopped"
    wait_until(lambda: in_session(leader) == [])


def test_one_that_hangs_says_where(run: RunDir) -> None:
    show_stacks(run.path)
    wait_until(lambda: "in stuck_in_a_long_call" in log_tail(run.path, lines=50))
    assert state_of(run.path) == "running"


def test_silence_of_the_loop_is_noticed_although_the_process_lives(run: RunDir) -> None:
    pulse = Pulse.read(run.heartbeat)
    assert pulse is not None
    assert not pulse.is_overdue()
    assert pulse.is_overdue(pulse.beat + QUIET_SECONDS + 5 * pulse.longest + 1)


def test_an_answer_to_stop_is_waited_for_and_no_force_is_used(run: RunDir) -> None:
    """Its signs of life are fresh at every look, as those of one that still saves its model."""
    looks = []

    def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            end_group(leader_of(run))

    assert not see_to_stop(run.path, grace_seconds=600.0, pause=pause)
    assert state_of(run.path) == "lost"
