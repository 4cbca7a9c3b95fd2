"""Receives an upload in somebody's name: it counts against what they may send, while it streams. Knows no route."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from tl_ui.allowances import Allowances
from tl_ui.receiving import receive_file


async def receive_upload(request: Request, target: Path, *, limit: int, owner: str, allowances: Allowances) -> int:
    """As receive_file; raises QuotaError, too, before the first byte or as soon as there are too many."""
    await run_in_threadpool(allowances.begin_upload, owner)
    try:
        return await receive_file(request, target, limit=limit, count=partial(allowances.count_upload, owner))
    finally:
        allowances.end_upload(owner)
