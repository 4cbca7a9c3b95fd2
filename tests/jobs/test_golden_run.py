"""A run of an earlier version, as it wrote it, can be read for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tl_core.errors import RunError
from tl_core.events import checked, from_dict
from tl_core.jobs.journal import read_records
from tl_core.jobs.resuming import check_resumable, kept_epochs
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view
from tl_core.training.extending import Asked
from tl_core.training.plan_values import TrainingPlan

GOLDEN = Path(__file__).parent / "golden_run"  # written before there were checkpoints to go on from


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(shutil.copytree(GOLDEN, tmp_path / ("a" * 26)))


def test_its_history_and_its_result_are_there(run: RunDir) -> None:
    view = read_view(run.path)
    assert view.state == "finished"
    assert [epoch.epoch for epoch in view.epochs] == [0, 1, 2]
    assert view.result is not None
    assert view.result["measured_on"] == "validation"
    assert view.resumed == 0
    events = [from_dict(record) for record in read_records(run.journal)[0]]
    assert None not in events
    assert len(list(checked(event for event in events if event is not None))) == len(events)


def test_its_settings_and_its_plan_have_what_came_later_at_its_usual_value(run: RunDir) -> None:
    plan = read_view(run.path).plan
    assert plan is not None
    assert "extended_at" not in plan
    assert TrainingPlan.from_dict(plan).extended_at == 0
    assert (run.config.epochs, run.label.name) == (2, "Golden")


def test_it_cannot_go_on_and_says_why(run: RunDir) -> None:
    assert kept_epochs(run.path) == ()
    with pytest.raises(RunError, match=r"has finished\. Say how many more epochs"):
        check_resumable(run, Asked())
    with pytest.raises(RunError, match="has kept no checkpoint"):
        check_resumable(run, Asked(more=2))
