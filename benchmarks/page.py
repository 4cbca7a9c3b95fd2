"""A page of Thaw without a browser: asks our routes, and does what a click makes Gradio's page do. Knows no training.

The same requests in the same order as the browser sends: a handler's steps come after each other, as the page's own
configuration says, and each is waited for.
"""

from __future__ import annotations

import json
import secrets
import time
import urllib.request
from typing import Any

PATIENCE_SECONDS = 120.0


class Page:
    """One visit: its session's values lie with the server. `load` first, as a browser does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.config: dict[str, Any] = json.loads(self.get("config"))
        self._session = secrets.token_hex(5)
        self._values = {item["id"]: item["props"].get("value") for item in self.config["components"]}

    def get(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=PATIENCE_SECONDS) as answer:
            content: bytes = answer.read()
            return content

    def seconds_to_get(self, path: str) -> float:
        started = time.perf_counter()
        self.get(path)
        return time.perf_counter() - started

    def handlers(self, event: str) -> list[dict[str, Any]]:
        """Those of the server's handlers that an event of this name starts."""
        return [
            handler
            for handler in self.config["dependencies"]
            if handler["backend_fn"] and any(name == event for _, name in handler["targets"])
        ]

    def seconds_to_act(self, handler: dict[str, Any], event_data: dict[str, Any] | None = None) -> float:
        """Until the last of the handler's steps has answered. Raises RuntimeError where one of them failed."""
        started = time.perf_counter()
        waiting = [handler]
        while waiting:
            step = waiting.pop(0)
            if step["backend_fn"]:
                self._ask(step, event_data)
            waiting += [item for item in self.config["dependencies"] if item["trigger_after"] == step["id"]]
        return time.perf_counter() - started

    def _ask(self, handler: dict[str, Any], event_data: dict[str, Any] | None) -> None:
        asked = {
            "data": [self._values.get(item) for item in handler["inputs"]],
            "event_data": event_data,
            "fn_index": handler["id"],
            "trigger_id": next((item for item, _ in handler["targets"]), None),
            "session_hash": self._session,
        }
        request = urllib.request.Request(
            f"{self.url}/gradio_api/queue/join", json.dumps(asked).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            answer.read()
        told = f"{self.url}/gradio_api/queue/data?session_hash={self._session}"
        with urllib.request.urlopen(told, timeout=PATIENCE_SECONDS) as lines:
            for line in lines:
                said = json.loads(line.removeprefix(b"data:")) if line.startswith(b"data:") else {}
                if said.get("msg") == "process_completed":
                    if not said.get("success"):
                        raise RuntimeError(f"a handler failed: {said.get('output')}")
                    return
        raise RuntimeError("the server ended the answer")
