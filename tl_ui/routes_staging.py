"""The routes of what comes in several files: parts of a large folder, several zips, photos for a class.

A set is opened, its files come one by one, and then it is imported, added to a dataset, or dropped.
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.answers import json_answer
from tl_ui.display_names import display_name, file_name
from tl_ui.guard import asked_language
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import words_for

ASKED_BYTES = 2**16


def staging_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("POST", "/thaw/staging", begin),
        ("POST", "/thaw/staging/{staged}/file", take_file),
        ("POST", "/thaw/staging/{staged}/import", import_staged),
        ("POST", "/thaw/staging/{staged}/add", add_staged),
        ("GET", "/thaw/datasets/{dataset}/adding/{job}", adding),
        ("POST", "/thaw/datasets/{dataset}/adding/{job}/stop", stop_adding),
        ("POST", "/thaw/staging/{staged}/drop", drop),
    )


def begin(services: Services, request: Request) -> Response:
    """POST -> {"staged"}."""
    return json_answer({"staged": services.uploads(owner_of(request)).begin()})


async def take_file(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a file, `?name=fox.jpg` -> {"files"}: how many there are now."""
    owner, staged = owner_of(request), request.path_params["staged"]
    uploads = services.uploads(owner)
    name = file_name(request.query_params.get("name", ""))
    target, room = uploads.reserve(staged, name)
    await receive_upload(request, target, limit=room, owner=owner, allowances=services.allowances)
    return json_answer({"files": uploads.arrived(staged, target, name)})


async def import_staged(services: Services, request: Request) -> Response:
    """POST {"name"} -> {"dataset"}: the files are zips, read into one dataset in a process of its own."""
    uploads = services.uploads(owner_of(request))
    asked = await receive_json(request, ASKED_BYTES)
    name = display_name(str(asked.get("name", "")))
    dataset = await run_in_threadpool(uploads.start_import, request.path_params["staged"], name)
    return json_answer({"dataset": dataset})


async def add_staged(services: Services, request: Request) -> Response:
    """POST {"dataset", "label"} -> {"added", "skipped": [{"path", "reason"}]}: the files are pictures of one class.

    For many of them -> {"job"}, whose answer comes from `adding`.
    """
    uploads = services.uploads(owner_of(request))
    asked = await receive_json(request, ASKED_BYTES)
    dataset, label = str(asked.get("dataset", "")), str(asked.get("label", ""))
    added = await run_in_threadpool(uploads.add, request.path_params["staged"], dataset, label)
    return json_answer(_told(added, request))


def adding(services: Services, request: Request) -> Response:
    """-> {"ended", "phase"}, and at the end {"added", "num_skipped", "skipped", "stopped"}."""
    asked = request.path_params
    return json_answer(_told(services.additions(owner_of(request)).view(asked["dataset"], asked["job"]), request))


def stop_adding(services: Services, request: Request) -> Response:
    asked = request.path_params
    services.additions(owner_of(request)).stop(asked["dataset"], asked["job"])
    return json_answer({"stopping": asked["job"]})


def drop(services: Services, request: Request) -> Response:
    services.uploads(owner_of(request)).drop(request.path_params["staged"])
    return json_answer({"dropped": request.path_params["staged"]})


def _told(added: dict[str, Any], request: Request) -> dict[str, Any]:
    """The reasons in the page's language."""
    said = words_for(asked_language(request)).said
    if "skipped" not in added:
        return added
    return {**added, "skipped": [{**item, "reason": said(item["reason"])} for item in added["skipped"]]}
