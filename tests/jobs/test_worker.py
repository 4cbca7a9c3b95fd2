"""Real workers, started, stopped, killed and orphaned; their job is an import, the quickest work there is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import edit_json, kinds, new_import, wait_until
from tl_core.backbones.usual import USUAL
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.data.dataset import open_dataset
from tl_core.errors import RunError
from tl_core.events import Planned, checked, from_dict
from tl_core.jobs.following import follow
from tl_core.jobs.journal import JournalWriter, read_records
from tl_core.jobs.launcher import PROGRAM_ROOT, launch, log_tail, worker_environment
from tl_core.jobs.liveness import ENDED, ProcessIdentity, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.stopping import force_stop, request_stop
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import workspace_of
from tl_core.platform import Lock
from tl_core.processes import birth_of

EXIT_DONE, EXIT_FAULT, EXIT_USER, EXIT_REFUSED = 0, 1, 2, 3
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
def job(tmp_path: Path) -> JobDir:
    return JobDir(new_import(tmp_path))


@pytest.fixture
def long_job(tmp_path: Path) -> JobDir:
    return JobDir(new_import(tmp_path, of_each=MANY))


def ended(job: JobDir) -> str:
    return str(wait_until(lambda: (state := state_of(job.path)) in ENDED and state))


def frozen_worker(job: JobDir) -> psutil.Process:
    """A worker that was caught at work and put to sleep by the system: it holds the lock and does nothing more."""
    launch(job.path)
    identity = wait_until(lambda: len(kinds(job.journal)) > 1 and ProcessIdentity.read(job.identity))
    process = psutil.Process(identity.pid)
    wait_until(lambda: process.children(recursive=True))  # those that decode: then it is in the middle of it
    process.suspend()
    assert state_of(job.path) == "running"
    return process


def test_a_worker_does_its_job_and_says_so_in_the_journal(job: JobDir) -> None:
    process = launch(job.path)
    records = [record for record in follow(job.path) if record is not None]
    assert [event.kind for event in checked(filter(None, map(from_dict, records)))][-1] == "finished"
    assert records[-1]["result"] == {"dataset": job.id, "images": 6}
    assert wait_until(lambda: process.exit_status is not None)
    assert process.exit_status == EXIT_DONE
    assert state_of(job.path) == "finished"
    view = read_view(job.path)
    assert view.phase is not None
    assert (view.phase.name, view.phase.done, view.phase.total) == ("looking", 6, 6)


def test_an_import_leaves_the_squares_that_the_usual_network_sees(job: JobDir) -> None:
    launch(job.path)
    assert ended(job) == "finished"
    contents = [record.sha256 for record in open_dataset(job.path).index.records]
    with square_rows(workspace_of(job.path).cache, USUAL[RunConfig().backbone], contents) as request:
        assert len(contents) == 6
        assert not len(request.missing)


def test_a_source_that_does_not_exist_fails_with_words_for_the_person(job: JobDir) -> None:
    edit_json(job.import_request, sources=["/nowhere/animals.zip"])
    process = launch(job.path)
    assert ended(job) == "failed"
    failure = read_view(job.path).failure
    assert failure is not None
    assert failure.by_user
    assert "/nowhere/animals.zip" in failure.message
    assert wait_until(lambda: process.exit_status) == EXIT_USER


def test_a_fault_in_the_program_leaves_a_traceback_in_the_log_and_plain_words_in_the_journal(job: JobDir) -> None:
    edit_json(job.import_request, sources=[5])  # no text: nothing that a person could have typed
    process = launch(job.path)
    assert ended(job) == "failed"
    failure = read_view(job.path).failure
    assert failure is not None
    assert not failure.by_user
    assert failure.message.startswith("A fault in the program ended it (TypeError: ")
    assert "worker.log" in failure.hint
    assert "Traceback (most recent call last):" in log_tail(job.path, lines=100)
    assert wait_until(lambda: process.exit_status) == EXIT_FAULT


def test_a_job_of_a_newer_version_is_refused_by_name(job: JobDir) -> None:
    edit_json(job.import_request, kind="distil")
    launch(job.path)
    assert ended(job) == "failed"
    failure = read_view(job.path).failure
    assert failure is not None
    assert "asks for 'distil', which this version does not know" in failure.message


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


def test_asking_a_job_that_has_ended_to_stop_changes_nothing(job: JobDir) -> None:
    launch(job.path)
    assert ended(job) == "finished"
    request_stop(job.path)
    assert not job.stop.exists()


@posix_only
def test_a_worker_that_does_not_answer_stop_is_ended_by_force_and_the_journal_says_so(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    family = [process.pid, *(child.pid for child in process.children(recursive=True))]
    force_stop(long_job.path, grace_seconds=0.1)
    view = read_view(long_job.path)
    assert (view.state, view.is_forced, view.result, view.failure) == ("stopped", True, None, None)
    wait_until(lambda: all(birth_of(pid) is None for pid in family))


def test_a_stranger_with_the_workers_number_is_never_signalled(job: JobDir) -> None:
    lock = Lock(job.lock)
    assert lock.acquire()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as stranger:
        true = ProcessIdentity.of(stranger.pid)
        assert true is not None
        forged = (
            ProcessIdentity(true.pid, true.host, true.boot, true.started - 100.0),
            ProcessIdentity(true.pid, true.host, "another boot", true.started),
            ProcessIdentity(true.pid, "another-host", true.boot, true.started),
        )
        for identity in forged:
            identity.write(job.identity)
            with pytest.raises(RunError, match="its process number belongs to another program"):
                force_stop(job.path, grace_seconds=0.0)
            assert true.is_alive()
        stranger.kill()
    lock.release()


def test_a_second_worker_on_a_finished_job_does_nothing(job: JobDir) -> None:
    launch(job.path)
    assert ended(job) == "finished"
    before = job.journal.read_bytes()
    second = launch(job.path)
    assert wait_until(lambda: second.exit_status) == EXIT_REFUSED
    assert "the journal is not empty; nothing was done" in log_tail(job.path)
    assert job.journal.read_bytes() == before
    assert state_of(job.path) == "finished"


def test_a_worker_cuts_the_torn_line_of_one_that_died_and_still_refuses_the_journal(job: JobDir) -> None:
    with JournalWriter(job.journal) as journal:
        journal.append(Planned({}))
    whole = job.journal.read_bytes()
    job.journal.write_bytes(whole + b'{"n": 1, "t": 2')
    process = launch(job.path)
    assert wait_until(lambda: process.exit_status) == EXIT_REFUSED
    assert job.journal.read_bytes() == whole


@posix_only
def test_a_job_that_is_under_way_cannot_be_launched_again(long_job: JobDir) -> None:
    process = frozen_worker(long_job)
    with pytest.raises(RunError, match="is under way already"):
        launch(long_job.path)
    process.kill()
    assert ended(long_job) == "lost"


def test_a_worker_waits_a_moment_for_somebody_who_looks_at_its_lock(job: JobDir) -> None:
    lock = Lock(job.lock)
    assert lock.acquire()
    command = [sys.executable, "-m", "tl_core.jobs.worker", str(job.path)]
    with subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE) as worker:
        started = psutil.Process(worker.pid)
        calm = started.nice()
        wait_until(lambda: started.nice() != calm)  # the last thing it does before it asks for the lock
        lock.release()
        worker.communicate()
        assert worker.returncode == EXIT_DONE


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


def test_a_worker_gets_an_explicit_environment_without_the_persons_secrets() -> None:
    ours = {"PATH": "/bin", "Path": "x", "LC_ALL": "C", "HF_ENDPOINT": "https://mirror", "AWS_SECRET_ACCESS_KEY": "s"}
    given = worker_environment({**ours, "PYTHONPATH": "/evil", "GITHUB_TOKEN": "t"})
    assert {name for name in given if not name.startswith("PYTHON")} == {"PATH", "Path", "LC_ALL", "HF_ENDPOINT"}
    assert "PYTHONPATH" not in given
    assert given["PYTHONUNBUFFERED"] == "1"
