"""The routes of models that somebody brings as bundles: open, list, ask, close. Knows files only through Services."""

from __future__ import annotations

import time
from dataclasses import asdict

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.answers import json_answer
from tl_ui.display_names import display_name
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload


def model_routes(services: Services) -> list[Route]:
    at = "/thaw/models/{model}"
    return routes_of(
        services,
        ("GET", "/thaw/models", models),
        ("POST", "/thaw/models", bring),
        ("POST", f"{at}/try", try_picture),
        ("GET", f"{at}/tried", tried),
        ("POST", f"{at}/drop", drop),
    )


def models(services: Services, request: Request) -> Response:
    """-> {"models": [{"id", "name", "created"}]}, the newest first."""
    return json_answer({"models": [asdict(row) for row in services.models(owner_of(request)).rows()]})


async def bring(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a bundle, `?name=foxes.zip` -> {"model"}: kept once every byte of it was checked."""
    owner = owner_of(request)
    name = display_name(request.query_params.get("name", ""))
    bundle = await run_in_threadpool(services.new_incoming, owner, ".zip")
    limit = services.settings.limits.archive_bytes
    try:
        await receive_upload(request, bundle, limit=limit, owner=owner, allowances=services.allowances)
        model = await run_in_threadpool(services.models(owner).keep, bundle, name, limit)
    finally:
        bundle.unlink(missing_ok=True)
    return json_answer({"model": model})


async def try_picture(services: Services, request: Request) -> Response:
    """As a run's model is asked."""
    owner, model = owner_of(request), request.path_params["model"]
    started = time.monotonic()
    services.allowances.count_prediction(owner)
    asked = services.models(owner)
    asked.folder(model)
    picture = await run_in_threadpool(services.new_incoming, owner, ".picture")
    try:
        limit = services.settings.limits.file_bytes
        await receive_upload(request, picture, limit=limit, owner=owner, allowances=services.allowances)
        found = await run_in_threadpool(asked.try_picture, model, picture)
    finally:
        picture.unlink(missing_ok=True)
    return json_answer({**found, "seconds": time.monotonic() - started})


def tried(services: Services, request: Request) -> Response:
    """-> {"tried"}: the photos that this model was shown last, or ""."""
    owner = owner_of(request)
    model = services.models(owner).folder(request.path_params["model"])
    return json_answer({"tried": services.tries(owner).latest(model)})


def drop(services: Services, request: Request) -> Response:
    services.models(owner_of(request)).drop(request.path_params["model"])
    return json_answer({"dropped": request.path_params["model"]})
