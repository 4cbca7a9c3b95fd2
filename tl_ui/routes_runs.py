"""The routes of runs: the journal's new records, stop, try, download. Knows files only through Services."""

from __future__ import annotations

import re
import time
import unicodedata
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tl_core.errors import ConfigError
from tl_ui.answers import json_answer
from tl_ui.guard import asked_language
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.uploading import receive_upload
from tl_ui.words import Words, words_for


def run_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("GET", "/thaw/runs/{run}/view", view),
        ("POST", "/thaw/runs/{run}/stop", stop),
        ("POST", "/thaw/runs/{run}/pause", pause),
        ("POST", "/thaw/runs/{run}/try", try_picture),
        ("GET", "/thaw/runs/{run}/bundle.zip", bundle),
    )


def view(services: Services, request: Request) -> Response:
    """`?from=OFFSET` (bytes of the journal that the page has) -> {"records", "next", "state", "more", "wait", "loss",
    "silent", "needs", "paused"}.

    `wait` is {"before", "seconds"} of a run in the queue, `loss` {"message", "hint"} of a lost one, else null; `silent`
    the seconds that one which hangs is silent, else null; `needs` the bytes that the disk lacks, or 0. Where there is
    more, the page has not seen the end yet, whatever the run's state: it is told "running".
    """
    text = request.query_params.get("from", "0")
    if not re.fullmatch(r"\d{1,15}", text, flags=re.ASCII):
        raise ConfigError(f"from is '{text[:40]}', which is no offset.", "Use the 'next' of the answer before.")
    news = services.run_news(owner_of(request), request.path_params["run"], int(text))
    words = words_for(asked_language(request))
    shown = {
        "records": [in_words(record, words) for record in news.records],
        "next": news.next_offset,
        "state": "running" if news.has_more else news.state,
        "more": news.has_more,
        "wait": None if news.wait is None else asdict(news.wait),
        "loss": None if news.loss is None else in_words(asdict(news.loss), words),
        "silent": news.silent_seconds,
        "needs": news.needs_bytes,
        "paused": news.is_paused,
    }
    return json_answer(shown)


def in_words(record: dict[str, Any], words: Words) -> dict[str, Any]:
    """A journal's record with its sentences (a plan's reasons, a message, a hint) in the language of `words`."""
    said: dict[str, Any] = {
        name: words.said(record[name]) for name in ("message", "hint") if isinstance(record.get(name), str)
    }
    plan = record.get("plan")
    if isinstance(plan, dict) and isinstance(plan.get("reasons"), dict):
        reasons = {name: words.said(str(why)) for name, why in plan["reasons"].items()}
        said["plan"] = {**plan, "reasons": reasons}
    return {**record, **said}


def stop(services: Services, request: Request) -> Response:
    services.runs(owner_of(request)).stop(request.path_params["run"])
    return json_answer({"stopping": request.path_params["run"]})


def pause(services: Services, request: Request) -> Response:
    """As stop, and the run says that it will go on."""
    run = request.path_params["run"]
    services.runs(owner_of(request)).pause(run)
    return json_answer({"pausing": run})


async def try_picture(services: Services, request: Request) -> Response:
    """POST, the raw bytes of a picture -> {"answers": [{"class", "probability"}], "class", "sure", "seconds"}, the best
    first.
    """
    owner, run = owner_of(request), request.path_params["run"]
    started = time.monotonic()
    await run_in_threadpool(services.runs(owner).model, run)
    picture = await run_in_threadpool(services.new_incoming, owner, ".picture")
    try:
        limit = services.settings.limits.file_bytes
        await receive_upload(request, picture, limit=limit, owner=owner, allowances=services.allowances)
        found = await run_in_threadpool(services.try_picture, owner, run, picture)
    finally:
        picture.unlink(missing_ok=True)
    return json_answer({**found, "seconds": time.monotonic() - started})


def bundle(services: Services, request: Request) -> Response:
    owner, run = owner_of(request), request.path_params["run"]
    path = services.bundle(owner, run)
    name = services.run_name(owner, run)
    headers = {"cache-control": "no-store", "content-disposition": attachment(name, run)}
    return FileResponse(path, media_type="application/zip", headers=headers)


def file_name(name: str, run: str) -> str:
    """A file name of letters, digits and hyphens, whatever the run is called; without any, the run's identifier."""
    letters = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", name).lower())[:60].strip("-")
    return f"thaw-{letters or run[:8]}.zip"


def attachment(name: str, run: str) -> str:
    """A content-disposition. Browsers take the second name, which may be Chinese; older programs the first."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{file_name(ascii_only, run)}\"; filename*=UTF-8''{quote(file_name(name, run))}"
