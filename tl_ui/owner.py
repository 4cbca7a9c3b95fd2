"""Who is asking: the owner that the edge wrote into the request. Knows neither workspaces nor Gradio.

On one's own machine everybody is `me`. Where others reach the server, a browser holds a random secret in a signed
cookie and the owner is derived from it (visitors.py): an owner's name, seen in paths and logs, gives no secret away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from tl_core.jobs.workspace import LOCAL_OWNER
from tl_ui.guard import RefusedError

OWNER_HEADER = "x-thaw-owner"  # set by the edge alone, which removes whatever a client sent under this name
COOKIE = "thaw_visitor"
__all__ = ["COOKIE", "LOCAL_OWNER", "OWNER_HEADER", "owner_of"]


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
