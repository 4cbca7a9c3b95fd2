"""Our own HTTP routes, all under /thaw: what a person owns never passes through Gradio's file route."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_ui.guard import NotFoundError, answered
from tl_ui.routes_answers import answer_routes
from tl_ui.routes_datasets import dataset_routes
from tl_ui.routes_drawer import drawer_routes
from tl_ui.routes_exports import export_routes
from tl_ui.routes_insights import insight_routes
from tl_ui.routes_mine import mine_routes
from tl_ui.routes_models import model_routes
from tl_ui.routes_networks import network_routes
from tl_ui.routes_pictures import picture_routes
from tl_ui.routes_queue import queue_routes
from tl_ui.routes_report import report_routes
from tl_ui.routes_runs import run_routes
from tl_ui.routes_staging import staging_routes
from tl_ui.routes_static import Assets, static_routes
from tl_ui.routes_tries import try_routes
from tl_ui.services import Services

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def thaw_routes(services: Services, assets: Assets) -> list[Route]:
    """Every route of ours; what is left under /thaw is answered here too, before Gradio would show its page."""
    rest = Route("/thaw/{rest:path}", answered(nothing_here), methods=METHODS)
    return [
        *dataset_routes(services),
        *staging_routes(services),
        *picture_routes(services),
        *network_routes(services),
        *run_routes(services),
        *answer_routes(services),
        *insight_routes(services),
        *export_routes(services),
        *queue_routes(services),
        *drawer_routes(services),
        *mine_routes(services),
        *try_routes(services),
        *model_routes(services),
        *report_routes(services),
        *static_routes(assets),
        rest,
    ]


def nothing_here(request: Request) -> Response:
    raise NotFoundError(f"There is nothing at '{request.url.path[:100]}'.", "Go back to Thaw's own page.")
