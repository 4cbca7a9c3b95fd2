"""How long a person waits for the first model: on the screen and by the command line, first and again.

`python -m benchmarks.first_model [--pictures N]` prints a table and writes benchmarks/results/
first_model.json. The screen is its services with a real assistant in a workspace of its own, asked as the page asks
them; the command line is processes. Pictures are JPEG of 350 pixels made from Fashion-MNIST (see fashion_mnist.py).
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from benchmarks.fashion_mnist import CLASSES, SOURCE, read_idx
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.config import RunConfig
from tl_core.jobs.assistant_address import Address, AssistantFiles
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.reserve import IN_RESERVE
from tl_core.jobs.workspace import LOCAL_OWNER
from tl_ui.services import Services
from tl_ui.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
SIDE = 350
ADDED = 20
POLL_SECONDS = 0.02
RESTING_SECONDS = 1.0
PATIENCE_SECONDS = 600.0
GIVEN_UP = "waited ten minutes for {}"
CHOSEN: dict[str, Any] = {"preset": "instant"}
OTHER_HEAD: dict[str, Any] = {"preset": "instant", "validation_share": 0.25}
MODEL = "model_ready"


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds to the first model that can be tried, and to the end, where its result has been measured."""

    model: float
    end: float
    phases: dict[str, float]  # seconds from the run's first event to the first word of each


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000)
    parser.add_argument("--source", type=Path, default=SOURCE)
    parser.add_argument("--out", type=Path, default=RESULTS / "first_model.json")
    arguments = parser.parse_args(words)
    if not arguments.source.is_dir():
        print(f"'{arguments.source}' is no folder. On Debian: sudo apt install dataset-fashion-mnist", file=sys.stderr)
        return 2
    found: dict[str, Waited] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_pictures(folder / "pictures", arguments.source, 0, arguments.pictures)
        write_pictures(folder / "more", arguments.source, arguments.pictures, ADDED, kinds=1)
        machine = limits()
        for name, waited in itertools.chain(by_the_command_line(folder), on_the_screen(folder)):
            found[name] = waited
            print(f"{name}: {waited.model:.2f} s to the model, {waited.end:.2f} s to the end", flush=True)
    goals = goals_of(found)
    print(machine.words())
    rows = [(name, f"{one.model:.2f} s", f"{one.end:.2f} s") for name, one in found.items()]
    print(table(("", "first model", "end"), rows))
    print("\n".join(goal.words() for goal in goals))
    seconds = {name: {"model": one.model, "end": one.end, "phases": one.phases} for name, one in found.items()}
    record(arguments.out, as_record(machine), {"pictures": arguments.pictures, "seconds": seconds}, goals)
    return 0


def goals_of(found: dict[str, Waited]) -> list[Goal]:
    wanted = (
        (SCREEN_FIRST, 8.0), (LINE_FIRST, 12.0), (SCREEN_AGAIN, 1.0), (LINE_AGAIN, 5.0), (SCREEN_ADDED, 2.0),
    )  # fmt: skip
    return [
        Goal(f"First model, {name}", f"{seconds:g} s", f"{found[name].model:.2f} s", found[name].model <= seconds)
        for name, seconds in wanted
        if name in found
    ]


SCREEN_FIRST = "on the screen, from the last picture's arrival"
SCREEN_PREPARED = "on the screen, pressed once all is prepared"
SCREEN_AGAIN = "on the screen, again with another head setting"
SCREEN_ADDED = f"on the screen, after adding {ADDED} pictures"
LINE_FIRST = "by the command line, Python's start included"
LINE_AGAIN = "by the command line, again with another head setting"


def write_pictures(folder: Path, source: Path, skipped: int, count: int, kinds: int = len(CLASSES)) -> None:
    """Leaves out as many of each kind as the first `skipped` of all kinds hold."""
    pictures = read_idx(source / "train-images-idx3-ubyte.gz")  # (pictures, 28, 28)
    labels = read_idx(source / "train-labels-idx1-ubyte.gz")  # (pictures,)
    for label, name in enumerate(CLASSES[:kinds]):
        (folder / name).mkdir(parents=True)
        first, each = skipped // len(CLASSES), count // kinds
        for position in np.flatnonzero(labels == label)[first : first + each]:
            picture = Image.fromarray(pictures[position]).convert("RGB").resize((SIDE, SIDE), Image.Resampling.BICUBIC)
            picture.save(folder / name / f"{position:05d}.jpg", quality=90)


def by_the_command_line(folder: Path) -> Iterator[tuple[str, Waited]]:
    workspace = folder / "line"
    yield LINE_FIRST, commanded(workspace, folder / "pictures")
    yield LINE_AGAIN, commanded(workspace, folder / "pictures", "--set", "validation_share=0.25")


def commanded(workspace: Path, pictures: Path, *words: str) -> Waited:
    """A whole command; its records are timed as they come out of it."""
    command = [sys.executable, "-m", "tl_core", "train", str(pictures), "--workspace", str(workspace), "--json"]
    started = time.perf_counter()
    times: dict[str, float] = {}
    whole = [*command, "--preset", "instant", *words]
    with subprocess.Popen(whole, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            note(times, json.loads(line), time.perf_counter() - started)
    if process.returncode:
        raise RuntimeError(f"the command ended with status {process.returncode}")
    return waited(times)


def note(times: dict[str, float], said: dict[str, Any], moment: float) -> None:
    name = f"{said['kind']} {said.get('name', '')}".strip()
    times.setdefault(name, moment)


def waited(times: dict[str, float]) -> Waited:
    """Few pictures are measured in folds: then the first model is there with its result."""
    phases = {name: round(moment - times["planned"], 3) for name, moment in times.items()}
    return Waited(round(times.get(MODEL, times["finished"]), 3), round(times["finished"], 3), phases)


def on_the_screen(folder: Path) -> Iterator[tuple[str, Waited]]:
    """A person who has the page open: what the page does in the background is done here, too."""
    with served(folder / "screen") as screen:
        screen.ready()
        started = time.perf_counter()
        dataset = screen.services.start_import(LOCAL_OWNER, str(folder / "pictures"), "clothes")
        until(lambda: screen.services.dataset_view(LOCAL_OWNER, dataset)["state"] == "finished", "the import")
        screen.services.prepare(LOCAL_OWNER, dataset, CHOSEN)
        yield SCREEN_FIRST, screen.trained(dataset, CHOSEN, started)
        screen.ready()
        yield SCREEN_AGAIN, screen.trained(dataset, OTHER_HEAD, time.perf_counter())
        screen.ready()
        started = time.perf_counter()
        screen.add(dataset, folder / "more")
        screen.services.prepare(LOCAL_OWNER, dataset, CHOSEN)
        yield SCREEN_ADDED, screen.trained(dataset, CHOSEN, started)
    with served(folder / "prepared") as screen:
        screen.ready()
        dataset = screen.services.start_import(LOCAL_OWNER, str(folder / "pictures"), "clothes")
        until(lambda: screen.services.dataset_view(LOCAL_OWNER, dataset)["state"] == "finished", "the import")
        until(lambda: screen.prepared(dataset), "the preparation")
        yield SCREEN_PREPARED, screen.trained(dataset, CHOSEN, time.perf_counter())


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

    def prepared(self, dataset: str) -> bool:
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


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    sys.exit(main(sys.argv[1:]))
