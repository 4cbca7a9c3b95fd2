"""Progress, report, thumbnails, samples and delete, over a real import in a worker of its own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.jobs.jobs_for_tests import wait_until
from tests.ui.conftest import HOST, FakeAssistant, animals_zip, finished_view, incoming, picture
from tl_core.errors import UserError
from tl_core.jobs.rundir import create_import
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings


def test_an_uploaded_zip_is_read_shown_and_deleted(client: TestClient, settings: Settings, services: Services) -> None:
    answer = client.post("/thaw/upload?name=My%20animals.zip", content=animals_zip())
    assert answer.status_code == 200
    dataset = answer.json()["dataset"]
    view = finished_view(client, dataset)
    assert (view["state"], view["name"], view["failure"], view["phase"]) == ("finished", "My animals", None, None)
    assert view["summary"] == {"images": 4, "num_classes": 2, "skipped": 1, "system_files": 0}
    assert view["report"]["classes"] == {"fox": {"train": 2}, "frog": {"train": 2}}
    assert incoming(settings) == []
    assert [(row.id, row.name, row.images, row.num_classes) for row in services.list_datasets("me")] == [
        (dataset, "My animals", 4, 2)
    ]

    record = services.dataset("me", dataset).index.records[0]
    for size in (160, 320):
        small = client.get(f"/thaw/datasets/{dataset}/thumb/{record.sha256}.jpg?size={size}")
        assert small.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert small.headers["content-type"] == "image/jpeg"
        assert Image.open(io.BytesIO(small.content)).format == "JPEG"
    for address in (f"{'0' * 64}.jpg", f"{record.sha256}.jpg?size=9999", "..%2fdataset.json.jpg"):
        assert client.get(f"/thaw/datasets/{dataset}/thumb/{address}").status_code == 404

    assert client.post(f"/thaw/datasets/{dataset}/delete").json() == {"deleted": dataset}
    assert client.get(f"/thaw/datasets/{dataset}/view").status_code == 404
    assert services.list_datasets("me") == []


def test_what_is_no_zip_fails_under_the_name_that_the_person_knows(client: TestClient, settings: Settings) -> None:
    dataset = client.post("/thaw/upload?name=holiday.zip", content=b"Rar!\x1a\x07\x00" + b"x" * 100).json()["dataset"]
    view = finished_view(client, dataset)
    assert view["state"] == "failed"
    assert "holiday" in view["failure"]["message"]
    assert dataset not in view["failure"]["message"]
    assert view["report"] is None
    assert incoming(settings) == []


def test_one_visitor_never_reaches_another_s_pictures(shared: Settings, assistant: FakeAssistant) -> None:
    services = Services(shared, assistant)
    app = routes_app(shared, services)
    with TestClient(app, base_url=HOST) as anna, TestClient(app, base_url=HOST) as ben:
        anna.get("/")
        ben.get("/")
        dataset = anna.post("/thaw/upload?name=a.zip", content=animals_zip()).json()["dataset"]
        finished_view(anna, dataset)
        (owner,) = (path.name for path in (shared.workspace / "people").iterdir() if any((path / "datasets").iterdir()))
        sha256 = services.dataset(owner, dataset).index.records[0].sha256
        assert anna.get(f"/thaw/datasets/{dataset}/thumb/{sha256}.jpg").status_code == 200
        for visitor in (ben, TestClient(app, base_url=HOST)):
            status = 404 if visitor is ben else 403  # without any cookie nobody is anybody
            assert visitor.get(f"/thaw/datasets/{dataset}/view").status_code == status
            assert visitor.get(f"/thaw/datasets/{dataset}/thumb/{sha256}.jpg").status_code == status
            assert visitor.post(f"/thaw/datasets/{dataset}/delete").status_code == status
        assert finished_view(anna, dataset)["summary"]["images"] == 4


@pytest.mark.parametrize(
    "dataset", ["x", "A" * 26, "a" * 25, "a" * 27, "..%2f..%2fme", "a" * 26, "aaaaaaaaaaaaaaaaaaaaaaaaaa%0a"]
)
def test_what_is_no_dataset_is_not_found(client: TestClient, dataset: str) -> None:
    assert client.get(f"/thaw/datasets/{dataset}/view").status_code == 404
    assert client.post(f"/thaw/datasets/{dataset}/delete").status_code == 404


def test_a_dataset_that_a_running_training_uses_is_not_deleted(
    client: TestClient, services: Services, busy_run: Any
) -> None:
    folder = create_import(services.workspace.person("me").datasets, Path("/nowhere"), "animals")
    busy_run(folder)
    answer = client.post(f"/thaw/datasets/{folder.name}/delete")
    assert answer.status_code == 409
    assert answer.json()["message"] == "A training ('foxes') is using these pictures."
    assert folder.is_dir()


def test_the_same_folder_is_not_read_twice(services: Services, tmp_path: Path) -> None:
    for kind in ("fox", "frog"):
        (tmp_path / "pictures" / kind).mkdir(parents=True)
        (tmp_path / "pictures" / kind / "1.png").write_bytes(picture("red" if kind == "fox" else "green"))
    first = services.start_import("me", f' "{tmp_path / "pictures"}" ')
    wait_until(lambda: services.dataset_view("me", first)["state"] == "finished")
    assert services.start_import("me", str(tmp_path / "pictures")) == first
    (tmp_path / "pictures" / "fox" / "2.png").write_bytes(picture("orange"))
    second = services.start_import("me", str(tmp_path / "pictures"), "again")
    assert second != first
    view = wait_until(lambda: (found := services.dataset_view("me", second))["report"] and found)
    assert (view["name"], view["summary"]["images"]) == ("again", 3)
    assert [row.id for row in services.list_datasets("me")] == [second, first]
    assert (tmp_path / "pictures" / "fox" / "2.png").exists()


def test_typed_paths_are_checked_at_once_and_refused_where_others_can_reach_the_server(
    services: Services, shared: Settings, assistant: FakeAssistant
) -> None:
    for typed, words in [
        ("", "No folder was named"),
        ("pictures", "does not start at the root"),
        ("/no/such", "nothing at '/no/such'"),
    ]:
        with pytest.raises(UserError, match=words):
            services.start_import("me", typed)
    with pytest.raises(UserError, match="takes no typed paths"):
        Services(shared, assistant).start_import("a" * 26, "/tmp")


def test_a_sample_is_drawn_in_the_background_once_and_read(services: Services) -> None:
    dataset = services.start_sample("me", "garden")
    assert services.dataset_view("me", dataset)["state"] == "starting"
    assert services.start_sample("me", "garden") == dataset
    view = wait_until(lambda: (found := services.dataset_view("me", dataset))["report"] and found)
    assert (view["name"], view["summary"]["num_classes"]) == ("garden", 4)
    assert services.start_sample("me", "garden") == dataset
    with pytest.raises(UserError, match="There is no sample 'gardn'"):
        services.start_sample("me", "gardn")


def test_a_sample_that_cannot_be_drawn_fails_in_words(
    services: Services, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    services.workspace.person("me")
    (settings.workspace / "people/me/samples").write_text("a file in the way")
    dataset = services.start_sample("me", "digits")
    view = wait_until(lambda: (found := services.dataset_view("me", dataset))["state"] == "failed" and found)
    assert view["failure"]["message"].startswith("The sample 'digits' could not be drawn: ")
    assert "File exists" in caplog.text
