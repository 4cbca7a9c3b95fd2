"""The routes of what can be found out of a run: why it answered so, what is alike, the long questions.

Knows files only through Services; another's run is none. `state` says whether to ask again.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.answers import json_answer
from tl_ui.guard import NotFoundError, asked_language
from tl_ui.owned_datasets import is_content_hash
from tl_ui.owned_insights import OwnedInsights
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.words import words_for


def insight_routes(services: Services) -> list[Route]:
    at = "/thaw/runs/{run}"
    return routes_of(
        services,
        ("GET", f"{at}/insight", insight),
        ("GET", f"{at}/why", why),
        ("GET", f"{at}/alike", alike),
    )


def insight(services: Services, request: Request) -> Response:
    """`?name=sturdiness` (learning_curve, looks, answers; `&stop=1` ends it) -> {"state", "done", "total"} while it is
    worked on, then {"state": "ready", "told", ...} with rows, points or classes.
    """
    name, stop = request.query_params.get("name", ""), request.query_params.get("stop") == "1"
    return json_answer(_insights(services, request).ask(request.path_params["run"], name, stop=stop))


def why(services: Services, request: Request) -> Response:
    """`?sha256=...&class=2` (its place; without it the likeliest) -> {"class", "map", "covers"}; seconds at first."""
    text = request.query_params.get("class", "")
    place = int(text) if text.isdecimal() and text.isascii() and len(text) < 7 else None
    return json_answer(_insights(services, request).why(request.path_params["run"], _content(request), place))


def alike(services: Services, request: Request) -> Response:
    """`?sha256=...` -> {"state", "alike": [{"sha256", "path", "class", "likeness"}], "is_unlike"}."""
    return json_answer(_insights(services, request).alike(request.path_params["run"], _content(request)))


def _content(request: Request) -> str:
    content = request.query_params.get("sha256", "")
    if not is_content_hash(content):
        raise NotFoundError("There is no such picture.", "Reload the page.")
    return content


def _insights(services: Services, request: Request) -> OwnedInsights:
    return services.insights(owner_of(request), words_for(asked_language(request)))
