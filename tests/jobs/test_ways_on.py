"""What may be asked of a run that has ended: going on, more epochs, from which; and why not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.fake_workers import FakeWorkers, new_run
from tests.training.test_plan_reasons import plan
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.ways_on import WaysOn, ways_on
from tl_core.jobs.workspace import Workspace
from tl_core.training.checkpoint_files import CheckpointFolder
from tl_core.training.kept_plans import write_plans


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(Workspace(tmp_path))
    yield workers
    workers.leave()


@pytest.fixture
def run(tmp_path: Path, workers: FakeWorkers) -> RunDir:
    """At work, with its pictures."""
    run = new_run(Workspace(tmp_path))
    run.dataset_folder.mkdir(parents=True)
    workers.launch(run.path)
    workers.begins(run)
    return run


def keep_epochs(run: RunDir, *epochs: int) -> None:
    folder = CheckpointFolder(run.checkpoints)
    for epoch in epochs:
        folder.save({"epoch": epoch, "step": 10 * epoch, "batch": 0}, {"weights": lambda path: _write(path)})


def _write(path: Path) -> None:
    path.write_bytes(b"weights")


def test_a_run_under_way_has_no_ways_on_and_nothing_in_its_way(run: RunDir) -> None:
    assert ways_on(run) == WaysOn()


def test_a_fine_tuning_that_was_stopped_can_go_on_and_have_more_epochs_from_those_that_are_kept(
    run: RunDir, workers: FakeWorkers
) -> None:
    write_plans(run.path, plan(freeze="none"))
    keep_epochs(run, 3, 4)
    workers.ends(run, "stopped")
    assert ways_on(run) == WaysOn(can_resume=True, can_extend=True, epochs=(3, 4))


def test_one_that_has_finished_can_have_more_epochs_alone(run: RunDir, workers: FakeWorkers) -> None:
    write_plans(run.path, plan(freeze="none"))
    keep_epochs(run, 5)
    workers.ends(run, "finished")
    assert ways_on(run) == WaysOn(can_resume=False, can_extend=True, epochs=(5,))


def test_a_head_that_was_fitted_at_once_has_no_epochs_to_have_more_of(run: RunDir, workers: FakeWorkers) -> None:
    write_plans(run.path, plan(freeze="all"))
    workers.ends(run, "finished")
    assert ways_on(run) == WaysOn(is_anew=True)


def test_where_the_pictures_are_gone_it_says_so(run: RunDir, workers: FakeWorkers) -> None:
    workers.is_killed(run)
    run.dataset_folder.rmdir()
    found = ways_on(run)
    assert (found.can_resume, found.can_extend) == (False, False)
    assert "are gone" in str(found.obstacle)


def test_a_lost_run_without_a_checkpoint_can_begin_anew(run: RunDir, workers: FakeWorkers) -> None:
    workers.is_killed(run)
    assert ways_on(run) == WaysOn(can_resume=True, is_anew=True)
