"""Upload, progress, report, thumbnails and delete, over a real import in a worker of its own."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from PIL import Image
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, wait_until
from tl_core.data.limits import LOCAL
from tl_core.errors import UserError
from tl_core.jobs.rundir import create_import
from tl_ui.listening import listen
from tl_ui.routes_datasets import display_name
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings


def incoming(settings: Settings, owner: str = "me") -> list[Path]:
    return list((settings.workspace / "people" / owner / "incoming").glob("*"))


def finished_view(client: TestClient, dataset: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        view = client.get(f"/thaw/datasets/{dataset}/view").json()
        return None if view["state"] in ("starting", "running") else view

    return wait_until(ended)


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


@pytest.mark.parametrize("announced", [True, False])
def test_an_upload_over_the_limit_is_refused_with_a_sentence_and_leaves_nothing(
    settings: Settings, assistant: FakeAssistant, announced: bool
) -> None:
    small = replace(settings, limits=replace(LOCAL, archive_bytes=1000))
    services = Services(small, assistant)
    content = b"x" * 1500 if announced else iter([b"x" * 750, b"x" * 750])
    with TestClient(routes_app(small, services), base_url=HOST) as client:
        answer = client.post("/thaw/upload?name=big.zip", content=content)
    assert answer.status_code == 413
    assert answer.json() == {
        "message": "The file has 1.5 KB or more; at most 1 KB are taken.",
        "hint": "Send fewer or smaller pictures.",
    }
    assert incoming(small) == []
    assert services.list_datasets("me") == []


def test_an_empty_upload_is_refused(client: TestClient, settings: Settings) -> None:
    answer = client.post("/thaw/upload", content=b"")
    assert answer.status_code == 400
    assert answer.json()["message"] == "The upload was empty: 0 bytes arrived."
    assert incoming(settings) == []


def test_an_upload_that_the_disk_cannot_hold_is_refused_before_it_is_read(
    settings: Settings, assistant: FakeAssistant
) -> None:
    roomy = replace(settings, limits=replace(LOCAL, archive_bytes=10**18))
    with TestClient(routes_app(roomy, Services(roomy, assistant)), base_url=HOST) as client:
        answer = client.post("/thaw/upload", content=b"x", headers={"content-length": str(10**17)})
    assert answer.status_code == 400
    assert "The upload has 1e+05 TB and the disk has" in answer.json()["message"]


@pytest.fixture
def listening(settings: Settings, services: Services) -> Iterator[int]:
    with listen("127.0.0.1", 0) as taken:
        server = uvicorn.Server(uvicorn.Config(routes_app(settings, services), log_level="warning", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]})
        thread.start()
        yield taken.getsockname()[1]
        server.should_exit = True
        thread.join()


def test_an_upload_that_breaks_off_leaves_nothing(listening: int, settings: Settings, services: Services) -> None:
    head = (
        "POST /thaw/upload?name=a.zip HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{listening}\r\nContent-Length: 100000000\r\nContent-Type: application/zip\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", listening)) as connection:
        connection.sendall(head.encode() + b"x" * 3_000_000)
        wait_until(lambda: sum(path.stat().st_size for path in incoming(settings)) >= 2**20)
    wait_until(lambda: not incoming(settings))
    assert services.list_datasets("me") == []


def test_a_stream_over_a_real_socket_is_stored_whole(
    listening: int, settings: Settings, client_of: Callable[[int], Any]
) -> None:
    content = animals_zip()
    pieces = (content[at : at + 100] for at in range(0, len(content), 100))
    dataset = client_of(listening).post("/thaw/upload?name=a.zip", content=pieces).json()["dataset"]
    view = wait_until(
        lambda: (found := client_of(listening).get(f"/thaw/datasets/{dataset}/view").json())["report"] and found
    )
    assert view["summary"]["images"] == 4


@pytest.fixture
def client_of() -> Iterator[Callable[[int], Any]]:
    import httpx

    with httpx.Client() as client:

        def at(port: int) -> Any:
            client.base_url = f"http://127.0.0.1:{port}"  # type: ignore[assignment]
            return client

        yield at


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


def test_without_a_cookie_an_upload_says_what_to_do(shared: Settings, assistant: FakeAssistant) -> None:
    with TestClient(routes_app(shared, Services(shared, assistant)), base_url=HOST) as client:
        answer = client.post("/thaw/upload", content=animals_zip())
    assert answer.status_code == 403
    assert answer.json()["hint"] == "Allow cookies for this page and reload it."


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
    from tests.ui.conftest import picture

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


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("animals.zip", "animals"),
        ("C:\\Users\\ana\\animals.ZIP", "animals"),
        ("../../etc/passwd", "passwd"),
        ("line\nbreak\x00.zip", "line break"),
        ("\u202egpj.exe", "gpj.exe"),
        ("狐狸.zip", "狐狸"),
        ("", "pictures"),
        (".zip", "pictures"),
        ("x" * 500, "x" * 80),
    ],
)
def test_a_file_name_is_only_ever_shown(sent: str, shown: str) -> None:
    assert display_name(sent) == shown


def test_an_upload_abandoned_by_a_server_that_died_is_swept_at_the_next_start(
    settings: Settings, services: Services
) -> None:
    import os
    import time

    old, fresh = services.new_incoming("me", ".zip"), services.new_incoming("me", ".zip")
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 100_000,) * 2)
    with TestClient(routes_app(settings, services), base_url=HOST):
        assert incoming(settings) == [fresh]
