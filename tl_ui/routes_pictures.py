"""The routes of the pictures in a dataset: pages of classes and pictures, corrections, the split as a table.

Knows files only through Services.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tl_core.data.edits import DatasetEditor
from tl_core.errors import DataError
from tl_ui.answers import json_answer
from tl_ui.guard import asked_language
from tl_ui.owned_pictures import OwnedPictures
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import words_for

EDIT_BYTES = 32 * 2**20  # a correction names every picture that it is about
TABLE_BYTES = 512 * 2**20
MOST_PATHS = 200_000
LONGEST_TEXT = 4000


def picture_routes(services: Services) -> list[Route]:
    at = "/thaw/datasets/{dataset}"
    return routes_of(
        services,
        ("GET", f"{at}/classes", classes),
        ("GET", f"{at}/pictures", pictures),
        ("GET", f"{at}/left-out", left_out),
        ("GET", f"{at}/corrections", corrections),
        ("POST", f"{at}/correct", correct),
        ("GET", f"{at}/split.csv", split_table),
        ("POST", f"{at}/split", bring_split),
    )


def classes(services: Services, request: Request) -> Response:
    """`?from=0&count=48&q=fox` -> {"classes": [{"name", "images", "splits", "samples"}], "total", "largest"}."""
    album = _pictures(services, request).album(request.path_params["dataset"])
    page = album.classes(_number(request, "from"), _number(request, "count", 48), request.query_params.get("q", ""))
    return json_answer({**page.to_dict("classes"), "largest": album.largest_class})


def pictures(services: Services, request: Request) -> Response:
    """`?class=fox&from=0&count=120` -> {"pictures": [{"path", "sha256", "split", "width", "height"}], "total"}."""
    album = _pictures(services, request).album(request.path_params["dataset"])
    label = request.query_params.get("class", "")
    return json_answer(
        album.pictures(label, _number(request, "from"), _number(request, "count", 120)).to_dict("pictures")
    )


def left_out(services: Services, request: Request) -> Response:
    """`?from=0&count=120` -> {"pictures": [{"path", "sha256", "label", "why", ...}], "total"}; why in the language."""
    found = _pictures(services, request).left_out(
        request.path_params["dataset"], _number(request, "from"), _number(request, "count", 120)
    )
    said = words_for(asked_language(request)).said
    return json_answer({"pictures": [{**item, "why": said(item["why"])} for item in found.items], "total": found.total})


def corrections(services: Services, request: Request) -> Response:
    """-> {"history": [{"at", "sentence", "is_undone"}], "can_undo", "can_redo"}, in the page's language."""
    found = _pictures(services, request).corrections(request.path_params["dataset"])
    said = words_for(asked_language(request)).said
    told = [{**entry, "sentence": said(entry["sentence"])} for entry in found.history]
    return json_answer({"history": told, "can_undo": found.can_undo, "can_redo": found.can_redo})


async def correct(services: Services, request: Request) -> Response:
    """POST {"action", ...} with `paths` and `label`, `old` and `new`, or nothing -> {"images", "left_out"}."""
    owner = owner_of(request)
    asked = await receive_json(request, EDIT_BYTES)
    correction = correction_of(asked)
    pictures = services.pictures(owner)
    dataset = await run_in_threadpool(pictures.correct, request.path_params["dataset"], correction)
    return json_answer({"images": dataset.report.images, "left_out": len(dataset.left_out)})


def correction_of(asked: dict[str, Any]) -> Callable[[DatasetEditor], Any]:
    """What a request asks for; raises DataError where it is none of the known corrections."""
    paths = asked.get("paths", [])
    if not isinstance(paths, list) or len(paths) > MOST_PATHS or not all(isinstance(path, str) for path in paths):
        raise DataError(f"A correction names up to {MOST_PATHS:,} pictures by their paths.", "Choose fewer at a time.")
    label, old, new = (_text(asked, name) for name in ("label", "old", "new"))
    known: dict[str, Callable[[DatasetEditor], Any]] = {
        "relabel": lambda editor: editor.relabel(paths, label),
        "leave_out": lambda editor: editor.leave_out(paths, "chosen by hand"),
        "bring_back": lambda editor: editor.bring_back(paths),
        "rename_class": lambda editor: editor.rename_class(old, new),
        "undo": lambda editor: editor.undo(),
        "redo": lambda editor: editor.redo(),
    }
    action = _text(asked, "action")
    if action not in known:
        raise DataError(f"'{action[:40]}' is no correction.", "Reload the page.")
    return known[action]


async def split_table(services: Services, request: Request) -> Response:
    """The split in use, as a split.csv."""
    owner, dataset = owner_of(request), request.path_params["dataset"]
    table = await run_in_threadpool(services.new_incoming, owner, ".csv")
    await run_in_threadpool(services.pictures(owner).write_split, dataset, table)
    headers = {"content-disposition": 'attachment; filename="split.csv"', "cache-control": "no-store"}
    gone = BackgroundTask(table.unlink, missing_ok=True)
    return FileResponse(table, media_type="text/csv; charset=utf-8", headers=headers, background=gone)


async def bring_split(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a split.csv -> {"images"}."""
    owner, dataset = owner_of(request), request.path_params["dataset"]
    table = await run_in_threadpool(services.new_incoming, owner, ".csv")
    try:
        await receive_upload(request, table, limit=TABLE_BYTES, owner=owner, allowances=services.allowances)
        found = await run_in_threadpool(services.pictures(owner).bring_split, dataset, table)
    finally:
        table.unlink(missing_ok=True)
    return json_answer({"images": found.report.images})


def _pictures(services: Services, request: Request) -> OwnedPictures:
    return services.pictures(owner_of(request))


def _number(request: Request, name: str, otherwise: int = 0) -> int:
    text = request.query_params.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else otherwise


def _text(values: dict[str, Any], name: str) -> str:
    value = values.get(name, "")
    return value.strip()[:LONGEST_TEXT] if isinstance(value, str) else ""
