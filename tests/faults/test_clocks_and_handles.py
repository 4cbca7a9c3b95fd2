"""Clocks that jump move no state and no order; 500 runs leave no file open; rows count once they are flushed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.fake_workers import FakeWorkers, new_run
from tl_core.events import Failed, Finished, Planned, Stopped
from tl_core.jobs.journal import JournalWriter, read_records
from tl_core.jobs.launcher import PROGRAM_ROOT
from tl_core.jobs.liveness import state_of
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Workspace

HOUR, YEAR = 3600.0, 366 * 24 * 3600.0
KILLS = 12
APPENDS = """
import sys
from pathlib import Path
from tl_core.events import Planned, Warned
from tl_core.jobs.journal import JournalWriter
with JournalWriter(Path(sys.argv[1])) as journal:
    while True:
        record = journal.append(Warned("x" * 50) if journal.count else Planned({}))
        sys.stdout.write(f"{record['n']}\\n")
        sys.stdout.flush()
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(workspace)
    yield workers
    workers.leave()


def one_of_each(workspace: Workspace, workers: FakeWorkers) -> dict[str, RunDir]:
    """A run in every state that needs no grace time."""
    runs = {state: new_run(workspace) for state in ("finished", "stopped", "failed", "lost", "running", "queued")}
    for state, run in runs.items():
        if state == "queued":
            RunQueue(workspace, workers.launch).add(run.path)
            continue
        workers.launch(run.path)
        workers.begins(run)
        if state == "lost":
            workers.is_killed(run)
        elif state != "running":
            workers.ends(run, state)
    return runs


@pytest.mark.parametrize("jump", [-YEAR, -HOUR, -1.0, 1.0, HOUR, YEAR])
def test_no_jump_of_the_clock_changes_a_state(workspace: Workspace, workers: FakeWorkers, jump: float) -> None:
    for state, run in one_of_each(workspace, workers).items():
        made = run.path.stat().st_mtime
        assert state_of(run.path, clock=lambda made=made: made + jump) == state  # type: ignore[misc]


def test_the_order_of_the_queue_is_by_numbers_and_not_by_dates(workspace: Workspace, workers: FakeWorkers) -> None:
    queue = RunQueue(workspace, workers.launch)
    runs = [new_run(workspace) for _ in range(3)]
    for at, run in enumerate(runs):
        queue.add(run.path)
        os.utime(run.ticket, (YEAR - at * HOUR,) * 2)
        os.utime(run.config_file, (YEAR - at * HOUR,) * 2)
    assert [run.path for run in queue.now().order] == [run.path for run in runs]


def test_rows_keep_their_order_when_the_clock_is_set_back(workspace: Workspace) -> None:
    run = new_run(workspace)
    times = iter([2 * HOUR, HOUR, 3 * HOUR])
    with JournalWriter(run.journal, clock=lambda: next(times)) as journal:
        journal.append(Planned({}))
        journal.append(Failed("No.", "", by_user=True))
    records, _offset = read_records(run.journal)
    assert [(record["n"], record["t"]) for record in records] == [(0, 2 * HOUR), (1, HOUR)]
    assert read_view(run.path).state == "failed"


def test_a_run_lasts_as_long_as_its_worker_counted_whatever_the_dates_say(workspace: Workspace) -> None:
    run = new_run(workspace)
    times = iter([YEAR, HOUR])
    with JournalWriter(run.journal, clock=lambda: next(times)) as journal:
        journal.append(Planned({}))
        journal.append(Finished(1, 12.5, {"accuracy": 1.0}))
    assert read_view(run.path).seconds == 12.5


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(sys.platform != "linux", reason="counts the entries of /proc/self/fd")
def test_no_file_stays_open_after_five_hundred_runs(workspace: Workspace, workers: FakeWorkers) -> None:
    queue = RunQueue(workspace, workers.launch)
    run = new_run(workspace)

    def go_through() -> None:
        queue.add(run.path)
        assert queue.look() == [run.path]
        workers.begins(run)
        assert state_of(run.path) == "running"
        workers.ends(run, "stopped")
        assert queue.now().order == ()

    go_through()
    before = open_files()
    for _ in range(500):
        go_through()
    assert open_files() == before


def test_a_row_that_was_acknowledged_is_there_after_a_kill_at_any_moment(tmp_path: Path) -> None:
    chance = random.Random(5)
    for kill in range(KILLS):
        journal = tmp_path / f"{kill}.jsonl"
        command = [sys.executable, "-c", APPENDS, str(journal)]
        with subprocess.Popen(command, cwd=PROGRAM_ROOT, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = -1
            for _ in range(chance.randrange(1, 400)):
                acknowledged = int(writer.stdout.readline())
            writer.kill()
            told = [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        last = max([acknowledged, *told])
        records, _offset = read_records(journal)
        assert [record["n"] for record in records] == list(range(len(records)))
        assert len(records) > last
        with JournalWriter(journal) as again:
            assert again.count == len(records)
            again.append(Stopped(0, 1.0, {}))
        assert read_records(journal)[0][-1]["kind"] == "stopped"
