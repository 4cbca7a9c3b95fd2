"""Photos are answered by a real worker with a real small model; what they were looked at for stays beside the run."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.export.models import save_small_model
from tests.jobs.jobs_for_tests import wait_until, write_pictures
from tl_core.config import RunConfig
from tl_core.data.dataset import import_source
from tl_core.data.splits import assign_splits, write_split_csv
from tl_core.data.store import stored_path, thumbnail_path
from tl_core.errors import RunError
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.sheet import SHEET, read_sheet
from tl_core.export.adjusting import adjust_model
from tl_core.export.decision import Decision
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import launch
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir, RunDir, create_run
from tl_core.jobs.tries import SENT_FOLDER, create_try, drop_try, list_tries, read_try
from tl_core.jobs.trying import REFERENCE
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Person, Workspace

TAKEN = 36867  # DateTimeOriginal


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Workspace(tmp_path / "workspace").person()


@pytest.fixture
def run(tmp_path: Path, person: Person) -> RunDir:
    """A run of 40 pictures with a model that nobody trained."""
    folder = write_pictures(tmp_path / "pictures", of_each=20)
    dataset = import_source(folder, person.datasets / ("a" * 26))
    made = create_run(person.runs, RunConfig(), dataset.folder)
    write_split_csv(assign_splits(dataset.index, validation_share=0.1, seed=0), made.split_file)
    save_small_model(made.model, ("blue", "red"))
    return made


def photo(colour: str, *, taken: str = "") -> bytes:
    content = io.BytesIO()
    image = Image.new("RGB", (60, 40), colour)
    image.putpixel((3, 3), (1, 2, 3))
    exif = Image.Exif()
    if taken:
        exif.get_ifd(0x8769)[TAKEN] = taken
    image.save(content, "JPEG", exif=exif)
    return content.getvalue()


def sent(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / "sent.zip", "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return folder / "sent.zip"


def ended(job: Path) -> str:
    return str(wait_until(lambda: (state := state_of(job)) in ENDED and state))


def test_photos_are_answered_with_their_time_and_compared_with_the_training(
    tmp_path: Path, person: Person, run: RunDir
) -> None:
    files = {"trip/a.jpg": photo("blue", taken="2026:11:21 09:30:00"), "trip/b.jpg": photo("red"), "trip/c.txt": b"hi"}
    job = create_try(person, run.path, [sent(tmp_path / "in", files)])
    launch(job)
    assert ended(job) == "finished", read_view(job).failure
    sheet = read_sheet(job / SHEET)
    assert [line.path for line in sheet.lines] == ["trip/a.jpg", "trip/b.jpg"]
    assert [line.taken for line in sheet.lines] == [1795253400.0, None]
    assert [line.is_sure for line in sheet.lines] == [None, None]
    assert all(line.is_unlike is not None for line in sheet.lines)
    assert [item.reason for item in sheet.skipped] == ["It is a text file, not a picture."]
    assert read_records(JobDir(job).journal)[0][-1]["result"] == sheet.summary()
    for line in sheet.lines:
        assert stored_path(job, line.sha256).read_bytes() == files[line.path]
        assert thumbnail_path(job / "thumbnails", line.sha256, 160).is_file()
    assert not (job / SENT_FOLDER).exists(), "the zips have served"
    assert (run.path / REFERENCE).is_file()
    assert_as_predict(run, job, tmp_path)


def assert_as_predict(run: RunDir, job: Path, folder: Path) -> None:
    """The same probabilities as the command line gives."""
    from tl_core.data.decoder import DecoderPool

    sheet, predictor = read_sheet(job / SHEET), Predictor.open(run.path)
    with DecoderPool(children=1) as pool:
        for line in sheet.lines:
            square = pool.square(stored_path(job, line.sha256), predictor.preprocessing)
            row = predictor.probabilities(square[None])[0]
            said = predictor.prediction(line.path, row)
            assert line.label == said.label
            assert np.isclose(line.probability, said.probability, atol=1e-5), folder


def test_i_do_not_know_is_an_answer_where_the_model_says_so(tmp_path: Path, person: Person, run: RunDir) -> None:
    adjust_model(run.model, decision=Decision(unsure_below=1.0))
    job = create_try(person, run.path, [sent(tmp_path / "in", {"a.jpg": photo("blue")})])
    launch(job)
    assert ended(job) == "finished", read_view(job).failure
    assert read_sheet(job / SHEET).summary()["unsure"] == 1


def test_a_stop_keeps_what_was_answered_so_far(tmp_path: Path, person: Person, run: RunDir) -> None:
    job = create_try(person, run.path, [sent(tmp_path / "in", {"a.jpg": photo("blue")})])
    JobDir(job).stop.touch()
    launch(job)
    assert ended(job) == "stopped"
    assert read_sheet(job / SHEET).lines == ()


def test_files_without_a_picture_among_them_fail_in_words(tmp_path: Path, person: Person, run: RunDir) -> None:
    job = create_try(person, run.path, [sent(tmp_path / "in", {"a.txt": b"hello"})])
    launch(job)
    assert ended(job) == "failed"
    failure = read_view(job).failure
    assert failure is not None
    assert (failure.message, failure.hint) == (
        "There is not one picture among these 1 files.", "It is a text file, not a picture.",
    )  # fmt: skip
    assert not (job / SENT_FOLDER).exists()


def test_a_request_names_its_run_by_a_way_that_moves_with_the_workspace(
    tmp_path: Path, person: Person, run: RunDir
) -> None:
    job = create_try(person, run.path, [sent(tmp_path / "in", {"a.jpg": photo("blue")})], limits="hosted")
    asked = read_try(job)
    assert (asked.model, asked.limits) == (run.path, "hosted")
    assert [path.is_file() for path in asked.zips] == [True]
    moved = tmp_path / "elsewhere"
    (tmp_path / "workspace").rename(moved)
    (found,) = list_tries(Workspace(moved).person())
    assert read_try(found).model == moved / run.path.relative_to(tmp_path / "workspace")
    JobDir(found).identity.write_text("{}")  # its worker began, and was killed
    drop_try(found)
    assert list_tries(Workspace(moved).person()) == []


def test_a_damaged_request_is_said_in_words(person: Person, tmp_path: Path, run: RunDir) -> None:
    job = create_try(person, run.path, [sent(tmp_path / "in", {"a.jpg": b""})])
    JobDir(job).import_request.write_text('{"kind": "predict"}')
    with pytest.raises(RunError, match="is damaged"):
        read_try(job)
