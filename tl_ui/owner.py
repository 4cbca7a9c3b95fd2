"""Who is asking: the owner that the edge wrote into the request. Knows neither workspaces nor Gradio.

On one's own machine everybody is `me`. Where others reach the server, a browser holds a random secret in a cookie and
the owner is derived from it: an owner's name (a folder's name, seen in paths and logs) does not give the secret away.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, Protocol

from tl_core.jobs.workspace import LOCAL_OWNER
from tl_ui.guard import RefusedError

OWNER_HEADER = "x-thaw-owner"  # set by the edge alone, which removes whatever a client sent under this name
COOKIE = "thaw_visitor"
__all__ = ["COOKIE", "LOCAL_OWNER", "OWNER_HEADER", "new_secret", "owner_from_secret", "owner_of"]
_SECRET = re.compile(r"[A-Za-z0-9_-]{22}")  # 128 random bits, base64


class HasHeaders(Protocol):
    """A Starlette request and a `gr.Request` alike."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def owner_of(request: HasHeaders | Any) -> str:
    """The owner of a request that came through the edge; raises RefusedError where the browser kept no cookie."""
    owner = request.headers.get(OWNER_HEADER)
    if owner is None:
        raise RuntimeError("a request reached a handler without passing the edge")
    if not owner:
        raise RefusedError(
            "This browser sent no cookie, so its pictures cannot be told from other people's.",
            "Allow cookies for this page and reload it.",
        )
    return str(owner)


def new_secret() -> str:
    return secrets.token_urlsafe(16)


def owner_from_secret(secret: str | None) -> str | None:
    """26 of a-z and 2-7 (128 bits) for a well-formed secret, else None."""
    if secret is None or not _SECRET.fullmatch(secret):
        return None
    digest = hashlib.sha256(b"thaw visitor " + secret.encode()).digest()[:16]
    return base64.b32encode(digest).decode().rstrip("=").lower()
