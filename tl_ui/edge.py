"""The first thing that sees a request: who may ask, from where, in whose name. Knows no route and no Gradio.

Pure ASGI, because streams pass through it both ways. It refuses foreign hosts and origins (Gradio's own routes
included), writes the owner into the request, and puts the security headers on every answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tl_ui.answers import json_answer
from tl_ui.owner import COOKIE, LOCAL_OWNER, OWNER_HEADER
from tl_ui.security_headers import cookie_header, security_headers
from tl_ui.settings import Settings
from tl_ui.visitors import Visitors

READING_METHODS = ("GET", "HEAD", "OPTIONS")
UPLOAD_PREFIX = "/thaw/"  # these routes count their bodies themselves, each with its own limit
GRADIO_BODY_BYTES = 64 * 2**20
DISCONNECT: Message = {"type": "http.disconnect"}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer given before anybody looked at the request."""

    status: HTTPStatus
    message: str
    hint: str


WHO = Refusal(
    HTTPStatus.UNAUTHORIZED,
    "This page asks for a name and a password.",
    "Reload the page, and log in as you were told.",
)


class Edge:
    """ASGI middleware around everything this server answers."""

    def __init__(
        self, app: ASGIApp, settings: Settings, closing: Closing | None = None, visitors: Visitors | None = None
    ) -> None:
        """`closing` is set when the server stops: open pages hold streams that would otherwise never end."""
        self.app = app
        self.settings = settings
        self.closing = closing or Closing()
        self.visitors = visitors or Visitors()
        self.default_headers = security_headers(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        method = str(scope.get("method", "GET"))
        refused = refusal(self.settings, method, str(scope["path"]), headers)
        if refused is not None:
            await self._refuse(refused, scope, receive, send)
            return
        owner, fresh_cookie = await self._owner(scope, headers)
        if owner is None:
            await self._refuse(WHO, scope, receive, send)
            return
        answer = _Answer(send, self._headers(scope, fresh_cookie))
        await self.app(_with_owner(scope, owner), self._counted(scope, receive), answer.send)
        if self.closing.is_set:
            await answer.finish()

    async def _owner(self, scope: Scope, headers: Headers) -> tuple[str | None, str | None]:
        """Who asks, and the cookie to give them if they are new; "" for a visitor without one, None for no login."""
        if not self.settings.shared:
            return LOCAL_OWNER, None
        if self.settings.passwords is not None:
            name = await self._name(headers.get("authorization", ""))
            return (None if name is None else self.visitors.owner_of_name(name)), None
        owner = self.visitors.owner_of_cookie(_cookie_of(headers))
        if owner is None and scope.get("method") == "GET" and scope["path"] == "/":
            fresh = self.visitors.new_cookie()
            return self.visitors.owner_of_cookie(fresh), fresh
        return owner or "", None

    async def _name(self, header: str) -> str | None:
        passwords = self.settings.passwords
        if passwords is None or not header:
            return None
        return passwords.remembered(header) or await run_in_threadpool(passwords.name_of, header)

    async def _refuse(self, refused: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4403, "reason": refused.message})
            return
        response = json_answer({"message": refused.message, "hint": refused.hint}, refused.status)
        if refused is WHO:
            response.headers["www-authenticate"] = 'Basic realm="Thaw", charset="UTF-8"'
        await response(scope, receive, _Answer(send, self._headers(scope, None)).send)

    def _headers(self, scope: Scope, fresh_cookie: str | None) -> dict[str, str]:
        """What every answer carries unless its route says otherwise, and the cookie of a new visitor."""
        if fresh_cookie is None:
            return self.default_headers
        cookie = cookie_header(fresh_cookie, self.settings, scope.get("scheme") == "https")
        return {**self.default_headers, "set-cookie": cookie, "cache-control": "no-store"}

    def _counted(self, scope: Scope, receive: Receive) -> Receive:
        """Bodies for Gradio end as a broken connection past the limit: it would keep them in memory."""
        if str(scope["path"]).startswith(UPLOAD_PREFIX):
            return receive
        seen = 0

        async def receive_counted() -> Message:
            nonlocal seen
            message = await self.closing.unless(receive)
            seen += len(message.get("body", b""))
            return message if seen <= GRADIO_BODY_BYTES else DISCONNECT

        return receive_counted


