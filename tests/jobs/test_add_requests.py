from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.jobs_for_tests import wait_until, write_pictures
from tl_core.data.dataset import create_dataset, import_source, open_dataset
from tl_core.jobs.add_requests import create_add, dataset_of, read_add
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import launch
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir
from tl_core.jobs.view import read_view


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    return create_dataset(tmp_path / "datasets" / "pets", "Pets").folder


def files_of(folder: Path) -> list[tuple[str, Path]]:
    return [(path.name, path) for path in sorted(folder.iterdir())]


def ended(job: Path) -> str:
    return str(wait_until(lambda: (state := state_of(job)) in ENDED and state))


def test_a_job_adds_files_of_one_kind_and_says_what_it_could_not_use(tmp_path: Path, dataset: Path) -> None:
    red = write_pictures(tmp_path / "pictures") / "red"
    (red / "bad.png").write_bytes(b"text")
    job = create_add(dataset, label="red", files=files_of(red))
    assert dataset_of(job) == dataset
    launch(job)
    assert ended(job) == "finished"
    assert read_records(JobDir(job).journal)[0][-1]["result"] == {
        "dataset": "pets", "images": 3, "skipped": 1,
        "reasons": [{"path": "red/bad.png", "reason": "It is a text file, not a picture."}],
    }  # fmt: skip
    phase = read_view(job).phase
    assert phase is not None
    assert phase.done == phase.total
    assert open_dataset(dataset).report.classes == {"red": {"train": 3}}


def test_a_job_adds_a_folder_with_its_kinds(tmp_path: Path, dataset: Path) -> None:
    job = create_add(dataset, source=write_pictures(tmp_path / "pictures"))
    launch(job)
    assert ended(job) == "finished"
    assert open_dataset(dataset).index.classes == ("blue", "red")


def test_a_job_that_is_stopped_adds_nothing(tmp_path: Path, dataset: Path) -> None:
    job = create_add(dataset, label="red", files=files_of(write_pictures(tmp_path / "pictures") / "red"))
    JobDir(job).stop.touch()
    launch(job)
    assert ended(job) == "stopped"
    assert open_dataset(dataset).report.images == 0


def test_a_job_into_a_dataset_that_is_gone_fails_in_words(tmp_path: Path, dataset: Path) -> None:
    job = create_add(dataset, label="red", files=files_of(write_pictures(tmp_path / "pictures") / "red"))
    (dataset / "dataset.json").unlink()
    launch(job)
    assert ended(job) == "failed"
    failure = read_view(job).failure
    assert failure is not None
    assert failure.message == "There is no complete dataset in 'pets'."


def test_a_request_is_read_as_it_was_written(tmp_path: Path, dataset: Path) -> None:
    request = read_add(create_add(dataset, label="red", files=[("a.png", tmp_path / "1")], limits="hosted"))
    assert (request.label, request.files, request.source, request.limits) == (
        "red", (("a.png", tmp_path / "1"),), None, "hosted",
    )  # fmt: skip
    with pytest.raises(ValueError, match="either files or a source"):
        create_add(dataset, label="red")


def test_a_dataset_with_a_job_in_it_is_opened_as_ever(tmp_path: Path) -> None:
    dataset = import_source(write_pictures(tmp_path / "pictures"), tmp_path / "datasets" / "x")
    create_add(dataset.folder, source=tmp_path / "pictures")
    assert open_dataset(dataset.folder).report == dataset.report
