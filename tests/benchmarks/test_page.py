"""A page without a browser, against a server that speaks as Gradio does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from benchmarks.page import Page


def step(number: int, after: int | None = None, *, on_server: bool = True, event: str = "then") -> dict[str, Any]:
    target = [[9, event]] if after is None else [[None, event]]
    return {"id": number, "targets": target, "inputs": [7], "backend_fn": on_server, "trigger_after": after}


CONFIG = {
    "components": [{"id": 7, "props": {"value": "blue"}}],
    "dependencies": [
        step(0, event="click"),
        step(1, 0),
        step(2, 1, on_server=False),
        step(3, 2),
        step(4, event="fail"),
    ],
}


class Answers(BaseHTTPRequestHandler):
    asked: list[dict[str, Any]]

    def do_GET(self) -> None:
        if self.path == "/config":
            self._answer(json.dumps(CONFIG))
            return
        is_success = self.asked[-1]["fn_index"] != 4
        told = [{"msg": "process_starts"}, {"msg": "process_completed", "success": is_success, "output": "broken"}]
        self._answer("".join(f"data: {json.dumps(record)}\n\n" for record in told))

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self._answer("{}")

    def _answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_words: Any) -> None:
        """Nothing on the tests' output."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Answers.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_a_click_asks_step_after_step(server: ThreadingHTTPServer) -> None:
    page = Page(f"http://127.0.0.1:{server.server_port}")
    (click,) = page.handlers("click")
    assert page.seconds_to_act(click, {"run": "x"}) > 0
    assert [asked["fn_index"] for asked in Answers.asked] == [0, 1, 3]
    assert Answers.asked[0]["data"] == ["blue"]
    assert Answers.asked[0]["event_data"] == {"run": "x"}
    assert len({asked["session_hash"] for asked in Answers.asked}) == 1


def test_a_handler_that_fails_is_no_quick_answer(server: ThreadingHTTPServer) -> None:
    page = Page(f"http://127.0.0.1:{server.server_port}")
    (fail,) = page.handlers("fail")
    with pytest.raises(RuntimeError, match="a handler failed: broken"):
        page.seconds_to_act(fail)
