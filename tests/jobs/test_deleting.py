"""A run is deleted whole or not at all, and never one that works or that another one needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.fake_workers import FakeWorkers, new_run
from tl_core.errors import RunError
from tl_core.jobs.deleting import begins_with, delete_run
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(workspace)
    yield workers
    workers.leave()


def test_a_run_that_has_ended_goes_with_everything_in_its_folder(workspace: Workspace, workers: FakeWorkers) -> None:
    run, other = new_run(workspace), new_run(workspace)
    workers.launch(run.path)
    workers.begins(run)
    workers.ends(run, "finished")
    run.checkpoints.mkdir()
    (run.checkpoints / "last").write_bytes(b"x" * 5000)
    assert delete_run(run.path) >= 5000
    assert [path.name for path in workspace.person().runs.iterdir()] == [other.id]


def test_one_at_work_is_refused_and_stays_whole(workspace: Workspace, workers: FakeWorkers) -> None:
    run = new_run(workspace, name="foxes")
    workers.launch(run.path)
    workers.begins(run)
    before = sorted(path.name for path in run.path.iterdir())
    with pytest.raises(RunError, match="The training 'foxes' is under way"):
        delete_run(run.path)
    assert sorted(path.name for path in run.path.iterdir()) == before


def test_one_that_waits_leaves_the_queue(workspace: Workspace, workers: FakeWorkers) -> None:
    queue = RunQueue(workspace, workers.launch)
    first, second = new_run(workspace), new_run(workspace)
    queue.add(first.path)
    queue.add(second.path)
    delete_run(first.path)
    assert queue.look() == [second.path]


def test_the_beginning_of_a_run_that_waits_is_kept_until_that_one_has_ended(
    workspace: Workspace, workers: FakeWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier, later = new_run(workspace), new_run(workspace, name="more foxes")
    workers.launch(earlier.path)
    workers.begins(earlier)
    workers.ends(earlier, "finished")
    config = later.config_file.read_text().replace('"start": "pretrained"', f'"start": "{earlier.id}"')
    later.config_file.write_text(config)
    assert begins_with(later) == earlier.id
    queue = RunQueue(workspace, workers.launch)
    queue.add(later.path)
    with pytest.raises(RunError, match="The training 'more foxes' begins with the model of this one"):
        delete_run(earlier.path)
    assert queue.cancel(later.path)
    delete_run(earlier.path)
    assert [run.id for run in list_runs(workspace.person().runs)] == [later.id]


def test_a_damaged_run_can_be_deleted(workspace: Workspace, workers: FakeWorkers) -> None:
    run = new_run(workspace)
    workers.launch(run.path)
    workers.begins(run)
    workers.is_killed(run)
    run.config_file.write_text("{")
    run.label_file.unlink()
    assert delete_run(run.path) > 0
    assert not RunDir(run.path).path.exists()
