"""The routes of exports: begin one, see how far it is, fetch the file. Knows files only through the owner's exports."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tl_core.jobs.exports import ExportView
from tl_ui.answers import json_answer
from tl_ui.guard import asked_language
from tl_ui.owned_exports import OwnedExports
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.routes_runs import attachment
from tl_ui.services import Services
from tl_ui.words import Words, words_for


def export_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("GET", "/thaw/runs/{run}/exports/{form}", view),
        ("POST", "/thaw/runs/{run}/exports/{form}", begin),
        ("GET", "/thaw/runs/{run}/exports/{form}/file", file),
    )


def view(services: Services, request: Request) -> Response:
    """`state` is "none", "working", "ready" or "failed"; the rest is that of `ExportView`, in the person's language."""
    found = exports_of(services, request).view(request.path_params["run"], request.path_params["form"])
    return json_answer(shown(found, words_for(asked_language(request))))


def begin(services: Services, request: Request) -> Response:
    """`?samples=no` leaves the sample pictures out of a bundle. Answers as `view`."""
    samples = request.query_params.get("samples", "yes") != "no"
    params = request.path_params
    found = exports_of(services, request).begin(params["run"], params["form"], samples=samples)
    return json_answer(shown(found, words_for(asked_language(request))))


def file(services: Services, request: Request) -> Response:
    run = request.path_params["run"]
    path = exports_of(services, request).file(run, request.path_params["form"])
    name = attachment(services.run_name(owner_of(request), run), run).replace(".zip", path.suffix)
    headers = {"cache-control": "no-store", "content-disposition": name}
    return FileResponse(path, media_type="application/octet-stream", headers=headers)


def exports_of(services: Services, request: Request) -> OwnedExports:
    return OwnedExports(services.runs(owner_of(request)))


def shown(found: ExportView, words: Words) -> dict[str, Any]:
    """Without the file's place, which is nobody's business."""
    return {
        "state": found.state,
        "phase": found.phase,
        "bytes": found.size,
        "pictures": found.pictures,
        "largest": found.largest,
        "notes": [words.said(note) for note in found.notes],
        "message": words.said(found.message),
        "hint": words.said(found.hint),
    }
