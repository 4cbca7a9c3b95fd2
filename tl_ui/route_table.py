"""Routes written as a table of method, address and who answers; every answer passes the guard. Knows no route."""

from __future__ import annotations

from starlette.routing import Route

from tl_ui.guard import Endpoint, answered
from tl_ui.services import Services

Row = tuple[str, str, Endpoint]


def routes_of(services: Services, *rows: Row) -> list[Route]:
    """Each endpoint gets the services, then the request."""
    return [Route(address, answered(endpoint, services), methods=[method]) for method, address, endpoint in rows]