class _Answer:
    """One answer on its way out: adds the headers that the route did not set, and can end a stream that was cut."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self._is_open = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        self._is_open = message["type"] == "http.response.start" or bool(message.get("more_body"))
        await self._send(message)

    async def finish(self) -> None:
        if self._is_open:
            await self.send({"type": "http.response.body", "body": b""})


class Closing:
    """Tells every stream that waits for a page to leave that the server does; set once, from the server's loop."""

    def __init__(self) -> None:
        self.is_set = False
        self._waiting: set[asyncio.Future[None]] = set()

    def set(self) -> None:
        self.is_set = True
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def unless(self, receive: Receive) -> Message:
        """The next message, or "the other side has gone" as soon as the server closes."""
        if self.is_set:
            return DISCONNECT
        message = asyncio.ensure_future(receive())
        leaving: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(leaving)
        try:
            await asyncio.wait((message, leaving), return_when=asyncio.FIRST_COMPLETED)
            return message.result() if message.done() else DISCONNECT
        finally:
            self._waiting.discard(leaving)
            message.cancel()


def refusal(settings: Settings, method: str, path: str, headers: Headers) -> Refusal | None:
    """Why a request is not answered, or None."""
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not settings.allows_host(_host_name(hosts[0])):
        return Refusal(
            HTTPStatus.MISDIRECTED_REQUEST,
            f"This server does not answer to the name '{', '.join(hosts)[:100]}'.",
            "Open the address that Thaw printed when it started, or name this host in THAW_ALLOWED_HOSTS.",
        )
    if not _is_own_origin(settings, method, hosts[0], headers):
        return Refusal(
            HTTPStatus.FORBIDDEN,
            "This request came from the page of another site, and nothing was done.",
            "Open Thaw's own page and try there.",
        )
    length = headers.get("content-length", "0")
    if not path.startswith(UPLOAD_PREFIX) and length.isdecimal() and int(length) > GRADIO_BODY_BYTES:
        return Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"This request carries {int(length):,} bytes; {GRADIO_BODY_BYTES:,} are allowed here.",
            "Bring large files through the Pictures tab.",
        )
    return None


def _is_own_origin(settings: Settings, method: str, host: str, headers: Headers) -> bool:
    """Browsers name the page's origin on every write and on every cross-site read by script; programs name none."""
    origins = headers.getlist("origin")
    if origins:
        return len(origins) == 1 and _same_site(settings, origins[0], host)
    site = headers.get("sec-fetch-site")
    return method in READING_METHODS or site in (None, "same-origin", "none")


def _same_site(settings: Settings, origin: str, host: str) -> bool:
    try:
        parts = urlsplit(origin.lower())
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return False
    if parts.netloc == host.lower():
        return True
    return parts.scheme == "https" and parts.netloc in settings.public_hosts  # a proxy that rewrote the host


def _host_name(host: str) -> str:
    """`[::1]:7860` -> `::1`, `LOCALHOST:80` -> `localhost`, anything odd -> ''."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        return ""
    odd = parts.username is not None or parts.path or parts.query or parts.fragment
    return "" if odd else (parts.hostname or "").removesuffix(".")


def _cookie_of(headers: Headers) -> str | None:
    return cookie_parser(headers.get("cookie", "")).get(COOKIE)


def _with_owner(scope: Scope, owner: str) -> Scope:
    name = OWNER_HEADER.encode()
    headers = [(key, value) for key, value in scope["headers"] if key.lower() != name]
    return {**scope, "headers": [*headers, (name, owner.encode())]}
