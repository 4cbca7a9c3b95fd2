"""Real workers caught in the middle of their job: stopped, killed, launched again, left by whoever started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import ended, kinds, new_import, wait_until
from tl_core.errors import RunError
from tl_core.jobs.following import follow
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import PROGRAM_ROOT, launch, log_tail
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.stopping import force_stop, request_stop
from tl_core.jobs.view import read_view
from tl_core.processes import birth_of

MANY = 800  # pictures of each class: enough that a worker is caught in the middle
posix_only = pytest.mark.skipif(os.name == "nt", reason="stops and kills by POSIX signals")
LAUNCH_AND_STAY = """
import signal, sys, time
from pathlib import Path
from tl_core.jobs.launcher import launch
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests may ignore it
launch(Path(sys.argv[1]))
print("launched", flush=True)
time.sleep(600)
"""


@pytest.fixture
def long_job(tmp_path: Path) -> JobDir:
    return JobDir(new_import(tmp_path, of_each=MANY))


def frozen_worker(job: JobDir) -> psutil.Process:
    """A worker that was caught at work and put to sleep by the system: it holds the lock and does nothing more."""
    launch(job.path)
    identity = wait_until(lambda: len(kinds(job.journal)) > 1 and ProcessIdentity.read(job.identity))
    process = psutil.Process(identity.pid)
    wait_until(lambda: process.children(recursive=True))  # those that decode: then it is in the middle of it
    process.suspend()
    assert state_of(job.path) == "running"
    return process


@posix_only
def test_a_killed_worker_is_lost_with_its_log_and_leaves_no_process(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    children = [child.pid for child in process.children(recursive=True)]
    assert children
    before = long_job.journal.read_bytes()
    process.kill()
    assert ended(long_job) == "lost"
    assert long_job.journal.read_bytes() == before
    assert f"worker {process.pid} begins" in log_tail(long_job.path)
    assert "finished" not in log_tail(long_job.path)
    wait_until(lambda: all(birth_of(pid) is None for pid in children))
    assert [record for record in follow(long_job.path) if record] == read_records(long_job.journal)[0]


@posix_only
def test_a_stop_file_ends_an_import_and_nothing_half_done_stays(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    request_stop(long_job.path)
    process.resume()
    assert ended(long_job) == "stopped"
    assert not (long_job.path / "dataset.json").exists()
    assert not (long_job.path / "index.columns").exists()


@posix_only
def test_a_polite_signal_is_a_wish_to_stop_and_a_closed_terminal_is_none(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    process.resume()
    wait_until(lambda: len(kinds(long_job.journal)) > 2)
    process.terminate()
    assert ended(long_job) == "stopped"


@posix_only
def test_a_worker_that_does_not_answer_stop_is_ended_by_force_and_the_journal_says_so(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    family = [process.pid, *(child.pid for child in process.children(recursive=True))]
    force_stop(long_job.path, grace_seconds=0.1)
    view = read_view(long_job.path)
    assert (view.state, view.is_forced, view.result, view.failure) == ("stopped", True, None, None)
    wait_until(lambda: all(birth_of(pid) is None for pid in family))


@posix_only
def test_a_job_that_is_under_way_cannot_be_launched_again(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    with pytest.raises(RunError, match="is under way already"):
        launch(long_job.path)
    process.kill()
    assert ended(long_job) == "lost"


@posix_only
def test_a_worker_outlives_its_parent_and_the_terminal_and_gives_way_to_others(long_job: JobDir) -> None:
    command = [sys.executable, "-c", LAUNCH_AND_STAY, str(long_job.path)]
    with subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"launched\n"
        identity = wait_until(lambda: ProcessIdentity.read(long_job.identity))
        assert os.getsid(identity.pid) == identity.pid != os.getsid(parent.pid)
        assert psutil.Process(identity.pid).nice() > psutil.Process().nice()
        os.killpg(parent.pid, signal.SIGHUP)
    assert ended(long_job) == "finished"
    assert read_view(long_job.path).result == {"dataset": long_job.id, "images": 2 * MANY}
