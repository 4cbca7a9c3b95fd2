"""The routes of photos shown to a model: many as a job, its answers, table and sorted copies; what a person tells.

Knows files only through Services.
"""

from __future__ import annotations

from typing import Literal

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from tl_core.evaluation.sheet import ORDERS
from tl_ui.answers import json_answer
from tl_ui.display_names import file_name
from tl_ui.guard import asked_language
from tl_ui.owned_tries import OwnedTries
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import words_for

ASKED_BYTES = 2**16
FOR_GOOD = "private, max-age=31536000, immutable"  # the address holds the picture's hash


def try_routes(services: Services) -> list[Route]:
    at = "/thaw/tries/{tried}"
    return routes_of(
        services,
        ("GET", "/thaw/runs/{run}/tried", tried),
        ("POST", "/thaw/runs/{run}/tell", tell_one),
        ("POST", "/thaw/staging/{staged}/try", start),
        ("GET", f"{at}/view", view),
        ("GET", f"{at}/photos", photos),
        ("GET", f"{at}/unread", unread),
        ("GET", f"{at}/thumb/{{sha256}}.jpg", thumbnail),
        ("GET", f"{at}/answers.csv", table),
        ("GET", f"{at}/sorted.zip", copies),
        ("POST", f"{at}/tell", tell),
        ("POST", f"{at}/stop", stop),
        ("POST", f"{at}/drop", drop),
    )


def tried(services: Services, request: Request) -> Response:
    """-> {"tried"}: the photos that this run's model was shown last, or ""."""
    run = services.runs(owner_of(request)).run(request.path_params["run"])
    return json_answer({"tried": _tries(services, request).latest(run.path)})


async def start(services: Services, request: Request) -> Response:
    """POST {"run"} or {"model"} -> {"tried"}: the zips that came are answered by a process of its own."""
    owner, tries, staged = owner_of(request), _tries(services, request), request.path_params["staged"]
    asked = await receive_json(request, ASKED_BYTES)
    if asked.get("model"):
        model = services.models(owner).folder(str(asked["model"]))
    else:
        run = str(asked.get("run", ""))
        services.runs(owner).model(run)
        model = services.runs(owner).run(run).path
    limits: Literal["local", "hosted"] = "hosted" if services.settings.shared else "local"
    return json_answer({"tried": await run_in_threadpool(tries.start, model, staged, limits)})


def view(services: Services, request: Request) -> Response:
    """-> {"state", "phase"}, at the end {"summary", "classes"}; "failure" in the page's language."""
    shown = _tries(services, request).view(request.path_params["tried"])
    said = words_for(asked_language(request)).said
    if "failure" in shown:
        shown["failure"] = {name: said(text) for name, text in shown["failure"].items()}
    return json_answer(shown)


def photos(services: Services, request: Request) -> Response:
    """`?class=fox&only=unsure&order=least_sure&from=0&count=60` -> {"photos": [...], "total"}."""
    asked = request.query_params
    order = next((name for name in ORDERS if name == asked.get("order")), ORDERS[0])
    kind, only = asked.get("class", ""), asked.get("only", "")
    start, count = _number(asked.get("from", "")), _number(asked.get("count", ""), 60)
    tries = _tries(services, request)
    return json_answer(tries.page(request.path_params["tried"], kind, only, order, start=start, count=count))


def unread(services: Services, request: Request) -> Response:
    """-> {"files": [{"path", "reason"}]}, the reasons in the page's language."""
    said = words_for(asked_language(request)).said
    found = _tries(services, request).unread(request.path_params["tried"])
    return json_answer({"files": [{**item, "reason": said(item["reason"])} for item in found]})


def thumbnail(services: Services, request: Request) -> Response:
    path = _tries(services, request).thumbnail(request.path_params["tried"], request.path_params["sha256"])
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": FOR_GOOD})


def table(services: Services, request: Request) -> Response:
    content = _tries(services, request).table(request.path_params["tried"])
    return Response(content, media_type="text/csv; charset=utf-8", headers=_as_file("thaw-answers.csv"))


def copies(services: Services, request: Request) -> Response:
    content = _tries(services, request).copies(request.path_params["tried"])
    return StreamingResponse(content, media_type="application/zip", headers=_as_file("thaw-sorted.zip"))


async def tell(services: Services, request: Request) -> Response:
    """POST {"sha256", "label"} -> {"images"}: the photo is among the pictures that the next training learns from."""
    tries, name = _tries(services, request), request.path_params["tried"]
    asked = await receive_json(request, ASKED_BYTES)
    sha256, label = str(asked.get("sha256", "")), str(asked.get("label", ""))
    return json_answer({"images": await run_in_threadpool(tries.tell, name, sha256, label)})


async def tell_one(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a picture, `?label=fox&name=a.jpg` -> {"images"}, as `tell`."""
    owner, run = owner_of(request), request.path_params["run"]
    label, name = request.query_params.get("label", ""), file_name(request.query_params.get("name", ""))
    picture = await run_in_threadpool(services.new_incoming, owner, ".picture")
    try:
        limit = services.settings.limits.file_bytes
        await receive_upload(request, picture, limit=limit, owner=owner, allowances=services.allowances)
        images = await run_in_threadpool(services.tries(owner).tell_file, run, name, picture, label)
    finally:
        picture.unlink(missing_ok=True)
    return json_answer({"images": images})


def stop(services: Services, request: Request) -> Response:
    _tries(services, request).stop(request.path_params["tried"])
    return json_answer({"stopping": request.path_params["tried"]})


def drop(services: Services, request: Request) -> Response:
    _tries(services, request).drop(request.path_params["tried"])
    return json_answer({"dropped": request.path_params["tried"]})


def _tries(services: Services, request: Request) -> OwnedTries:
    return services.tries(owner_of(request))


def _as_file(name: str) -> dict[str, str]:
    return {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise
