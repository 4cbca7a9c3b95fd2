"""What is said of a job for every mixture of lock, journal and processes that can be found in a folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.jobs_for_tests import wait_until
from tl_core.events import Event, Failed, Finished, Planned, Stopped
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.liveness import GRACE_SECONDS, ProcessIdentity, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.platform import Lock
from tl_core.processes import boot_id

ENDINGS: dict[str, Event] = {
    "finished": Finished(1, 2.0, {}),
    "stopped": Stopped(1, 2.0, {}),
    "failed": Failed("No.", "", by_user=True),
}


@pytest.fixture
def job(tmp_path: Path) -> JobDir:
    return JobDir(tmp_path)


@pytest.fixture
def dead() -> ProcessIdentity:
    """A process that lived a moment ago."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        identity = ProcessIdentity.of(process.pid)
    assert identity is not None
    wait_until(lambda: not identity.is_alive())
    return identity


@pytest.fixture
def own() -> ProcessIdentity:
    identity = ProcessIdentity.of(os.getpid())
    assert identity is not None
    return identity


@pytest.fixture
def held(job: JobDir) -> Iterator[Lock]:
    lock = Lock(job.lock)
    assert lock.acquire()
    yield lock
    lock.release()


def write(job: JobDir, *events: Event) -> None:
    with JournalWriter(job.journal) as journal:
        for event in events:
            journal.append(event)


@pytest.mark.parametrize("state", ENDINGS)
def test_an_ending_in_the_journal_is_the_state(job: JobDir, dead: ProcessIdentity, state: str) -> None:
    write(job, Planned({}), ENDINGS[state])
    dead.write(job.identity)
    assert state_of(job.path) == state


@pytest.mark.usefixtures("held")
def test_a_held_lock_means_running_whatever_the_journal_says(job: JobDir) -> None:
    assert state_of(job.path) == "running"
    write(job, Planned({}), ENDINGS["finished"])
    assert state_of(job.path) == "running"


def test_a_worker_that_was_there_and_left_no_ending_is_lost(job: JobDir, dead: ProcessIdentity) -> None:
    write(job, Planned({}))
    dead.write(job.identity)
    assert state_of(job.path) == "lost"


def test_a_torn_ending_is_no_ending(job: JobDir, dead: ProcessIdentity) -> None:
    write(job, Planned({}), ENDINGS["finished"])
    job.journal.write_bytes(job.journal.read_bytes()[:-1])
    dead.write(job.identity)
    assert state_of(job.path) == "lost"


def test_a_launched_process_without_the_lock_is_starting_while_it_lives(job: JobDir, own: ProcessIdentity) -> None:
    own.write(job.launched)
    far_later = 10 * GRACE_SECONDS + job.path.stat().st_mtime
    assert state_of(job.path, clock=lambda: far_later) == "starting"


def test_a_launched_process_that_died_before_the_lock_is_lost_at_once(job: JobDir, dead: ProcessIdentity) -> None:
    dead.write(job.launched)
    assert state_of(job.path) == "lost"


def test_a_folder_that_nobody_launched_is_starting_for_a_grace_time(job: JobDir) -> None:
    made = job.path.stat().st_mtime
    assert state_of(job.path, clock=lambda: made + GRACE_SECONDS - 1) == "starting"
    assert state_of(job.path, clock=lambda: made + GRACE_SECONDS + 1) == "lost"
    assert state_of(job.path, clock=lambda: made - 3600) == "lost"  # a clock that was set back


def test_a_worker_that_came_and_went_between_two_looks_is_not_called_lost(
    job: JobDir, dead: ProcessIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends after the journal was read and before its process is looked for."""
    dead.write(job.launched)
    is_alive = ProcessIdentity.is_alive

    def ends_just_now(identity: ProcessIdentity) -> bool:
        dead.write(job.identity)
        write(job, Planned({}), ENDINGS["finished"])
        return is_alive(identity)

    monkeypatch.setattr(ProcessIdentity, "is_alive", ends_just_now)
    assert state_of(job.path) == "finished"


def test_a_process_of_another_time_machine_or_boot_is_not_taken_for_ours(own: ProcessIdentity) -> None:
    assert own.is_alive()
    assert not ProcessIdentity(own.pid, own.host, own.boot, own.started - 1).is_alive()
    assert not ProcessIdentity(own.pid, "elsewhere", own.boot, own.started).is_alive()
    assert not ProcessIdentity(own.pid, own.host, "before the restart", own.started).is_alive()


def test_an_identity_is_kept_in_a_file_and_a_damaged_one_is_none(tmp_path: Path, own: ProcessIdentity) -> None:
    own.write(tmp_path / "worker.json")
    assert ProcessIdentity.read(tmp_path / "worker.json") == own
    assert (own.host, own.boot) == (socket.gethostname(), boot_id())
    (tmp_path / "worker.json").write_text('{"pid": "x"}')
    assert ProcessIdentity.read(tmp_path / "worker.json") is None
    assert ProcessIdentity.read(tmp_path / "missing.json") is None
