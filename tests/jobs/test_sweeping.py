"""What killed imports leave is cleared away; datasets and imports under way are not touched."""

from __future__ import annotations

import os
import time
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import new_import, wait_until
from tl_core.data.dataset import import_source
from tl_core.data.importing import LOCK_FILE
from tl_core.jobs.launcher import launch
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.sweeping import sweep_imports
from tl_core.jobs.workspace import new_identifier
from tl_core.platform import Lock

DAY = 24 * 3600.0


def half_done(folder: Path) -> Path:
    """What an import that is killed while it looks at pictures has written."""
    for name in ("files/ab/abcd", "thumbnails/ab/abcd-160.jpg", "index.columns", ".index.columns.0f.tmp", LOCK_FILE):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"pictures")
    return folder


@pytest.fixture
def datasets(tmp_path: Path) -> Path:
    return tmp_path / "workspace" / "people" / "me" / "datasets"


@pytest.mark.skipif(os.name == "nt", reason="kills by a POSIX signal")
def test_a_worker_killed_at_work_leaves_no_pictures_and_a_day_later_nothing(tmp_path: Path, datasets: Path) -> None:
    job = JobDir(new_import(tmp_path, of_each=800))
    launch(job.path)
    wait_until(lambda: any((job.path / "thumbnails").glob("*/*.jpg")))
    identity = ProcessIdentity.read(job.identity)
    assert identity is not None
    assert sweep_imports(datasets) == []  # it is at work
    psutil.Process(identity.pid).kill()
    wait_until(lambda: state_of(job.path) == "lost")
    assert sweep_imports(datasets) == [job.path]
    assert not (job.path / "thumbnails").exists()
    assert not list(job.path.glob(".*.tmp"))
    assert job.journal.exists()
    assert sweep_imports(datasets, clock=lambda: time.time() + 2 * DAY) == [job.path]
    assert list(datasets.iterdir()) == []


def test_an_import_that_waits_for_its_worker_is_left_alone(tmp_path: Path, datasets: Path) -> None:
    folder = half_done(new_import(tmp_path))
    assert state_of(folder) == "starting"
    assert sweep_imports(datasets) == []
    assert (folder / "files/ab/abcd").exists()


def test_a_command_that_was_killed_leaves_nothing_after_a_minute(datasets: Path) -> None:
    folder = half_done(datasets / new_identifier())
    assert sweep_imports(datasets) == []  # it may have been made this moment
    lock = Lock(folder / LOCK_FILE)
    assert lock.acquire()
    assert sweep_imports(datasets, clock=lambda: time.time() + 61) == []  # a command is at work
    lock.release()
    assert sweep_imports(datasets, clock=lambda: time.time() + 61) == [folder]
    assert not folder.exists()


def test_a_dataset_and_what_is_none_of_ours_stay(tmp_path: Path, datasets: Path) -> None:
    new_import(tmp_path)  # for its pictures
    dataset = import_source(tmp_path / "pictures", datasets / new_identifier())
    before = sorted(dataset.folder.rglob("*"))
    half_done(datasets / "holiday")
    (datasets / new_identifier()).symlink_to(tmp_path / "pictures")
    sweep_imports(datasets, clock=lambda: time.time() + 9 * DAY)
    assert sorted(dataset.folder.rglob("*")) == before
    assert (datasets / "holiday" / "files/ab/abcd").exists()
    assert len(list((tmp_path / "pictures").rglob("*.png"))) == 6
