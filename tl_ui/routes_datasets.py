"""The routes of datasets: upload, progress and report, thumbnails, delete. Knows files only through Services."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tl_core.config import part_of
from tl_core.errors import DataError
from tl_ui.answers import json_answer
from tl_ui.display_names import display_name
from tl_ui.guard import asked_language
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import words_for

ASKED_BYTES = 2**16
FOR_GOOD = "private, max-age=31536000, immutable"  # the address holds the picture's hash


def dataset_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("POST", "/thaw/datasets", begin_empty),
        ("POST", "/thaw/upload", upload),
        ("GET", "/thaw/datasets/{dataset}/view", view),
        ("POST", "/thaw/datasets/{dataset}/stop", stop),
        ("POST", "/thaw/datasets/{dataset}/rename", rename),
        ("POST", "/thaw/datasets/{dataset}/delete", delete),
        ("GET", "/thaw/datasets/{dataset}/thumb/{sha256}.jpg", thumbnail),
    )


async def upload(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a zip, `?name=animals.zip` -> {"dataset"}: the import goes on in a process of its own."""
    owner = owner_of(request)
    name = display_name(request.query_params.get("name", ""))
    await run_in_threadpool(services.allowances.check_import, owner)
    target = await run_in_threadpool(services.new_incoming, owner, ".zip")
    limit = services.settings.limits.archive_bytes
    await receive_upload(request, target, limit=limit, owner=owner, allowances=services.allowances)
    dataset = await run_in_threadpool(services.import_upload, owner, target, name)
    return json_answer({"dataset": dataset})


def view(services: Services, request: Request) -> Response:
    shown = services.dataset_view(owner_of(request), request.path_params["dataset"])
    said = words_for(asked_language(request)).said
    failure = shown.get("failure")
    told = {name: said(text) for name, text in failure.items()} if failure else failure
    return json_answer({**shown, "failure": told})


async def begin_empty(services: Services, request: Request) -> Response:
    """POST {"name"} -> {"dataset"}: a set without pictures, to which they are added kind by kind."""
    owner = owner_of(request)
    asked = await receive_json(request, ASKED_BYTES)
    name = display_name(str(asked.get("name", "")))
    await run_in_threadpool(services.allowances.check_set, owner)
    return json_answer({"dataset": await run_in_threadpool(services.datasets(owner).create_empty, name)})


def stop(services: Services, request: Request) -> Response:
    """An import under way ends soon; nothing of it is kept."""
    services.datasets(owner_of(request)).stop(request.path_params["dataset"])
    return json_answer({"stopping": request.path_params["dataset"]})


async def rename(services: Services, request: Request) -> Response:
    """POST {"name"} -> {"name"}."""
    owner = owner_of(request)
    asked = await receive_json(request, ASKED_BYTES)
    name = display_name(str(asked.get("name", "")))
    await run_in_threadpool(services.datasets(owner).rename, request.path_params["dataset"], name)
    return json_answer({"name": name})


def delete(services: Services, request: Request) -> Response:
    services.delete_dataset(owner_of(request), request.path_params["dataset"])
    return json_answer({"deleted": request.path_params["dataset"]})


def thumbnail(services: Services, request: Request) -> Response:
    """A JPEG of `?size=160`; with `&view=network&part=l,t,r,b` a PNG of the square that a network of this size sees."""
    owner, asked = owner_of(request), request.query_params
    dataset, sha256 = request.path_params["dataset"], request.path_params["sha256"]
    text = asked.get("size", "160")
    size = int(text) if text.isdecimal() and len(text) < 5 else 0
    headers = {"cache-control": FOR_GOOD}
    if asked.get("view") == "network":
        seen = services.pictures(owner).network_view(dataset, sha256, size, _part(asked.get("part", "")))
        return Response(seen, media_type="image/png", headers=headers)
    path = services.thumbnail(owner, dataset, sha256, size)
    return FileResponse(path, media_type="image/jpeg", headers=headers)


def _part(text: str) -> tuple[float, float, float, float] | None:
    try:
        return part_of(text)
    except ValueError as error:
        raise DataError(f"'{text[:80]}' is no part of a picture; {error}.", "Reload the page.") from None
