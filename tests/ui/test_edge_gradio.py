"""Gradio behind the edge: its own routes obey it too, its handlers know the owner, its file route reaches nobody's."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, give_model, new_run
from tl_core.errors import DataError
from tl_ui.guard import guarded
from tl_ui.owner import owner_of
from tl_ui.server import MOUNT, mount_screen, prepare_gradio, routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

# Gradio's queue counts its events with what pandas 3 calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pandas", "ignore::DeprecationWarning:gradio")
FOREIGN = {"origin": "http://evil.example"}
UPLOAD = {"files": ("cat.png", b"picture", "image/png")}


def tell_owner(request: gr.Request) -> str:
    return owner_of(request)


@guarded
def refuse(request: gr.Request) -> str:
    raise DataError(f"<img src=x onerror=alert(1)> is no picture of {owner_of(request)}.", "Choose another.")


@guarded
def break_down(request: gr.Request) -> str:
    raise ZeroDivisionError(owner_of(request))


def page() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as blocks:
        text = gr.Textbox()
        for handler in (tell_owner, refuse, break_down):
            gr.Button().click(handler, None, text)
    return blocks


def app_of(settings: Settings) -> Any:
    temporary = prepare_gradio(settings)
    services = Services(settings, FakeAssistant())
    return mount_screen(routes_app(settings, services, temporary), settings, page, {})


@pytest.fixture
def gradio_client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")  # put back afterwards
    with TestClient(app_of(settings), base_url=HOST) as client:
        yield client


def event_of(client: TestClient, number: int) -> list[dict[str, Any]]:
    """Everything the queue says about one call of the handler with this number."""
    page = f"{number}{client.cookies.get('thaw_visitor', '')}"
    wanted = {"data": [], "fn_index": number, "session_hash": page, "trigger_id": None, "event_data": None}
    assert client.post("/gradio_api/queue/join", json=wanted).status_code == 200
    lines = client.get(f"/gradio_api/queue/data?session_hash={page}").text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/gradio_api/upload", {"files": UPLOAD}),
        ("/gradio_api/queue/join", {"json": {"fn_index": 0}}),
        ("/gradio_api/run/predict", {"json": {}}),
        ("/gradio_api/component_server/", {"json": {}}),
        ("/gradio_api/cancel", {"json": {}}),
        ("/login", {"data": {}}),
    ],
)
def test_a_foreign_page_writes_nothing_through_gradio(
    gradio_client: TestClient, settings: Settings, path: str, sent: dict[str, Any]
) -> None:
    for headers in (FOREIGN, {"origin": "null"}, {"sec-fetch-site": "cross-site"}, {"host": "evil.example"}):
        answer = gradio_client.post(path, headers=headers, **sent)
        assert answer.status_code == (421 if "host" in headers else 403), headers
        assert "access-control-allow-origin" not in answer.headers
    assert [path for path in (settings.workspace / "gradio").rglob("*") if path.is_file()] == []


def test_not_even_the_own_page_stores_a_file_through_gradio(gradio_client: TestClient, settings: Settings) -> None:
    assert gradio_client.post("/gradio_api/upload", files=UPLOAD, headers={"origin": HOST}).status_code == 404
    folder = settings.workspace / "gradio"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert folder.stat().st_mode & 0o077 == 0


def test_gradio_s_file_route_reaches_nothing_of_a_person(gradio_client: TestClient, settings: Settings) -> None:
    services = Services(settings, FakeAssistant())
    run = new_run(services)
    model = give_model(run)
    for path in (run.journal, run.config_file, model / "config.json", settings.workspace / "gradio/../people"):
        assert gradio_client.get(f"/gradio_api/file={path}").status_code in (403, 404), path


def test_a_handler_on_one_s_own_machine_belongs_to_me(gradio_client: TestClient) -> None:
    (done,) = [event for event in event_of(gradio_client, 0) if event["msg"] == "process_completed"]
    assert done["output"]["data"] == ["me"]


def test_a_handler_of_a_visitor_knows_which(shared: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    owners = []
    with TestClient(app_of(shared), base_url=HOST) as client:
        for _ in range(2):
            client.cookies.clear()
            client.get("/")
            (done,) = [event for event in event_of(client, 0) if event["msg"] == "process_completed"]
            owners.append(done["output"]["data"][0])
    assert len(set(owners)) == 2
    assert all(len(owner) == 26 for owner in owners)


def test_a_user_error_is_a_warning_with_its_html_made_harmless_and_changes_no_output(gradio_client: TestClient) -> None:
    events = event_of(gradio_client, 1)
    (log,) = [event for event in events if event["msg"] == "log"]
    assert log["log"] == "&lt;img src=x onerror=alert(1)&gt; is no picture of me. Choose another."
    assert log["level"] == "warning"
    (done,) = [event for event in events if event["msg"] == "process_completed"]
    assert done["success"]
    assert done["output"]["data"] == [{"__type__": "update"}]


def test_a_fault_is_called_a_fault_and_its_traceback_is_logged_not_shown(
    gradio_client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    (log,) = [event for event in event_of(gradio_client, 2) if event["msg"] == "log"]
    assert log["log"].startswith("A fault in the program")
    assert "ZeroDivisionError" not in log["log"]
    assert "ZeroDivisionError: me" in caplog.text


def test_what_the_page_does_not_need_is_closed(gradio_client: TestClient) -> None:
    assert gradio_client.get("/monitoring").status_code in (403, 404)
    assert gradio_client.get("/docs").status_code == 404
    assert gradio_client.post("/gradio_api/run/tell_owner", json={"data": []}).status_code == 404
    assert MOUNT["mcp_server"] is False
    assert gradio_client.get("/gradio_api/mcp/sse").status_code == 404


def test_the_temporary_folder_is_never_under_the_current_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", "")
    monkeypatch.chdir(tmp_path)
    settings = Settings(tmp_path / "workspace")
    temporary = prepare_gradio(settings)
    assert not temporary.is_relative_to(tmp_path)
    services = Services(settings, FakeAssistant())
    with TestClient(routes_app(settings, services, temporary), base_url=HOST):
        assert temporary.is_dir()
    assert not temporary.exists()


def test_the_screen_s_process_imports_no_torch() -> None:
    script = "import sys, tl_ui.server, tl_ui.screen; print(sorted({'torch', 'timm', 'sklearn'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
