"""The edge: foreign hosts and origins are refused everywhere, owners are told apart, headers are on every answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from tl_ui.edge import GRADIO_BODY_BYTES, Closing, Edge
from tl_ui.owner import OWNER_HEADER, owner_of
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors

LOCAL = Settings(Path("/nowhere"))
SHARED = replace(LOCAL, host="0.0.0.0", shared=True, public_hosts=("lab.example.org",))
VISITORS = Visitors(b"k" * 32)
SPACE = replace(SHARED, public_hosts=("demo.hf.space",), framed_by=("https://huggingface.co",))


def client(settings: Settings = LOCAL, base_url: str = "http://127.0.0.1:7860", **options: object) -> TestClient:
    app = Starlette(
        routes=[
            Route("/", whoami, methods=["GET", "POST"]),
            Route("/gradio_api/upload", whoami, methods=["POST"]),
            Route("/gradio_api/queue/join", whoami, methods=["POST"]),
            Route("/thaw/runs/x/stop", whoami, methods=["POST", "PUT", "DELETE", "PATCH"]),
            Route("/length", length, methods=["POST"]),
            WebSocketRoute("/ws", greet),
        ]
    )
    return TestClient(Edge(app, settings, visitors=VISITORS), base_url=base_url, **options)  # type: ignore[arg-type]


async def whoami(request: Request) -> JSONResponse:
    return JSONResponse({"owner": request.headers[OWNER_HEADER]})


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def greet(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")
    await socket.close()


@pytest.mark.parametrize("host", ["127.0.0.1:7860", "localhost", "LOCALHOST:9", "[::1]:7860", "localhost.:7860"])
def test_loopback_names_are_answered_on_any_port(host: str) -> None:
    assert client().get("/", headers={"host": host}).json() == {"owner": "me"}


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:7860", "192.168.1.7", "localhost:port", "a@localhost", "", "[::1"]
)
def test_a_foreign_host_is_misdirected(host: str) -> None:
    for method in ("GET", "POST"):
        answer = client().request(method, "/", headers={"host": host})
        assert answer.status_code == 421
        assert answer.json()["message"] == f"This server does not answer to the name '{host}'."
        assert "THAW_ALLOWED_HOSTS" in answer.json()["hint"]


def test_a_shared_server_answers_to_addresses_and_its_own_names_only() -> None:
    for host, status in [("192.168.1.7:7860", 200), ("lab.example.org", 200), ("evil.example", 421)]:
        assert client(SHARED).get("/", headers={"host": host}).status_code == status, host


@pytest.mark.parametrize("path", ["/gradio_api/upload", "/gradio_api/queue/join", "/thaw/runs/x/stop"])
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:7860", "file://", "http://[::1", "x"],
)
def test_a_write_from_a_foreign_origin_is_refused_on_every_path(path: str, origin: str) -> None:
    answer = client().post(path, headers={"origin": origin})
    assert answer.status_code == 403
    assert answer.json()["message"] == "This request came from the page of another site, and nothing was done."


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_writing_method_is_checked(method: str) -> None:
    assert client().request(method, "/thaw/runs/x/stop", headers={"origin": "http://evil.example"}).status_code == 403
    assert client().request(method, "/thaw/runs/x/stop", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client().request(method, "/thaw/runs/x/stop", headers={"sec-fetch-site": "same-site"}).status_code == 403
    assert client().request(method, "/thaw/runs/x/stop", headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_a_read_by_a_script_of_another_site_is_refused_too() -> None:
    assert client().get("/", headers={"origin": "http://evil.example"}).status_code == 403
    assert client().options("/", headers={"origin": "http://evil.example"}).status_code == 403


def test_the_own_page_and_programs_without_origin_may_write() -> None:
    assert client().post("/", headers={"origin": "http://127.0.0.1:7860"}).status_code == 200
    assert client().post("/").status_code == 200


def test_a_link_on_another_site_may_open_the_page() -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}
    assert client().get("/", headers=headers).status_code == 200


def test_behind_a_proxy_the_public_name_is_an_own_origin_over_https_only() -> None:
    space = client(SPACE, base_url="http://10.0.0.5:7860")
    space.cookies.set("thaw_visitor", VISITORS.new_cookie())
    assert space.post("/", headers={"origin": "https://demo.hf.space"}).status_code == 200
    assert space.post("/", headers={"origin": "http://demo.hf.space"}).status_code == 403
    assert space.post("/", headers={"origin": "https://demo.hf.space:8443"}).status_code == 403


def test_two_hosts_or_two_origins_are_refused() -> None:
    assert client().get("/", headers=[("host", "localhost"), ("host", "evil.example")]).status_code == 421
    both = [("origin", "http://127.0.0.1:7860"), ("origin", "http://evil.example")]
    assert client().post("/", headers=both).status_code == 403


def test_a_websocket_of_a_foreign_origin_is_closed() -> None:
    with client().websocket_connect("/ws", headers={"host": "localhost"}) as socket:
        assert socket.receive_text() == "hello"
    foreign = client().websocket_connect("/ws", headers={"host": "localhost", "origin": "http://evil.example"})
    with pytest.raises(WebSocketDisconnect) as closed, foreign:
        pass
    assert closed.value.code == 4403


def test_the_owner_header_of_a_client_is_thrown_away() -> None:
    assert client().get("/", headers={OWNER_HEADER: "somebody"}).json() == {"owner": "me"}
    assert client(SHARED).post("/", headers={OWNER_HEADER: "me"}).json() == {"owner": ""}


def test_a_shared_server_gives_each_browser_an_owner_of_its_own_and_keeps_it() -> None:
    anna, ben = client(SHARED), client(SHARED)
    first = anna.get("/?run=abc")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie
    assert first.headers["cache-control"] == "no-store"
    owner = first.json()["owner"]
    assert len(owner) == 26
    again = anna.get("/")
    assert again.json()["owner"] == owner
    assert "set-cookie" not in again.headers
    assert anna.post("/thaw/runs/x/stop").json()["owner"] == owner
    assert ben.get("/").json()["owner"] != owner


def test_the_cookie_does_not_hold_the_owner_and_a_forged_one_is_replaced() -> None:
    cookie = VISITORS.new_cookie()
    owner = VISITORS.owner_of_cookie(cookie)
    assert owner is not None
    assert owner not in cookie
    visitor = client(SHARED)
    unsigned, of_another_server = cookie.partition(".")[0], Visitors(b"x" * 32).new_cookie()
    for forged in (owner, "me", "../me", "", unsigned, f"{unsigned}.", cookie[:-1], f"{cookie}A", of_another_server):
        answer = visitor.get("/", headers={"cookie": f"thaw_visitor={forged}"})
        assert answer.json()["owner"] not in (owner, "me"), forged
        assert "set-cookie" in answer.headers
        assert visitor.post("/", headers={"cookie": f"thaw_visitor={forged}"}).json()["owner"] == "", forged
    assert visitor.get("/", headers={"cookie": f"odd=;; thaw_visitor={cookie}"}).json()["owner"] == owner


def test_one_s_own_machine_needs_no_cookie() -> None:
    answer = client().get("/")
    assert answer.json() == {"owner": "me"}
    assert "set-cookie" not in answer.headers


def test_in_a_frame_of_another_site_the_cookie_is_secure_and_the_frame_is_allowed() -> None:
    answer = client(SPACE, base_url="https://demo.hf.space").get("/")
    assert "Secure; SameSite=None; Partitioned" in answer.headers["set-cookie"]
    assert "frame-ancestors 'self' https://huggingface.co" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers


def test_a_handler_without_an_owner_says_what_to_do() -> None:
    request = Request({"type": "http", "headers": [(OWNER_HEADER.encode(), b"")]})
    with pytest.raises(Exception, match="Allow cookies for this page and reload it"):
        owner_of(request)
    with pytest.raises(RuntimeError, match="without passing the edge"):
        owner_of(Request({"type": "http", "headers": []}))


def test_security_headers_are_on_every_answer_refusals_included() -> None:
    for answer in (client().get("/"), client().get("/missing"), client().get("/", headers={"host": "evil.example"})):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-frame-options"] == "SAMEORIGIN"
        policy = answer.headers["content-security-policy"]
        assert "connect-src 'self';" in policy
        for rule in ("object-src 'none'", "base-uri 'self'", "form-action 'self'", "default-src 'self'"):
            assert f"{rule};" in policy
        assert answer.headers["permissions-policy"].startswith("camera=(self), microphone=()")
        assert policy.endswith("frame-ancestors 'self'")


def test_a_body_for_gradio_is_bounded_whether_its_length_is_announced_or_not() -> None:
    announced = client().post("/length", headers={"content-length": str(GRADIO_BODY_BYTES + 1)})
    assert announced.status_code == 413
    assert "67,108,865 bytes" in announced.json()["message"]

    def endless() -> object:
        for _ in range(65):
            yield b"x" * 2**20

    streamed = client(raise_server_exceptions=False).post("/length", content=endless())
    assert streamed.status_code == 500
    assert client().post("/length", content=b"abc").text == "3"


async def stream_until_the_page_leaves(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"tick", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass


def test_the_stream_of_an_open_page_ends_whole_when_the_server_closes() -> None:
    async def closed_after_the_first_tick() -> list[Message]:
        closing, sent = Closing(), []
        edge = Edge(stream_until_the_page_leaves, LOCAL, closing)

        async def receive() -> Message:
            return await asyncio.Future()  # a page that stays

        async def send(message: Message) -> None:
            sent.append(message)
            if message.get("more_body"):
                asyncio.get_running_loop().call_soon(closing.set)

        scope = {"type": "http", "method": "GET", "path": "/gradio_api/x", "headers": [(b"host", b"localhost")]}
        await asyncio.wait_for(edge(scope, receive, send), timeout=30)
        return sent

    start, tick, end = asyncio.run(closed_after_the_first_tick())
    assert (start["status"], tick["body"]) == (200, b"tick")
    assert (end["body"], end.get("more_body", False)) == (b"", False)
