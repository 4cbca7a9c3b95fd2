"""Workers killed at any moment: nothing acknowledged is missing, and the run ends as if it had been let alone."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import psutil
import pytest
import safetensors.numpy
from PIL import Image
from sklearn.datasets import load_digits

from tests.jobs.jobs_for_tests import wait_until
from tl_core.config import RunConfig
from tl_core.data.dataset import import_source
from tl_core.events import EpochDone, checked, from_dict
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import launch
from tl_core.jobs.liveness import ENDED, ProcessIdentity, state_of
from tl_core.jobs.resuming import ask_to_resume
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Workspace, new_identifier
from tl_core.platform import atomic_write_json
from tl_core.training.checkpoint_files import CheckpointFolder
from tl_core.training.extending import Asked

CONFIG = {
    "backbone": "test_resnet.r160_in1k", "start": "scratch", "freeze": "none", "image_size": 64, "batch_size": 4,
    "augment": "gentle", "learning_rate": 1e-3, "patience": 1000,
}  # fmt: skip
pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by a POSIX signal")
LOST_WITHIN_SECONDS = 15.0


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    scans = load_digits()
    for kind in range(2):
        folder = tmp_path / "digits" / f"kind {kind}"
        folder.mkdir(parents=True)
        for number, pixels in enumerate(scans.images[scans.target == kind][:16]):
            Image.fromarray((pixels * 15).astype(np.uint8)).resize((64, 64)).save(folder / f"{number}.png")
    return Workspace(tmp_path / "workspace")


def new_run(workspace: Workspace, epochs: int) -> RunDir:
    person = workspace.person()
    dataset = import_source(workspace.root.parent / "digits", person.datasets / new_identifier())
    return create_run(person.runs, RunConfig.from_dict({**CONFIG, "epochs": epochs}), dataset.folder)


def worker_of(run: RunDir) -> psutil.Process:
    identity = wait_until(lambda: ProcessIdentity.read(run.identity))
    return psutil.Process(identity.pid)


def killed(run: RunDir, is_time: Callable[[], bool]) -> None:
    """Goes on with a run, or begins it, and kills the worker as soon as it is time or the run has ended."""
    begin(run)
    worker = worker_of(run)
    wait_until(lambda: is_time() or state_of(run.path) in ENDED)
    if state_of(run.path) == "running":
        worker.kill()
    at = time.monotonic()
    wait_until(lambda: state_of(run.path) in ENDED)
    assert time.monotonic() - at < LOST_WITHIN_SECONDS


def begin(run: RunDir) -> None:
    if run.journal.exists():
        ask_to_resume(run.path, Asked(more=100) if state_of(run.path) == "finished" else Asked())
    launch(run.path)


def acknowledged(run: RunDir) -> list[int]:
    """The epochs that workers said to have written, in the order they said so."""
    return [int(number) for number in re.findall(r"kind=epoch_done epoch=(\d+)", run.log.read_text("utf-8"))]


def written(run: RunDir) -> list[int]:
    return [record["epoch"] for record in read_records(run.journal)[0] if record["kind"] == "epoch_done"]


def has_written(run: RunDir, epochs: int) -> bool:
    return len(read_view(run.path).epochs) > epochs


def assert_nothing_is_missing(run: RunDir) -> None:
    said, rows = acknowledged(run), iter(written(run))
    assert all(any(row == epoch for row in rows) for epoch in said)
    epochs = [epoch.epoch for epoch in read_view(run.path).epochs]
    assert epochs == list(range(len(epochs)))
    found, damaged = CheckpointFolder(run.checkpoints).last_sound()
    assert damaged == 0
    assert found is None or found.state["epoch"] <= len(epochs)


def let_alone(run: RunDir) -> RunDir:
    """Another run with all that the first one decided, from the beginning and without a kill."""
    alone = RunDir(run.path.with_name(new_identifier()))
    alone.path.mkdir()
    for name in ("config.json", "label.json", "plan.json", "split.csv", "events.jsonl"):
        shutil.copy(run.path / name, alone.path)
    line = run.journal.read_bytes().partition(b"\n")[0] + b"\n"
    alone.journal.write_bytes(line)
    atomic_write_json(alone.resume_request, Asked().to_dict())
    launch(alone.path)
    wait_until(lambda: state_of(alone.path) in ENDED and not alone.resume_request.exists())
    return alone


def assert_same(run: RunDir, alone: RunDir) -> None:
    one, other = (safetensors.numpy.load_file(each.model / "model.safetensors") for each in (run, alone))
    assert [name for name in one if not np.array_equal(one[name], other[name])] == []
    losses = [[(e.epoch, e.train_loss, e.val_loss) for e in read_view(each.path).epochs] for each in (run, alone)]
    assert losses[0] == losses[1]


def carried_through(workspace: Workspace, *, epochs: int, kills: tuple[int, ...]) -> RunDir:
    """A finished run that was killed after so many epochs, each time."""
    run = new_run(workspace, epochs)
    for done in kills:
        killed(run, partial(has_written, run, done))
        assert_nothing_is_missing(run)
    begin(run)
    wait_until(lambda: state_of(run.path) in ENDED and not run.resume_request.exists())
    assert state_of(run.path) == "finished"
    assert_nothing_is_missing(run)
    return run


def test_killed_twice_a_run_misses_nothing_that_was_acknowledged_and_finishes(workspace: Workspace) -> None:
    run = carried_through(workspace, epochs=12, kills=(1, 5))
    assert len(read_view(run.path).epochs) == 13
    events = [event for event in map(from_dict, read_records(run.journal)[0]) if event is not None]
    assert list(checked(events)) == events


@pytest.mark.long  # a minute
def test_killed_five_times_it_ends_with_the_bits_of_one_that_was_let_alone(workspace: Workspace) -> None:
    run = carried_through(workspace, epochs=40, kills=(0, 3, 9, 20, 33))
    assert_same(run, let_alone(run))


def is_past(moment: float) -> bool:
    return time.monotonic() > moment


def moments(kills: int) -> Iterator[float]:
    """Seconds after a worker's start, the same in every run of the tests."""
    numbers = random.Random(6)
    return (numbers.uniform(0.0, 12.0) for _ in range(kills))


@pytest.mark.long  # half an hour
def test_killed_two_hundred_times_at_random_no_acknowledged_row_is_missing(workspace: Workspace) -> None:
    run = new_run(workspace, epochs=1000)
    most_bytes = 0
    for kill, seconds in enumerate(moments(200)):
        started = time.monotonic()
        killed(run, partial(is_past, started + seconds))
        assert_nothing_is_missing(run)
        size = sum(path.stat().st_size for path in run.checkpoints.glob("*")) if run.checkpoints.is_dir() else 0
        most_bytes = max(most_bytes, size)
        print(json.dumps({"kill": kill, "epochs": len(read_view(run.path).epochs), "bytes": size}))
    assert isinstance(read_view(run.path).epochs[-1], EpochDone)
    assert len(list(run.checkpoints.iterdir())) <= 12
