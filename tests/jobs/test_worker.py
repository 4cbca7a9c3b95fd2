"""Real workers whose job is an import, the quickest work there is: how it ends, and who is refused it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import edit_json, ended, new_import, wait_until
from tl_core.backbones.usual import USUAL
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.data.dataset import open_dataset
from tl_core.errors import RunError
from tl_core.events import Planned, checked, from_dict
from tl_core.jobs.following import follow
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.launcher import PROGRAM_ROOT, launch, log_tail, worker_environment
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.stopping import force_stop, request_stop
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import workspace_of
from tl_core.platform import Lock

EXIT_DONE, EXIT_FAULT, EXIT_USER, EXIT_REFUSED = 0, 1, 2, 3


@pytest.fixture
def job(tmp_path: Path) -> JobDir:
    return JobDir(new_import(tmp_path))


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


def test_asking_a_job_that_has_ended_to_stop_changes_nothing(job: JobDir) -> None:
    launch(job.path)
    assert ended(job) == "finished"
    request_stop(job.path)
    assert not job.stop.exists()


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


def test_a_worker_gets_an_explicit_environment_without_the_persons_secrets() -> None:
    ours = {"PATH": "/bin", "Path": "x", "LC_ALL": "C", "HF_ENDPOINT": "https://mirror", "AWS_SECRET_ACCESS_KEY": "s"}
    given = worker_environment({**ours, "PYTHONPATH": "/evil", "GITHUB_TOKEN": "t"})
    assert {name for name in given if not name.startswith("PYTHON")} == {"PATH", "Path", "LC_ALL", "HF_ENDPOINT"}
    assert "PYTHONPATH" not in given
    assert given["PYTHONUNBUFFERED"] == "1"
