"""What of Gradio is reachable: all its routes, each with what happens to it. Page sessions have owners."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import gradio as gr
import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant
from tl_ui.gate import JOIN_BYTES, is_open
from tl_ui.server import mount_screen, prepare_gradio, routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pandas", "ignore::DeprecationWarning:gradio")
API = "/gradio_api"
# Every route of Gradio that anybody reaches. Whatever else it has, now or in a later version, answers 404.
REACHED = {
    ("GET", "/"), ("HEAD", "/"), ("GET", "/config"), ("GET", "/config/"), ("GET", "/static/{path:path}"),
    ("GET", "/assets/{path:path}"), ("GET", "/svelte/{path:path}"), ("GET", "/theme.css"), ("GET", f"{API}/theme.css"),
    ("GET", "/favicon.ico"), ("GET", "/robots.txt"), ("GET", "/manifest.json"), ("GET", f"{API}/app_id"),
    ("GET", f"{API}/app_id/"), ("GET", f"{API}/heartbeat/{{session_hash}}"), ("GET", f"{API}/queue/data"),
    ("POST", f"{API}/queue/join"),
}  # fmt: skip
CLOSED = {  # among others
    ("POST", "/upload"), ("GET", "/file={path_or_url:path}"), ("HEAD", "/file={path_or_url:path}"),
    ("GET", "/file/{path:path}"), ("GET", "/proxy={url_path:path}"), ("POST", "/run/{api_name}"),
    ("POST", "/api/{api_name}"), ("POST", "/call/{api_name}"), ("POST", "/component_server"), ("POST", "/cancel"),
    ("POST", "/reset"), ("GET", "/info"), ("GET", "/openapi.json"), ("GET", "/token"), ("GET", "/user"),
    ("GET", "/deep_link"), ("GET", "/upload_progress"), ("GET", "/dev/reload"), ("POST", "/stream/{event_id}"),
    ("POST", "/process_recording"), ("POST", "/vibe-edit"),
    ("GET", "/custom_component/{id}/{environment}/{type}/{file_name}"),
}  # fmt: skip


def whose(request: gr.Request) -> str:
    return str(request.headers["x-thaw-owner"])


def page() -> gr.Blocks:
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.Button().click(whose, None, gr.Textbox())
    return blocks


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    settings = Settings(tmp_path_factory.mktemp("gate") / "workspace", host="0.0.0.0", shared=True)
    with pytest.MonkeyPatch.context() as surroundings:
        surroundings.setenv("GRADIO_TEMP_DIR", "")  # put back afterwards
        temporary = prepare_gradio(settings)
        app = routes_app(settings, Services(settings, FakeAssistant()), temporary)
        with TestClient(mount_screen(app, settings, page, {}), base_url=HOST):
            yield app


def visitor(app: Any) -> TestClient:
    client = TestClient(app, base_url=HOST)
    client.get("/")
    return client


@pytest.fixture(scope="module")
def anna(app: Any) -> TestClient:
    return visitor(app)


@pytest.fixture(scope="module")
def ben(app: Any) -> TestClient:
    return visitor(app)


def gradio_routes(app: Any) -> set[tuple[str, str]]:
    (mounted,) = [route for route in app.routes if isinstance(route, Mount)]
    found = set()
    for route in mounted.routes:
        inner: Any = getattr(route, "original_router", None)
        kept: list[Any] = list(inner.routes) if inner else [route]
        for one in kept:
            prefix = API if inner and not one.path.startswith(API) else ""
            found |= {(method, prefix + one.path) for method in one.methods or ()}
    return found


def example(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", path)


def test_the_routes_of_gradio_that_are_reached_are_those_of_this_list(app: Any) -> None:
    routes = gradio_routes(app)
    assert len(routes) > 60
    assert {route for route in routes if is_open(route[0], example(route[1]))} == REACHED
    assert routes >= {(method, API + path) for method, path in CLOSED}


def test_every_other_route_of_gradio_is_not_there(app: Any, anna: TestClient) -> None:
    for method, path in sorted(gradio_routes(app) - REACHED):
        answer = anna.request(method, example(path))
        assert answer.status_code == 404, (method, path)
        if method != "HEAD":
            assert answer.json()["message"] == f"There is nothing at '{example(path)}'.", (method, path)


@pytest.mark.parametrize("path", ["/gradio_api/../gradio_api/info", "/queue/join", "//", "/gradio_api/queue/data/"])
def test_an_address_written_otherwise_opens_nothing(path: str) -> None:
    assert not is_open("GET", path)
    assert not is_open("POST", path)


def joined(client: TestClient, session: Any) -> int:
    wanted = {"data": [], "fn_index": 0, "session_hash": session, "trigger_id": None, "event_data": None}
    return client.post("/gradio_api/queue/join", json=wanted).status_code


def test_the_session_of_a_page_belongs_to_who_opened_it(anna: TestClient, ben: TestClient) -> None:
    assert joined(anna, "annas") == 200
    assert joined(ben, "annas") == 404
    assert ben.get("/gradio_api/queue/data?session_hash=annas").status_code == 404
    assert ben.get("/gradio_api/heartbeat/annas").status_code == 404
    owner = anna.get("/gradio_api/queue/data?session_hash=annas").text
    assert '"process_completed"' in owner
    assert joined(ben, "bens") == 200


@pytest.mark.parametrize("session", [None, "", 7, ["annas"]])
def test_an_event_without_a_session_is_refused(anna: TestClient, session: Any) -> None:
    assert joined(anna, session) == 404


def test_two_sessions_in_one_address_and_an_event_that_is_too_long_are_refused(anna: TestClient) -> None:
    both = "/gradio_api/queue/data?session_hash=a&session_hash=b"
    assert anna.get(both).status_code == 404
    long = b'{"session_hash": "a", "data": ["' + b"x" * JOIN_BYTES + b'"]}'
    assert anna.post("/gradio_api/queue/join", content=long).status_code == 404
