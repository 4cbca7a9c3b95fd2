"""Real workers in reserve: handed a run, let go of, killed, left behind by whoever held them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import edit_json, kinds, new_import, wait_until
from tl_core.errors import RunError
from tl_core.jobs.launcher import PROGRAM_ROOT, WORKER_NICENESS, force_stop, launch_run, log_tail
from tl_core.jobs.liveness import ENDED, ProcessIdentity, state_of
from tl_core.jobs.reserve import Reserve, environment_mark
from tl_core.jobs.rundir import JobDir
from tl_core.platform import Lock
from tl_core.processes import birth_of

HOLD_AND_STAY = """
import sys, time
from pathlib import Path
from tl_core.jobs.reserve import Reserve
held = Reserve(Path(sys.argv[1]), niceness=5)
print(held.identity.pid, flush=True)
if len(sys.argv) > 2:
    assert held.hand(Path(sys.argv[2])) is not None
    print("handed", flush=True)
time.sleep(600)
"""


@pytest.fixture
def reserve(tmp_path: Path) -> Iterator[Reserve]:
    made = Reserve(tmp_path / "assistant" / "reserve.log", niceness=WORKER_NICENESS)
    yield made
    made.close()


@pytest.fixture
def job(tmp_path: Path) -> JobDir:
    return JobDir(new_import(tmp_path))


def ended(job: JobDir) -> str:
    return str(wait_until(lambda: (state := state_of(job.path)) in ENDED and state))


def is_gone(identity: ProcessIdentity | None) -> bool:
    return identity is not None and birth_of(identity.pid) is None


def holding(*words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD_AND_STAY, *words]
    return subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE, text=True)


def test_a_worker_in_reserve_does_a_job_as_a_new_one_would(reserve: Reserve, job: JobDir) -> None:
    launch_run(job.path, reserve.hand)
    assert ended(job) == "finished"
    assert kinds(job.journal)[-1] == "finished"
    assert ProcessIdentity.read(job.identity) == reserve.identity == ProcessIdentity.read(job.launched)
    assert f"worker {reserve.identity.pid if reserve.identity else 0} begins" in log_tail(job.path, lines=100)
    wait_until(lambda: reserve.is_over)


def test_it_takes_one_job_and_ends(reserve: Reserve, job: JobDir, tmp_path: Path) -> None:
    second = JobDir(new_import(tmp_path / "second"))
    launch_run(job.path, reserve.hand)
    assert reserve.hand(second.path) is None
    assert not reserve.waits
    assert ended(job) == "finished"
    wait_until(lambda: is_gone(reserve.identity))
    assert not second.journal.exists()


@pytest.mark.parametrize(
    "nobody",
    [lambda reserve: reserve.close(), lambda reserve: psutil.Process(reserve.identity.pid).kill()],
    ids=["let go of", "killed"],
)
def test_where_nobody_waits_any_more_a_new_worker_is_started(
    reserve: Reserve, job: JobDir, nobody: Callable[[Reserve], None]
) -> None:
    nobody(reserve)
    wait_until(lambda: is_gone(reserve.identity))
    launch_run(job.path, reserve.hand)
    assert ended(job) == "finished"
    assert ProcessIdentity.read(job.identity) != reserve.identity


def test_a_killed_holder_leaves_no_worker_behind(tmp_path: Path) -> None:
    with holding(str(tmp_path / "reserve.log")) as holder:
        assert holder.stdout is not None
        waiting = int(holder.stdout.readline())
        assert birth_of(waiting) is not None
        holder.kill()
    wait_until(lambda: birth_of(waiting) is None)


def test_a_job_that_was_handed_over_outlives_a_killed_holder(tmp_path: Path, job: JobDir) -> None:
    with holding(str(tmp_path / "reserve.log"), str(job.path)) as holder:
        assert holder.stdout is not None
        worker = int(holder.stdout.readline())
        assert holder.stdout.readline() == "handed\n"
        holder.kill()
    assert ended(job) == "finished"
    identity = ProcessIdentity.read(job.identity)
    assert identity is not None
    assert identity.pid == worker


@pytest.mark.skipif(os.name == "nt", reason="sessions are POSIX")
def test_it_leads_a_group_of_its_own_and_gives_way_to_others(reserve: Reserve) -> None:
    assert reserve.identity is not None
    pid = reserve.identity.pid
    assert os.getsid(pid) == pid != os.getsid(0)
    wait_until(lambda: psutil.Process(pid).nice() == psutil.Process().nice() + WORKER_NICENESS)


def test_it_says_when_it_has_got_ready(reserve: Reserve) -> None:
    wait_until(lambda: reserve.is_loaded)
    assert reserve.waits


@pytest.mark.skipif(os.name == "nt", reason="priorities are POSIX")
def test_one_that_hurries_gives_way_from_its_run_on(tmp_path: Path) -> None:
    hurried = Reserve(tmp_path / "assistant" / "reserve.log", niceness=WORKER_NICENESS, hurries=True)
    try:
        assert hurried.identity is not None
        process, usual = psutil.Process(hurried.identity.pid), psutil.Process().nice()
        assert process.nice() == usual
        job = JobDir(new_import(tmp_path, of_each=200))
        assert hurried.hand(job.path) == hurried.identity
        wait_until(lambda: process.nice() == usual + WORKER_NICENESS)
        assert ended(job) == "finished"
    finally:
        hurried.close()


@pytest.mark.skipif(os.name == "nt", reason="stops a process by a POSIX signal")
def test_one_that_does_not_answer_stop_is_ended_by_force_like_any_other(reserve: Reserve, tmp_path: Path) -> None:
    job = JobDir(new_import(tmp_path / "long", of_each=800))
    launch_run(job.path, reserve.hand)
    wait_until(lambda: len(kinds(job.journal)) > 1)
    assert reserve.identity is not None
    psutil.Process(reserve.identity.pid).suspend()
    force_stop(job.path, grace_seconds=0.1)
    assert state_of(job.path) == "stopped"
    wait_until(lambda: is_gone(reserve.identity))


def test_a_job_that_is_under_way_is_not_handed_over(reserve: Reserve, job: JobDir) -> None:
    lock = Lock(job.lock)
    assert lock.acquire()
    with pytest.raises(RunError, match="is under way already"):
        launch_run(job.path, reserve.hand)
    lock.release()
    assert reserve.waits


def test_what_goes_wrong_stands_in_the_jobs_own_log(reserve: Reserve, job: JobDir) -> None:
    edit_json(job.import_request, sources=[5])
    launch_run(job.path, reserve.hand)
    assert ended(job) == "failed"
    assert "Traceback (most recent call last):" in log_tail(job.path, lines=100)


def test_only_what_a_worker_is_given_tells_environments_apart() -> None:
    ours = {"PATH": "/bin", "OMP_NUM_THREADS": "2", "GITHUB_TOKEN": "t"}
    assert environment_mark(ours) == environment_mark({**ours, "GITHUB_TOKEN": "another"})
    assert environment_mark(ours) != environment_mark({**ours, "OMP_NUM_THREADS": "1"})
