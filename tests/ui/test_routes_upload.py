"""Uploads: counted while they stream, refused with a sentence, and nothing left behind."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
from starlette.testclient import TestClient

from tests.jobs.jobs_for_tests import wait_until
from tests.ui.conftest import HOST, FakeAssistant, animals_zip, incoming
from tl_core.data.limits import LOCAL
from tl_ui.display_names import display_name, file_name
from tl_ui.listening import listen
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings


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


def test_without_a_cookie_an_upload_says_what_to_do(shared: Settings, assistant: FakeAssistant) -> None:
    with TestClient(routes_app(shared, Services(shared, assistant)), base_url=HOST) as client:
        answer = client.post("/thaw/upload", content=animals_zip())
    assert answer.status_code == 403
    assert answer.json()["hint"] == "Allow cookies for this page and reload it."


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
    old, fresh = services.new_incoming("me", ".zip"), services.new_incoming("me", ".zip")
    for path in (old, fresh):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 100_000,) * 2)
    with TestClient(routes_app(settings, services), base_url=HOST):
        assert incoming(settings) == [fresh]


def test_a_files_name_that_is_cut_keeps_its_ending() -> None:
    assert file_name("a" * 200 + ".zip") == "a" * 76 + ".zip"
    assert file_name("..\\x\\photo.of-a-very-long-ending") == "photo.of-a-very-long-ending"
    assert file_name("") == "picture"
