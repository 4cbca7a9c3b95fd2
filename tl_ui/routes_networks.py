"""The routes of networks: what one says of a person's pictures, what it costs, own weights. Knows only Services.

Every answer comes at once; `state` says whether to ask again.
"""

from __future__ import annotations

import json
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_core.backbones.catalogue import everything
from tl_core.config import DEFAULT_BACKBONE
from tl_core.errors import ConfigError
from tl_ui.answers import json_answer
from tl_ui.catalogue_rows import catalogue_rows
from tl_ui.display_names import file_name
from tl_ui.guard import asked_language
from tl_ui.network_questions import NetworkQuestions
from tl_ui.owned_weights import MOST_BYTES
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import words_for

LONGEST_SETTINGS = 8000


def network_routes(services: Services) -> list[Route]:
    about = "/thaw/datasets/{dataset}"
    return routes_of(
        services,
        ("GET", f"{about}/readable", readable),
        ("GET", f"{about}/estimate", estimate),
        ("GET", f"{about}/networks", networks),
        ("GET", f"{about}/rates", rates),
        ("GET", f"{about}/maps", maps),
        ("GET", f"{about}/augmented", augmented),
        ("GET", "/thaw/networks", catalogue),
        ("POST", "/thaw/weights", weights),
    )


def readable(services: Services, request: Request) -> Response:
    return json_answer(_questions(services, request).readable(_settings(request)))


def estimate(services: Services, request: Request) -> Response:
    return json_answer(_questions(services, request).estimate(_settings(request)))


def networks(services: Services, request: Request) -> Response:
    return json_answer(_questions(services, request).networks(_settings(request)))


def rates(services: Services, request: Request) -> Response:
    stop = request.query_params.get("stop") == "1"
    return json_answer(_questions(services, request).rates(_settings(request), stop=stop))


def maps(services: Services, request: Request) -> Response:
    """`&stage=NAME` -> {"maps", "sha256" of the picture that they were made from}."""
    stage = request.query_params.get("stage", "")[:200]
    return json_answer(_questions(services, request).maps(_settings(request), stage))


def augmented(services: Services, request: Request) -> Response:
    """{"pictures"}: eight JPEG files in base64."""
    return json_answer(_questions(services, request).augmented(_settings(request)))


def catalogue(_services: Services, _request: Request) -> Response:
    """Every network, once a page: it searches and sorts by itself."""
    return json_answer({"networks": catalogue_rows(everything())})


async def weights(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a file, `?name=mine.safetensors&backbone=NAME` -> {"weights", "name", "backbone"}."""
    owner = owner_of(request)
    name = file_name(request.query_params.get("name", ""))
    backbone = request.query_params.get("backbone") or DEFAULT_BACKBONE
    owned = await run_in_threadpool(services.weights, owner)
    owned.check_name(name)
    target = await run_in_threadpool(services.new_incoming, owner, ".weights")
    try:
        limit = min(MOST_BYTES, services.settings.limits.archive_bytes)
        await receive_upload(request, target, limit=limit, owner=owner, allowances=services.allowances)
        kept = await run_in_threadpool(owned.keep, target, name, backbone)
    finally:
        target.unlink(missing_ok=True)
    return json_answer({"weights": kept.id, "name": kept.name, "backbone": backbone})


def _questions(services: Services, request: Request) -> NetworkQuestions:
    words = words_for(asked_language(request))
    return NetworkQuestions(services, owner_of(request), request.path_params["dataset"], words)


def _settings(request: Request) -> dict[str, Any]:
    """`?settings=` holds the fields of a run as JSON; what they may be, the config checks."""
    text = request.query_params.get("settings", "{}")
    try:
        values = json.loads(text) if len(text) <= LONGEST_SETTINGS else None
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise ConfigError("The page's settings could not be read.", "Reload the page.")
    return {str(name): value for name, value in values.items()}
