"""The route of a run's report. Knows files only through Services."""

from __future__ import annotations

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.guard import asked_language
from tl_ui.owner import owner_of
from tl_ui.present_report import report_page
from tl_ui.report_facts import report_of
from tl_ui.route_table import routes_of
from tl_ui.routes_runs import attachment
from tl_ui.services import Services
from tl_ui.words import words_for

STYLE = Path(__file__).resolve().parent.parent / "assets" / "report.css"
THUMBNAIL = 160


def report_routes(services: Services) -> list[Route]:
    return routes_of(services, ("GET", "/thaw/runs/{run}/report.html", report))


def report(services: Services, request: Request) -> Response:
    """One page as a file; with `?pictures=1` the person agrees that small pictures of mistakes go into it."""
    owner = owner_of(request)
    run = services.runs(owner).run(request.path_params["run"])
    with_pictures = request.query_params.get("pictures") == "1"
    datasets = services.datasets(owner)

    def thumbnail(dataset: str, content: str) -> Path:
        return datasets.thumbnail(dataset, content, THUMBNAIL)

    found = report_of(run, thumbnail if with_pictures else None)
    page = report_page(found, words_for(asked_language(request)), STYLE.read_text(encoding="utf-8"))
    content = page.encode("utf-8", "replace")  # a class may be called by half a letter
    name = re.sub(r"\.zip\b", "-report.html", attachment(found.name, run.id))
    headers = {"cache-control": "no-store", "content-disposition": name}
    return Response(content, media_type="text/html; charset=utf-8", headers=headers)
