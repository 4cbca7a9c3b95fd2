"""Lets through to Gradio only what our page needs of it, and keeps one person's page sessions from another's requests.

Everything else that Gradio offers (its upload, its file route, calls by name, proxies, run history) answers 404, also
what a later Gradio adds. Pure ASGI. Knows the owner that the edge wrote into the request, and no handler.
"""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tl_ui.answers import json_answer
from tl_ui.owner import OWNER_HEADER

OURS = "/thaw"
READ = ("GET", "HEAD")
# Method and path of what the page asks Gradio for: itself, its parts, its settings, and its events.
OPEN: tuple[tuple[tuple[str, ...], str], ...] = (
    (READ, r"/"),
    (READ, r"/config/?"),
    (READ, r"/(static|assets|svelte)/.+"),
    (READ, r"(/gradio_api)?/theme\.css"),
    (READ, r"/(favicon\.ico|robots\.txt|manifest\.json)"),
    (READ, r"/gradio_api/app_id/?"),
    (READ, r"/gradio_api/heartbeat/[^/]+"),
    (READ, r"/gradio_api/queue/data"),
    (("POST",), r"/gradio_api/queue/join"),
)
_OPEN = tuple((methods, re.compile(path)) for methods, path in OPEN)
JOIN = "/gradio_api/queue/join"
JOIN_BYTES = 4 * 2**20  # the settings of every box and a drawn component's event; files never pass here
MOST_SESSIONS = 10_000  # Gradio itself remembers as many


def is_open(method: str, path: str) -> bool:
    """Whether Gradio gets to see such a request."""
    return any(method in methods and pattern.fullmatch(path) for methods, pattern in _OPEN)


class Gate:
    """ASGI middleware between the edge and everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._owners: OrderedDict[str, str] = OrderedDict()  # by the session of a page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or path == OURS or path.startswith(f"{OURS}/"):
            await self.app(scope, receive, send)
            return
        if not is_open(str(scope["method"]), path):
            await _nothing_here(scope, receive, send)
            return
        session = _session_of_address(scope, path)
        if path == JOIN:
            body = await _whole_body(receive)
            receive, session = _again(body, receive), _session_of_body(body)
        if session is not None and not self._belongs(session, scope):
            await _nothing_here(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _belongs(self, session: str, scope: Scope) -> bool:
        """Whoever names a session first has it: it is a random word that a page makes up when it opens."""
        if not session:
            return False
        owner = Headers(scope=scope).get(OWNER_HEADER, "")
        holder = self._owners.setdefault(session, owner)
        self._owners.move_to_end(session)
        if len(self._owners) > MOST_SESSIONS:
            self._owners.popitem(last=False)
        return holder == owner


async def _whole_body(receive: Receive) -> bytes | None:
    """None where it is too long for an event, or never came."""
    content = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        content += message.get("body", b"")
        if len(content) > JOIN_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(content)


def _again(body: bytes | None, receive: Receive) -> Receive:
    """The same body once more, then whatever the connection says next."""
    waiting: list[Message] = [] if body is None else [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _session_of_body(body: bytes | None) -> str:
    """An event without a session, or with one that is no text, belongs to nobody: it is called "" and refused."""
    try:
        found = json.loads(body or b"").get("session_hash")
    except (ValueError, AttributeError, RecursionError):
        found = None
    return found if isinstance(found, str) else ""


def _session_of_address(scope: Scope, path: str) -> str | None:
    if path.startswith("/gradio_api/heartbeat/"):
        return path.rpartition("/")[2]
    if path == "/gradio_api/queue/data":
        asked = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1")).get("session_hash", [])
        return asked[0] if len(asked) == 1 else ""
    return None


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    said = {"message": f"There is nothing at '{str(scope['path'])[:100]}'.", "hint": "Go back to Thaw's own page."}
    await json_answer(said, 404)(scope, receive, send)
