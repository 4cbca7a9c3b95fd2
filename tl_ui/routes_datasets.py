"""The routes of datasets: upload, progress and report, thumbnails, delete. Knows files only through Services."""

from __future__ import annotations

import re
import unicodedata

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tl_ui.answers import json_answer
from tl_ui.guard import answered, asked_language
from tl_ui.owner import owner_of
from tl_ui.receiving import receive_file
from tl_ui.services import Services
from tl_ui.words import words_for

LONGEST_NAME = 80
FOR_GOOD = "private, max-age=31536000, immutable"  # the address holds the picture's hash


def dataset_routes(services: Services) -> list[Route]:
    return [
        Route("/thaw/upload", answered(upload, services), methods=["POST"]),
        Route("/thaw/datasets/{dataset}/view", answered(view, services), methods=["GET"]),
        Route("/thaw/datasets/{dataset}/delete", answered(delete, services), methods=["POST"]),
        Route("/thaw/datasets/{dataset}/thumb/{sha256}.jpg", answered(thumbnail, services), methods=["GET"]),
    ]


async def upload(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a zip, `?name=animals.zip` -> {"dataset"}: the import goes on in a process of its own."""
    owner = owner_of(request)
    name = display_name(request.query_params.get("name", ""))
    target = await run_in_threadpool(services.new_incoming, owner, ".zip")
    await receive_file(request, target, limit=services.settings.limits.archive_bytes)
    dataset = await run_in_threadpool(services.import_upload, owner, target, name)
    return json_answer({"dataset": dataset})


def view(services: Services, request: Request) -> Response:
    shown = services.dataset_view(owner_of(request), request.path_params["dataset"])
    said = words_for(asked_language(request)).said
    failure = shown.get("failure")
    told = {name: said(text) for name, text in failure.items()} if failure else failure
    return json_answer({**shown, "failure": told})


def delete(services: Services, request: Request) -> Response:
    services.delete_dataset(owner_of(request), request.path_params["dataset"])
    return json_answer({"deleted": request.path_params["dataset"]})


def thumbnail(services: Services, request: Request) -> Response:
    parameters = request.path_params
    text = request.query_params.get("size", "160")
    size = int(text) if text.isdecimal() and len(text) < 5 else 0
    path = services.thumbnail(owner_of(request), parameters["dataset"], parameters["sha256"], size)
    return FileResponse(path, media_type="image/jpeg", headers={"cache-control": FOR_GOOD})


def display_name(text: str) -> str:
    """What a browser calls a file, made fit to be shown: one line, no folders, no direction marks, no ending."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    # categories C*: control, format (right-to-left marks), surrogate, private use
    clean = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in last)
    words = re.sub(r"\s+", " ", re.sub(r"\.zip$", "", clean, flags=re.IGNORECASE)).strip()
    return words[:LONGEST_NAME].strip() or "pictures"
