"""A hosted server with two people: Anna has one of everything, Ben has nothing. No Gradio, no torch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from tests.ui.conftest import HOST, FakeAssistant, animals_zip, finished_view, give_model, picture, staged
from tl_core.config import RunConfig
from tl_core.events import Stopped
from tl_core.jobs.add_requests import create_add
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import JobDir, create_run
from tl_core.jobs.tries import create_try
from tl_core.jobs.workspace import Person
from tl_ui.owned_models import BROUGHT, MODELS_FOLDER
from tl_ui.quotas import Quotas
from tl_ui.server import routes_app
from tl_ui.services import Services
from tl_ui.settings import Settings

SECRET_NAME = "annas foxes"
STOPPED = Stopped(epochs=0, seconds=0.0, result={})


class Answering(FakeAssistant):
    """Knows an answer to everything that a route asks."""

    def call(self, op: str, **arguments: Any) -> Any:
        if op == "predict":
            return super().call(op, **arguments)
        told: dict[str, Any] = {"state": "waiting", "message": "", "hint": "", "reason": "", "stages": [], "points": []}
        return {**told, "networks": [], "maps": [], "pictures": [], "done": 0, "total": 0, "suggestion": None}

    def hand(self, folder: Path) -> None:
        """No worker is started for a run of these tests."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """Of one person, by the names that addresses give them."""

    owner: str
    folder: Path
    ids: dict[str, str]

    def address(self, path: str) -> str:
        for name, value in self.ids.items():
            path = path.replace("{" + name + "}", value)
        return path


@dataclass(frozen=True, slots=True)
class Town:
    services: Services
    app: Any
    anna: TestClient
    ben: TestClient
    annas: Belongings


def hosted(workspace: Path, **quotas: int) -> Settings:
    return Settings(workspace, host="0.0.0.0", shared=True, quotas=Quotas(**quotas))


def visitor(app: Any) -> TestClient:
    client = TestClient(app, base_url=HOST)
    client.get("/")  # a page that is not there here: the edge gives the cookie all the same
    return client


def build_town(workspace: Path) -> Town:
    settings = hosted(workspace)
    services = Services(settings, Answering())
    app = routes_app(settings, services)
    anna, ben = visitor(app), visitor(app)
    return Town(services, app, anna, ben, furnished(services, anna))


def furnished(services: Services, client: TestClient) -> Belongings:
    """One of everything, brought through the routes where they bring it."""
    dataset = client.post(f"/thaw/upload?name={SECRET_NAME}.zip", content=animals_zip()).json()["dataset"]
    assert finished_view(client, dataset)["state"] == "finished"
    (folder,) = (services.workspace.root / "people").iterdir()
    sha256 = client.get(f"/thaw/datasets/{dataset}/pictures?class=fox").json()["pictures"][0]["sha256"]
    run = create_run(folder / "runs", RunConfig(name=SECRET_NAME), folder / "datasets" / dataset)
    with JournalWriter(run.journal) as journal:
        journal.append(STOPPED)
    give_model(run)
    (run.path / "bundle.zip").write_bytes(SECRET_NAME.encode())
    waiting = staged(client, ("fox.png", picture()))
    job = create_add(folder / "datasets" / dataset, label="fox", files=[("fox.png", folder / "incoming" / "none")])
    with JournalWriter(JobDir(job).journal) as journal:
        journal.append(STOPPED)
    weights = folder / "weights" / ("w" * 26)
    weights.mkdir(parents=True)
    (weights / f"{SECRET_NAME}.safetensors").write_bytes(b"weights")
    tried = create_try(Person(folder.name, folder), run.path, [], limits="hosted")
    with JournalWriter(JobDir(tried).journal) as journal:
        journal.append(STOPPED)
    model = folder / MODELS_FOLDER / ("m" * 26)
    model.mkdir(parents=True)
    (model / BROUGHT).write_text("{}")
    ids = {"dataset": dataset, "run": run.id, "staged": waiting, "job": job.name, "sha256": sha256}
    more = {"weights": weights.name, "tried": tried.name, "model": model.name, "form": "bundle"}
    return Belongings(folder.name, folder, {**ids, **more})


def tree(folder: Path) -> dict[str, str]:
    """Every file that somebody has, by its content; what reading makes, and a worker's last words, are left out."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".lock", ".log")]
    kept = [path for path in files if not {"cache", "thumbs"} & set(path.relative_to(folder).parts)]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in kept}
