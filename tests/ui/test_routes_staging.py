"""What comes in several files: kinds filled with pictures, a few at once or many by a job, and several zips."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.jobs.jobs_for_tests import wait_until
from tests.ui.conftest import finished_view, incoming, picture, staged
from tl_ui import owned_uploads
from tl_ui.settings import Settings


def test_an_empty_set_is_filled_kind_by_kind_and_what_is_no_picture_is_named(
    client: TestClient, settings: Settings
) -> None:
    dataset = client.post("/thaw/datasets", json={"name": "  My\u202e cups "}).json()["dataset"]
    upload = staged(
        client, ("cup.png", picture("red")), ("notes.txt", b"no picture at all"), ("../b.png", picture("blue"))
    )
    added = client.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": "cup"}).json()
    assert (added["added"], added["images"]) == (2, 2)
    assert [item["path"] for item in added["skipped"]] == ["cup/notes.txt"]
    assert incoming(settings) == []
    assert client.get(f"/thaw/datasets/{dataset}/view").json()["name"] == "My cups"
    again = client.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": "cup"})
    assert (again.status_code, again.json()["message"]) == (404, "This upload is not known here.")


def test_many_pictures_are_added_by_a_job_that_is_followed(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owned_uploads, "MOST_AT_ONCE", 2)
    dataset = client.post("/thaw/datasets", json={"name": "cups"}).json()["dataset"]
    files = [("red.png", picture("red")), ("notes.txt", b"no picture at all"), ("blue.png", picture("blue"))]
    upload = staged(client, *files)
    job = client.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": "cup"}).json()["job"]
    added = ended_addition(client, dataset, job)
    assert (added["added"], added["num_skipped"], added["stopped"]) == (2, 1, False)
    assert added["skipped"] == [{"path": "cup/notes.txt", "reason": "It is a text file, not a picture."}]
    assert incoming(settings) == []
    assert client.get(f"/thaw/datasets/{dataset}/view").json()["summary"]["images"] == 2
    assert client.post(f"/thaw/datasets/{dataset}/adding/{job}/stop").status_code == 200
    assert client.get(f"/thaw/datasets/{dataset}/adding/..").status_code == 404


def test_why_many_pictures_could_not_be_added_is_said(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owned_uploads, "MOST_AT_ONCE", 0)
    dataset = client.post("/thaw/datasets", json={"name": "cups"}).json()["dataset"]
    upload = staged(client, ("red.png", picture("red")))
    job = client.post(f"/thaw/staging/{upload}/add", json={"dataset": dataset, "label": " "}).json()["job"]
    failed = ended_addition(client, dataset, job)
    assert "name" in failed["message"]


def ended_addition(client: TestClient, dataset: str, job: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        seen: dict[str, Any] = client.get(f"/thaw/datasets/{dataset}/adding/{job}").json()
        return seen if seen.get("ended", True) else None

    return dict(wait_until(ended))


def test_several_zips_become_one_set_and_leave_nothing_behind(client: TestClient, settings: Settings) -> None:
    def one(kind: str, colour: str) -> bytes:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            archive.writestr(f"{kind}/1.png", picture(colour))
        return content.getvalue()

    upload = staged(client, ("cats.zip", one("cats", "red")), ("dogs.zip", one("dogs", "blue")))
    dataset = client.post(f"/thaw/staging/{upload}/import", json={"name": "pets.zip"}).json()["dataset"]
    view = finished_view(client, dataset)
    assert (view["name"], view["report"]["classes"]) == ("pets", {"cats": {"train": 1}, "dogs": {"train": 1}})
    assert incoming(settings) == []
    empty = client.post("/thaw/staging").json()["staged"]
    assert client.post(f"/thaw/staging/{empty}/import", json={}).json()["message"] == "Nothing was sent."
    assert client.post(f"/thaw/staging/{empty}/drop").status_code == 200
    assert incoming(settings) == []
