"""Twenty people who upload at once leave room for everybody else, and the one too many is told so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.hosted.town import Answering, hosted
from tests.ui.conftest import HOST
from tl_ui.server import routes_app
from tl_ui.services import Services

PEOPLE = 20
ACTIONS = (
    ("GET", "/thaw/mine"), ("GET", "/thaw/networks"), ("GET", "/thaw/assets/logo.svg"), ("POST", "/thaw/staging"),
    ("POST", "/thaw/datasets"),
)  # fmt: skip


class Uploader:
    """Sends half of a file, waits to be told, and sends the rest."""

    def __init__(self, app: Any, going_on: asyncio.Event) -> None:
        transport = httpx.ASGITransport(app=app)
        self.client = httpx.AsyncClient(transport=transport, base_url=HOST)
        self.is_half_sent = asyncio.Event()
        self._going_on = going_on

    async def content(self) -> AsyncIterator[bytes]:
        yield b"x" * 100_000
        self.is_half_sent.set()
        await self._going_on.wait()
        yield b"y" * 100_000

    async def upload(self) -> httpx.Response:
        await self.client.get("/")
        staged = (await self.client.post("/thaw/staging")).json()["staged"]
        return await self.client.post(f"/thaw/staging/{staged}/file?name=fox.png", content=self.content())


async def crowded(app: Any) -> tuple[list[httpx.Response], list[httpx.Response], httpx.Response, int]:
    """What the uploads said, other actions meanwhile, and one upload too many; and how many were done then."""
    going_on = asyncio.Event()
    people = [Uploader(app, going_on) for _ in range(PEOPLE)]
    uploads = [asyncio.create_task(person.upload()) for person in people]
    for person in people:
        await person.is_half_sent.wait()
    beside = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOST)
    await beside.get("/")
    answers = [await beside.request(method, path, json={}) for _ in range(10) for method, path in ACTIONS]
    too_many = await Uploader(app, going_on).upload()
    done = sum(upload.done() for upload in uploads)
    going_on.set()
    return await asyncio.gather(*uploads), answers, too_many, done


@pytest.fixture
def told(tmp_path: Path) -> tuple[list[httpx.Response], list[httpx.Response], httpx.Response, int]:
    settings = hosted(tmp_path / "workspace", all_uploads_at_once=PEOPLE)
    services = Services(settings, Answering())
    return asyncio.run(crowded(routes_app(settings, services)))


def test_every_other_action_is_answered_while_twenty_uploads_are_under_way(
    told: tuple[list[httpx.Response], list[httpx.Response], httpx.Response, int],
) -> None:
    uploads, answers, too_many, done = told
    assert done == 0  # all of them were still sending when the others had been answered
    statuses = [answer.status_code for answer in answers]
    assert len(statuses) == 50
    assert set(statuses) == {200}
    assert too_many.status_code == 429
    assert too_many.json()["message"] == f"{PEOPLE} uploads are under way on this demo."
    assert [upload.json() for upload in uploads] == [{"files": 1}] * PEOPLE
