"""What a waiting run says of its waiting: only what somebody can know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.fake_workers import FakeWorkers, new_run
from tl_core.events import Finished, Planned, StepDone
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.waits import Wait, seconds_left, typical_seconds, waits
from tl_core.jobs.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(workspace)
    yield workers
    workers.leave()


def step(left: float) -> StepDone:
    return StepDone(1, 10, 1, 2, 0.5, 0.1, 100.0, left)


def tell(run: RunDir, *events: StepDone | Planned | Finished) -> None:
    with JournalWriter(run.journal) as journal:
        for event in events:
            journal.append(event)


def test_before_anything_is_known_only_the_place_is_told(workspace: Workspace, workers: FakeWorkers) -> None:
    queue = RunQueue(workspace, workers.launch)
    runs = [new_run(workspace) for _ in range(3)]
    for run in runs:
        queue.add(run.path)
    queue.look()
    workers.begins(runs[0])
    told = waits(workspace, workspace.person().runs)
    assert told == {runs[1].id: Wait(1, None), runs[2].id: Wait(2, None)}


def test_the_training_under_way_and_earlier_ones_say_how_long(workspace: Workspace, workers: FakeWorkers) -> None:
    for seconds in (10.0, 20.0, 90.0):
        tell(new_run(workspace), Planned({}), Finished(1, seconds, {}))
    queue = RunQueue(workspace, workers.launch)
    runs = [new_run(workspace) for _ in range(3)]
    for run in runs:
        queue.add(run.path)
    queue.look()
    workers.begins(runs[0])
    tell(runs[0], step(300.0), step(7.0))
    assert typical_seconds(workspace.person().runs) == 20.0
    assert waits(workspace, workspace.person().runs) == {runs[1].id: Wait(1, 7.0), runs[2].id: Wait(2, 27.0)}


def test_where_nobody_waits_nothing_is_read(workspace: Workspace) -> None:
    assert waits(workspace, workspace.root / "nowhere") == {}


def test_the_end_of_a_long_journal_is_enough(workspace: Workspace) -> None:
    run = new_run(workspace)
    tell(run, Planned({}), *(step(float(at)) for at in range(1000)))
    assert seconds_left(run) == 999.0
    assert seconds_left(new_run(workspace)) is None
