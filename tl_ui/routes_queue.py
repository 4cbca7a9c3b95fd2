"""The routes by which runs are cancelled, gone on with, ended by force, deleted. Knows them only through Services."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tl_core.errors import ConfigError
from tl_core.training.extending import Asked
from tl_ui.answers import json_answer
from tl_ui.owned_runs import OwnedRuns
from tl_ui.owner import owner_of
from tl_ui.route_table import routes_of
from tl_ui.services import Services


def queue_routes(services: Services) -> list[Route]:
    return routes_of(
        services,
        ("POST", "/thaw/runs/{run}/cancel", cancel),
        ("POST", "/thaw/runs/{run}/resume", resume),
        ("POST", "/thaw/runs/{run}/force", force),
        ("POST", "/thaw/runs/{run}/stacks", stacks),
        ("POST", "/thaw/runs/{run}/delete", delete),
    )


def cancel(services: Services, request: Request) -> Response:
    """Where its turn came meanwhile, it is stopped."""
    runs, run = _asked(services, request)
    runs.stop(run)
    return json_answer({"cancelled": run})


def resume(services: Services, request: Request) -> Response:
    runs, run = _asked(services, request)
    services.allowances.check_run(owner_of(request))
    runs.resume(run, Asked(more=_number(request, "more"), from_epoch=_number(request, "from_epoch")))
    return json_answer({"resuming": run})


def force(services: Services, request: Request) -> Response:
    runs, run = _asked(services, request)
    runs.force(run)
    return json_answer({"forced": run})


def stacks(services: Services, request: Request) -> Response:
    """What it prints stands in the run's log a moment later."""
    runs, run = _asked(services, request)
    runs.show_stacks(run)
    return json_answer({"asked": run})


def delete(services: Services, request: Request) -> Response:
    """{"deleted", "bytes"}: how many are free now."""
    runs, run = _asked(services, request)
    return json_answer({"deleted": run, "bytes": runs.delete(run)})


def _asked(services: Services, request: Request) -> tuple[OwnedRuns, str]:
    return services.runs(owner_of(request)), request.path_params["run"]


def _number(request: Request, name: str) -> int | None:
    """A whole number of the address; None where it is left out."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 9):
        raise ConfigError(f"{name} is '{text}', which is no whole number.")
    return int(text)
