"""JSON as our routes send it: never kept by anybody, and in ASCII. Knows no route."""

from __future__ import annotations

import json
from typing import Any

from starlette.responses import Response


def json_answer(content: Any, status: int = 200) -> Response:
    """ASCII, since a path may hold bytes that are no UTF-8 (lone surrogates); NaN raises ValueError: it is no JSON."""
    body = json.dumps(content, allow_nan=False, separators=(",", ":")).encode("ascii")
    return Response(body, status, {"cache-control": "no-store"}, "application/json")
