"""Photos shown to a model: the job's answers, table, copies and what is told, each for the owner alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import animals_zip, finished_view, give_model, new_run, picture, staged
from tl_core.config import RunConfig
from tl_core.data.index import Skipped
from tl_core.data.splits import assign_splits, write_split_csv
from tl_core.data.store import stored_path, thumbnail_path, write_thumbnail
from tl_core.errors import RunError
from tl_core.evaluation.sheet import SHEET, Line, Sheet, write_sheet
from tl_core.events import Finished, Planned
from tl_core.jobs import launcher
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import JobDir, RunDir, create_run
from tl_core.jobs.tries import create_try, read_try
from tl_ui.services import Services

HASH = "ab" * 32
LINES = (
    Line("trip/a.png", HASH, "fox", 0.9, taken=1795253400.0, is_sure=True, is_unlike=False),
    Line("trip/b.png", "cd" * 32, "frog", 0.4, is_sure=False, is_unlike=True),
)


def tried(services: Services, run: RunDir, owner: str = "me") -> Path:
    """A job as a worker leaves it."""
    job = create_try(services.workspace.person(owner), run.path, [])
    sheet = Sheet(("fox", "frog"), LINES, (Skipped("trip/c.txt", "It is a text file, not a picture."),))
    write_sheet(job / SHEET, sheet)
    photo = stored_path(job, HASH)
    photo.parent.mkdir(parents=True)
    photo.write_bytes(picture("purple"))
    write_thumbnail(thumbnail_path(job / "thumbnails", HASH, 160), b"jpeg")
    with JournalWriter(JobDir(job).journal) as journal:
        journal.append(Planned(plan={}))
        journal.append(Finished(epochs=0, seconds=1.0, result=sheet.summary()))
    return job


@pytest.fixture
def run(services: Services) -> RunDir:
    found = new_run(services)
    give_model(found)
    return found


@pytest.fixture
def trained(client: TestClient, services: Services) -> RunDir:
    """A run on real pictures."""
    dataset = client.post("/thaw/upload?name=animals.zip", content=animals_zip()).json()["dataset"]
    finished_view(client, dataset)
    opened = services.dataset("me", dataset)
    made = create_run(services.workspace.person("me").runs, RunConfig(), opened.folder)
    write_split_csv(assign_splits(opened.index, validation_share=0.2, seed=0), made.split_file)
    give_model(made)
    return made


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    started: list[Path] = []
    monkeypatch.setattr(launcher, "launch", started.append)
    return started


def test_sent_zips_become_a_job_that_owns_them(
    client: TestClient, services: Services, run: RunDir, launched: list[Path]
) -> None:
    before = tried(services, run)
    upload = staged(client, ("photos.zip", animals_zip()), ("more.zip", animals_zip()))
    name = client.post(f"/thaw/staging/{upload}/try", json={"run": run.id}).json()["tried"]
    (job,) = launched
    assert (job.name, read_try(job).model, len(read_try(job).zips)) == (name, run.path, 2)
    assert all(path.read_bytes() == animals_zip() for path in read_try(job).zips)
    assert not before.exists(), "what was shown before goes"
    assert client.post(f"/thaw/staging/{upload}/drop").status_code == 404
    assert client.get(f"/thaw/runs/{run.id}/tried").json() == {"tried": name}


def test_nothing_sent_and_no_model_are_said(
    client: TestClient, services: Services, run: RunDir, launched: list[Path]
) -> None:
    empty = client.post("/thaw/staging").json()["staged"]
    assert client.post(f"/thaw/staging/{empty}/try", json={"run": run.id}).json()["message"] == "Nothing was sent."
    bare = new_run(services)
    assert client.post(f"/thaw/staging/{empty}/try", json={"run": bare.id}).status_code == 409
    assert client.get(f"/thaw/runs/{run.id}/tried").json() == {"tried": ""}
    assert launched == []


def test_a_page_of_answers_is_filtered_sorted_and_cut(client: TestClient, services: Services, run: RunDir) -> None:
    at = f"/thaw/tries/{tried(services, run).name}"
    seen = client.get(f"{at}/view").json()
    assert (seen["state"], seen["classes"], seen["summary"]["unlike"]) == ("finished", ["fox", "frog"], 1)
    page = client.get(f"{at}/photos").json()
    assert [photo["path"] for photo in page["photos"]] == ["trip/b.png", "trip/a.png"]
    assert page["photos"][1] == {
        "path": "trip/a.png", "sha256": HASH, "taken": "2026-11-21 09:30:00", "class": "fox", "probability": 0.9,
        "sure": True, "unlike": False,
    }  # fmt: skip
    assert client.get(f"{at}/photos?order=path&from=1&count=1").json()["photos"][0]["path"] == "trip/b.png"
    assert client.get(f"{at}/photos?class=frog").json() == {"photos": [], "total": 0}, "it did not know that one"
    assert client.get(f"{at}/photos?only=unlike").json()["total"] == 1
    unread = client.get(f"{at}/unread?lang=zh-CN").json()["files"]
    assert unread == [{"path": "trip/c.txt", "reason": "这是文本文件，不是图片。"}]


def test_the_table_and_the_sorted_copies_come_as_files(client: TestClient, services: Services, run: RunDir) -> None:
    at = f"/thaw/tries/{tried(services, run).name}"
    table = client.get(f"{at}/answers.csv")
    assert table.headers["content-disposition"] == 'attachment; filename="thaw-answers.csv"'
    assert "trip/a.png,2026-11-21 09:30:00,fox,0.9000,yes,no," in table.content.decode("utf-8-sig")
    copies = client.get(f"{at}/sorted.zip")
    with zipfile.ZipFile(io.BytesIO(copies.content)) as archive:
        assert archive.namelist() == ["answers.csv", "fox/trip/a.png"]
        assert archive.read("fox/trip/a.png") == picture("purple")
    assert client.get(f"{at}/thumb/{HASH}.jpg").content == b"jpeg"
    for other in ("cd" * 32, "../../label"):
        assert client.get(f"{at}/thumb/{other}.jpg").status_code == 404


def test_dropping_removes_all_of_it(client: TestClient, services: Services, run: RunDir) -> None:
    job = tried(services, run)
    assert client.post(f"/thaw/tries/{job.name}/stop").status_code == 200
    assert not JobDir(job).stop.exists(), "it had ended"
    client.post(f"/thaw/tries/{job.name}/drop")
    assert not job.exists()
    assert client.get(f"/thaw/tries/{job.name}/view").status_code == 404


def test_what_somebody_else_showed_is_not_there(client: TestClient, services: Services, run: RunDir) -> None:
    job = tried(services, new_run(services, "other"), "other")
    for rest in ("view", "photos", "answers.csv", "sorted.zip", f"thumb/{HASH}.jpg"):
        assert client.get(f"/thaw/tries/{job.name}/{rest}").status_code == 404
    assert client.post(f"/thaw/tries/{job.name}/drop").status_code == 404
    assert client.get("/thaw/tries/../view").status_code == 404
    assert job.exists()


def test_a_told_photo_teaches_the_next_training_once(client: TestClient, services: Services, trained: RunDir) -> None:
    at = f"/thaw/tries/{tried(services, trained).name}"
    assert client.post(f"{at}/tell", json={"sha256": HASH, "label": "frog"}).json() == {"images": 5}
    index = services.dataset("me", trained.dataset_folder.name).index
    (row,) = index.columns.told.nonzero()[0]
    assert (index.columns.record(int(row)).path, index.columns.record(int(row)).label) == ("frog/a.png", "frog")
    again = client.post(f"{at}/tell", json={"sha256": HASH, "label": "fox"}).json()
    assert again["message"] == "This picture is among yours already: 'frog/a.png', as 'frog'."
    assert client.post(f"{at}/tell", json={"sha256": "cd" * 32, "label": "fox"}).status_code == 404


def test_one_picture_is_told_by_its_bytes(client: TestClient, services: Services, trained: RunDir) -> None:
    address = f"/thaw/runs/{trained.id}/tell"
    asked: dict[str, Any] = {"params": {"label": "fox", "name": "new.png"}}
    assert client.post(address, content=picture("navy"), **asked).json() == {"images": 5}
    no_picture = client.post(address, content=b"hello", **asked).json()["message"]
    assert no_picture == "'new.png' cannot be used. It is a text file, not a picture."
    assert list((services.workspace.root / "people/me/incoming").iterdir()) == []


def test_pictures_that_are_gone_cannot_be_added_to(client: TestClient, services: Services, run: RunDir) -> None:
    answer = client.post(f"/thaw/runs/{run.id}/tell?label=fox", content=picture())
    assert answer.json()["message"] == "The pictures that this model learned from are not here any more."


def test_why_a_job_ended_without_answers_is_said_in_the_pages_language(
    client: TestClient, services: Services, run: RunDir
) -> None:
    job = tried(services, run)
    JobDir(job).journal.unlink()
    JobDir(job).identity.write_text("{}")
    told = client.get(f"/thaw/tries/{job.name}/view?lang=zh-CN").json()
    assert (told["state"], told["failure"]["message"]) == ("lost", "查看照片的过程意外结束了。")


def test_only_one_folder_of_photos_is_looked_at_at_a_time(
    services: Services, run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "launch", lambda job: None)
    job = tried(services, run)
    JobDir(job).journal.unlink()  # as one that has just been started
    tries = services.tries("me")
    upload = services.uploads("me").begin()
    target, _ = services.uploads("me").reserve(upload, "photos.zip")
    target.write_bytes(animals_zip())
    services.uploads("me").arrived(upload, target, "photos.zip")
    with pytest.raises(RunError, match="being looked at just now"):
        tries.start(run.path, upload, "local")
    assert job.exists()
