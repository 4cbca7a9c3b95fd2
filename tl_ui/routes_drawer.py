"""The routes of the drawer of runs: the list, a name and a note, what deleting frees, the command, side by side.

Knows files only through Services.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_core.jobs.rundir import Label
from tl_ui.answers import json_answer
from tl_ui.display_names import one_line, several_lines
from tl_ui.guard import asked_language
from tl_ui.owner import owner_of
from tl_ui.present_runs import called, drawer_rows
from tl_ui.present_side_by_side import side_by_side
from tl_ui.receiving import receive_json
from tl_ui.route_table import routes_of
from tl_ui.services import Services
from tl_ui.side_by_side import members
from tl_ui.typed_command import command_of, script_command_of
from tl_ui.words import Words, words_for

ASKED_BYTES = 2**16


def drawer_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("GET", "/thaw/runs", listed),
        ("GET", "/thaw/runs/{run}/against", against),
        ("GET", "/thaw/runs/{run}/about", about),
        ("GET", "/thaw/runs/{run}/ways-on", ways_on),
        ("POST", "/thaw/runs/{run}/label", label),
    )


def listed(services: Services, request: Request) -> Response:
    """{"runs"}: a line each, the newest first."""
    owner = owner_of(request)
    rows = drawer_rows(_words(request), services.list_runs(owner), _pictures(services, owner))
    return json_answer({"runs": rows})


def against(services: Services, request: Request) -> Response:
    """`?with=RUN&with=RUN` -> the run and the others side by side; see `present_side_by_side`."""
    owner = owner_of(request)
    runs = services.runs(owner)
    chosen = [runs.run(run) for run in (request.path_params["run"], *request.query_params.getlist("with"))]
    pictures = _pictures(services, owner)
    names = called(services.list_runs(owner), pictures)
    return json_answer(side_by_side(_words(request), members(chosen), names, pictures))


def about(services: Services, request: Request) -> Response:
    """{"bytes", "command", "has_pictures", "script"}: what deleting it frees, and the lines that train the same."""
    runs, run = services.runs(owner_of(request)), request.path_params["run"]
    found, settings = runs.run(run), services.settings
    command, has_pictures = command_of(found, settings)
    told = {"command": command, "has_pictures": has_pictures, "script": script_command_of(found, settings)}
    return json_answer({"bytes": runs.bytes_of(run), **told})


def ways_on(services: Services, request: Request) -> Response:
    """{"resume", "anew", "more", "epochs", "why"}: whether it can go on, have more epochs, after which; why not."""
    ways = services.runs(owner_of(request)).ways_on(request.path_params["run"])
    words, obstacle = _words(request), ways.obstacle
    why = words.sentences(words.said(obstacle.message), words.said(obstacle.hint)) if obstacle else ""
    told = {"resume": ways.can_resume, "anew": ways.is_anew, "more": ways.can_extend, "epochs": list(ways.epochs)}
    return json_answer({**told, "why": why})


async def label(services: Services, request: Request) -> Response:
    """POST {"name", "note"} -> the same, as they are kept."""
    runs, run = services.runs(owner_of(request)), request.path_params["run"]
    asked = await receive_json(request, ASKED_BYTES)
    wanted = Label(name=one_line(str(asked.get("name", ""))), note=several_lines(str(asked.get("note", ""))))
    await run_in_threadpool(runs.rename, run, wanted)
    kept = runs.run(run).label
    return json_answer({"name": kept.name, "note": kept.note})


def _words(request: Request) -> Words:
    return words_for(asked_language(request))


def _pictures(services: Services, owner: str) -> dict[str, str]:
    return {row.id: row.name for row in services.list_datasets(owner)}
