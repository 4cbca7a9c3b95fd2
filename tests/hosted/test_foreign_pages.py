"""A page of another site, or one under a name that is not ours, writes nothing by any route, Gradio's included."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.hosted.town import Answering, hosted, visitor
from tests.ui.conftest import HOST
from tests.ui.test_gate import CLOSED, REACHED
from tl_ui.routes import thaw_routes
from tl_ui.routes_static import Assets
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

WRITING = ("POST", "PUT", "PATCH", "DELETE")
FOREIGN = (
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "https://127.0.0.1.evil.example"},
    {"origin": HOST, "sec-fetch-site": "cross-site", "host": "evil.example"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"host": "evil.example"},
    {"host": "127.0.0.1.evil.example:7860"},
)


def writing_routes() -> list[tuple[str, str]]:
    services = Services(Settings(Path("/nowhere")), Answering())
    ours = {(method, route.path) for route in thaw_routes(services, Assets()) for method in route.methods or ()}
    return sorted(route for route in ours | REACHED | CLOSED if route[0] in WRITING)


@pytest.fixture(scope="module", params=["local", "hosted"])
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    workspace = tmp_path_factory.mktemp("foreign") / "workspace"
    settings = hosted(workspace) if request.param == "hosted" else Settings(workspace)
    client = visitor(routes_app(settings, Services(settings, Answering())))
    client.workspace = workspace  # type: ignore[attr-defined]
    return client


@pytest.mark.parametrize("route", writing_routes(), ids=lambda route: f"{route[0]} {route[1]}")
def test_nothing_is_written_from_elsewhere(client: TestClient, route: tuple[str, str]) -> None:
    for headers in FOREIGN:
        answer = client.request(route[0], route[1], headers=headers, content=b"{}")
        assert answer.status_code == (421 if "host" in headers else 403), headers
        assert "access-control-allow-origin" not in answer.headers
    assert not (client.workspace / "people").exists()  # type: ignore[attr-defined]


def test_the_list_holds_what_writes() -> None:
    found = writing_routes()
    assert len(found) > 30
    assert ("POST", "/gradio_api/queue/join") in found
    assert ("POST", "/upload") in found
