"""Pausing: a wish to stop that says that the run will go on."""

from __future__ import annotations

from pathlib import Path

from tests.jobs.fake_workers import FakeWorkers, new_run
from tl_core.jobs.pausing import is_pause, mark_pause
from tl_core.jobs.stopping import request_stop
from tl_core.jobs.workspace import Workspace


def test_a_run_at_work_is_paused_and_a_plain_wish_to_stop_is_no_pause(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workers = FakeWorkers(workspace)
    paused, stopped = new_run(workspace), new_run(workspace)
    for run in (paused, stopped):
        workers.launch(run.path)
        workers.begins(run)
    mark_pause(paused)
    request_stop(paused.path)
    request_stop(stopped.path)
    for run in (paused, stopped):
        workers.ends(run, "stopped")
    assert [is_pause(paused), is_pause(stopped)] == [True, False]
    workers.leave()


def test_one_that_has_ended_cannot_be_paused_any_more(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    workers = FakeWorkers(workspace)
    run = new_run(workspace)
    workers.launch(run.path)
    workers.begins(run)
    workers.ends(run, "finished")
    mark_pause(run)
    assert not run.stop.exists()
    assert not is_pause(run)
    workers.leave()
