"""The routes of one person's standing with a hosted server: how much is used, how many wait, erase everything.

Knows files only through Services.
"""

from __future__ import annotations

from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_core.errors import ConfigError
from tl_ui.answers import json_answer
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services

ASKED_BYTES = 1000


def mine_routes(services: Services) -> list[Route]:
    return routes_of(services, ("GET", "/thaw/mine", mine), ("POST", "/thaw/mine/erase", erase))


def mine(services: Services, request: Request) -> Response:
    """-> {"hosted", "keep_hours", "used": [{"name", "used", "most"}], "running", "waiting"}."""
    owner = owner_of(request)
    quotas = services.settings.quotas
    if quotas is None:
        return json_answer({"hosted": False})
    queue = services.allowances.queue()
    return json_answer({
        "hosted": True,
        "keep_hours": quotas.keep_hours,
        "used": [asdict(line) for line in services.allowances.standing(owner)],
        "running": queue.running,
        "waiting": queue.waiting,
    })  # fmt: skip


async def erase(services: Services, request: Request) -> Response:
    """POST {"sure": true} -> {"erased": true}."""
    owner = owner_of(request)
    asked = await receive_json(request, ASKED_BYTES)
    if asked.get("sure") is not True:
        raise ConfigError("Nothing was erased: the request does not say that you are sure.", "Reload the page.")
    await run_in_threadpool(services.erase, owner)
    return json_answer({"erased": True})
