"""A person who has the page open: pictures brought, Train pressed, and how long the answer took.

The screen is its services with a real assistant in a workspace of its own, asked as the page asks them. Knows no table,
no goal and no file of results.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tl_core.config import RunConfig
from tl_core.jobs.assistant_address import Address, AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.reserve import IN_RESERVE
from tl_core.jobs.workspace import LOCAL_OWNER
from tl_ui.services import Services
from tl_ui.settings import Settings

POLL_SECONDS = 0.02
RESTING_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
GIVEN_UP = "waited ten minutes for {}"
CHOSEN: dict[str, Any] = {"preset": "instant"}
MODEL = "model_ready"


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds to the first model that can be tried, and to the end, where its result has been measured."""

    model: float
    end: float
    phases: dict[str, float]  # seconds from the run's first event to the first word of each


def note(times: dict[str, float], said: dict[str, Any], moment: float) -> None:
    name = f"{said['kind']} {said.get('name', '')}".strip()
    times.setdefault(name, moment)


def waited(times: dict[str, float]) -> Waited:
    """Few pictures are measured in folds: then the first model is there with its result."""
    phases = {name: round(moment - times["planned"], 3) for name, moment in times.items()}
    return Waited(round(times.get(MODEL, times["finished"]), 3), round(times["finished"], 3), phases)


@contextmanager
def served(workspace: Path) -> Iterator[Screen]:
    services = Services(Settings(workspace))
    try:
        yield Screen(services)
    finally:
        services.close()
        AssistantClient(services.workspace).end()
        until(lambda: Address.read(AssistantFiles(services.workspace.assistant).address) is None, "the assistant's end")


@dataclass(frozen=True, slots=True)
class Screen:
    services: Services

    def ready(self) -> None:
        """The page is open for a while: the assistant has loaded torch, and a worker waits in reserve."""
        self.services.assistant.call("warm")
        self.services.warm()
        until(self._has_warm_worker, "a worker in reserve")

    def _has_warm_worker(self) -> bool:
        """It has loaded what it loads: its processor time no longer rises."""
        address = Address.read(AssistantFiles(self.services.workspace.assistant).address)
        with suppress(psutil.Error):
            children = psutil.Process(address.identity.pid).children() if address else []
            waiting = [child for child in children if IN_RESERVE in child.cmdline()]
            before = [sum(child.cpu_times()[:2]) for child in waiting]
            time.sleep(RESTING_SECONDS)
            return bool(waiting) and before == [sum(child.cpu_times()[:2]) for child in waiting] and min(before) > 1.0
        return False

    def brought(self, folder: Path) -> str:
        """The folder's pictures as a dataset, once they are all there."""
        dataset = self.services.start_import(LOCAL_OWNER, str(folder), "clothes")
        until(lambda: self.services.dataset_view(LOCAL_OWNER, dataset)["state"] == "finished", "the import")
        return dataset

    def prepare(self, dataset: str) -> None:
        self.services.prepare(LOCAL_OWNER, dataset, CHOSEN)

    def prepared(self, dataset: str) -> None:
        until(lambda: self._is_prepared(dataset), "the preparation")

    def _is_prepared(self, dataset: str) -> bool:
        folder = self.services.datasets(LOCAL_OWNER).folder(dataset)
        settings = RunConfig.from_dict(CHOSEN).to_dict()
        said = self.services.assistant.call("prepare", dataset=folder, settings=settings)
        if said["state"] == "failed":
            raise RuntimeError(said["message"])
        return bool(said["state"] == "done")

    def add(self, dataset: str, folder: Path) -> None:
        """As many a kind as there are, kind by kind, as they are dropped on its card."""
        uploads = self.services.uploads(LOCAL_OWNER)
        for kind in sorted(folder.iterdir()):
            staged = uploads.begin()
            for picture in sorted(kind.iterdir()):
                path, _room = uploads.reserve(staged, picture.name)
                shutil.copy(picture, path)
                uploads.arrived(staged, path, picture.name)
            uploads.add(staged, dataset, kind.name)

    def trained(self, dataset: str, chosen: dict[str, Any], started: float) -> Waited:
        run = self.services.start_run(LOCAL_OWNER, dataset, RunConfig.from_dict(chosen))
        times: dict[str, float] = {}
        offset = 0

        def has_ended() -> bool:
            nonlocal offset
            news = self.services.run_news(LOCAL_OWNER, run, offset)
            offset = news.next_offset
            for said in news.records:
                note(times, said, time.perf_counter() - started)
            if news.state in ("failed", "lost"):
                raise RuntimeError(f"the run is {news.state}")
            return "finished" in times

        until(has_ended, "the run")
        return waited(times)


def until(claim: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        if time.monotonic() > deadline:
            raise TimeoutError(GIVEN_UP.format(what))
        time.sleep(POLL_SECONDS)
