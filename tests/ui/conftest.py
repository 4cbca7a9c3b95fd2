"""The edge and our own routes over a workspace of their own; no Gradio and no torch in these tests' process."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.jobs.jobs_for_tests import wait_until
from tl_core.config import RunConfig
from tl_core.errors import DataError
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.platform import Lock
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

HOST = "http://127.0.0.1:7860"


class FakeAssistant:
    """Answers `predict` with the picture's size; keeps what it saw."""

    def __init__(self) -> None:
        self.pictures: list[bytes] = []
        self.prepared: list[tuple[Path, dict[str, Any]]] = []
        self.has_left = False

    def call(self, op: str, **arguments: Any) -> Any:
        assert op == "predict"
        content = Path(arguments["picture"]).read_bytes()
        self.pictures.append(content)
        if not content.startswith(b"\x89PNG"):
            raise DataError(
                f"'{arguments['picture'].name}' cannot be used. It is no picture.", "Choose another picture."
            )
        return {"scores": {"cat": 0.25, "dog": 0.75}}

    def warm(self, *, model: Path | None = None) -> None:
        raise AssertionError("nothing here warms it")

    def prepare(self, dataset: Path, settings: dict[str, Any]) -> None:
        self.prepared.append((dataset, settings))

    def hand(self, folder: Path) -> None:
        """Nobody waits in reserve here."""

    def leave(self) -> None:
        self.has_left = True


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tmp_path / "workspace")


@pytest.fixture
def shared(settings: Settings) -> Settings:
    return replace(settings, host="0.0.0.0", shared=True)


@pytest.fixture
def assistant() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
def services(settings: Settings, assistant: FakeAssistant) -> Services:
    return Services(settings, assistant)


@pytest.fixture
def client(settings: Settings, services: Services) -> Iterator[TestClient]:
    with TestClient(routes_app(settings, services), base_url=HOST) as client:
        yield client


def picture(colour: str = "red", size: int = 24) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(content, "PNG")
    return content.getvalue()


def animals_zip() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for kind, colours in {"fox": ("red", "orange"), "frog": ("green", "lime")}.items():
            for number, colour in enumerate(colours):
                archive.writestr(f"animals/{kind}/{number}.png", picture(colour))
        archive.writestr("animals/fox/broken.png", b"not a picture")
    return content.getvalue()


def new_run(services: Services, owner: str = "me", name: str = "", *, events: tuple[Any, ...] = ()) -> RunDir:
    """A run's folder with a journal, as a worker leaves it; nothing is started."""
    person = services.workspace.person(owner)
    run = create_run(person.runs, RunConfig(name=name), person.datasets / ("a" * 26))
    with JournalWriter(run.journal) as journal:
        for event in events:
            journal.append(event)
    return run


def give_model(run: RunDir) -> Path:
    run.model.mkdir()
    (run.model / "config.json").write_text(json.dumps({}))
    return run.model


@pytest.fixture
def busy_run(services: Services) -> Iterator[Callable[[Path], RunDir]]:
    """Makes a run named 'foxes' on a dataset, and holds its lock as a living worker does."""
    locks: list[Lock] = []

    def make(dataset_folder: Path) -> RunDir:
        run = create_run(services.workspace.person("me").runs, RunConfig(name="foxes"), dataset_folder)
        locks.append(Lock(run.lock))
        assert locks[-1].acquire()
        return run

    yield make
    for lock in locks:
        lock.release()


def incoming(settings: Settings, owner: str = "me") -> list[Path]:
    return list((settings.workspace / "people" / owner / "incoming").glob("*"))


def finished_view(client: TestClient, dataset: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        view = client.get(f"/thaw/datasets/{dataset}/view").json()
        return None if view["state"] in ("starting", "running") else view

    return wait_until(ended)


def staged(client: TestClient, *files: tuple[str, bytes]) -> str:
    name = str(client.post("/thaw/staging").json()["staged"])
    for count, (file, content) in enumerate(files, 1):
        answer = client.post(f"/thaw/staging/{name}/file", params={"name": file}, content=content)
        assert answer.json() == {"files": count}
    return name
