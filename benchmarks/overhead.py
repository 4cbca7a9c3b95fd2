"""What telling costs: journal, charts and checkpoints against the training itself, and how soon a click is answered.

`python -m benchmarks.overhead [--train N] [--rounds N]` prints a table and writes results/overhead.json. First one
training in this process with a watch on what it writes; then the real screen, a page that looks as often as the real
one, and a worker that keeps all cores busy. Pictures are Fashion-MNIST's. Three minutes on two quiet cores. What a
browser needs to draw is left out: it may run anywhere.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil

from benchmarks import fashion_mnist
from benchmarks.limits import as_record, limits
from benchmarks.page import Page
from benchmarks.recording import RESULTS, Goal, record, table
from benchmarks.serving import busy_training, screen
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.events import EpochDone, StepDone, checked
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.rundir import create_run
from tl_core.jobs.workspace import Person, Workspace, new_identifier
from tl_core.training import finetune
from tl_core.training.checkpoint_files import CheckpointFolder
from tl_core.training.finetune import FineTuning
from tl_core.training.session import run_training

OUT = RESULTS / "overhead.json"
UPDATES_PER_SECOND = 5
SHARE = 0.01
CLICK_SECONDS = 1.0
LAST_STAGE = {"freeze": "blocks.5", "augment": "none"}  # short epochs: the most checkpoints for the time
KEPT = ("trained_weights",)  # what finetune calls to keep the best weights in mind
LOOK_SECONDS = 0.6  # between two looks of a page that is in sight: assets/js/live.js
LOOKS = 20


class Watch:
    """Adds up the seconds that pass inside some calls."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.calls = 0

    def __call__(self, work: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*values: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return work(*values, **named)
            finally:
                self.seconds += time.perf_counter() - started
                self.calls += 1

        return watched


@contextmanager
def watching(module: ModuleType | type, names: Sequence[str]) -> Iterator[Watch]:
    """These functions of a module or a class, watched while the block lasts. Raises AttributeError where one lacks."""
    watch, before = Watch(), {name: getattr(module, name) for name in names}
    for name, work in before.items():
        setattr(module, name, watch(work))
    try:
        yield watch
    finally:
        for name, work in before.items():
            setattr(module, name, work)


def written(person: Person, dataset: Dataset, epochs: int) -> dict[str, Any]:
    """One training of the last stage, from its first step told to its last epoch, and what writing took of it."""
    config = RunConfig.from_dict({**LAST_STAGE, "epochs": epochs, "patience": epochs})
    run = create_run(person.runs, config, dataset.folder)
    cache = person.folder.parents[1] / "cache"
    events = run_training(config, dataset, run.path, cache, should_stop=lambda: False, clock=time.monotonic)
    steps, first, last = 0, 0.0, 0.0
    with (
        watching(finetune, KEPT) as keeping,
        watching(FineTuning, ("_captured",)) as capturing,
        watching(CheckpointFolder, ("save",)) as saving,
        JournalWriter(run.journal) as journal,
    ):
        writing = Watch()
        append = writing(journal.append)
        for event in checked(events):
            if isinstance(event, StepDone) and not steps:
                first, writing.seconds, writing.calls = time.perf_counter(), 0.0, 0
            steps += isinstance(event, StepDone)
            append(event)
            if isinstance(event, EpochDone) and steps:
                last, told = time.perf_counter(), (writing.seconds, writing.calls)
    seconds, (journal_seconds, records) = last - first, told
    return {
        "epochs": epochs,
        "seconds": round(seconds, 3),
        "records": records,
        "records_per_second": round(records / seconds, 2),
        "milliseconds_a_record": round(1000 * journal_seconds / records, 3),
        "journal_share": UPDATES_PER_SECOND * journal_seconds / records,
        "checkpoint_calls": saving.calls,
        "checkpoint_share": (keeping.seconds + capturing.seconds + saving.seconds) / seconds,
    }


def looked(page: Page, run: str, server: psutil.Process, cores: int) -> dict[str, Any]:
    """What the server needs of all cores for a page that asks for the journal's news as the live chart does.

    What it needs while nobody asks is measured before, told beside it, and taken out.
    """
    rest = cpu_a_round(server, lambda: None)
    offset = 0

    def look() -> None:
        nonlocal offset
        offset = json.loads(page.get(f"thaw/runs/{run}/view?from={offset}"))["next"]

    each = max(0.0, cpu_a_round(server, look) - rest)
    return {
        "milliseconds_a_look": round(1000 * each, 3),
        "charts_share": each / LOOK_SECONDS / cores,
        "rest_share": rest / LOOK_SECONDS / cores,
    }


def cpu_a_round(server: psutil.Process, work: Callable[[], None]) -> float:
    """The processor's seconds from one look to the next."""
    began = cpu_seconds(server)
    for _ in range(LOOKS):
        work()
        time.sleep(LOOK_SECONDS)
    return (cpu_seconds(server) - began) / LOOKS


def cpu_seconds(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system)


def clicked(page: Page, run: str, dataset: str, rounds: int) -> list[dict[str, Any]]:
    """Seconds of each action of a page, of our routes and of the screen's handlers."""
    (load,) = page.handlers("load")
    page.seconds_to_act(load)
    routes = {
        "the page": "",
        "a run's news": f"thaw/runs/{run}/view?from=0",
        "a set of pictures": f"thaw/datasets/{dataset}/view",
        "its pictures": f"thaw/datasets/{dataset}/pictures",
        "its kinds": f"thaw/datasets/{dataset}/classes",
    }
    ways: dict[str, Callable[[], float]] = {name: partial(page.seconds_to_get, path) for name, path in routes.items()}
    named = {"load": "open the page", "select": "the Train tab", "open": "the list of runs"}
    for event, name in named.items():
        for handler in page.handlers(event):
            ways[f"{name}, by Gradio"] = partial(page.seconds_to_act, handler)
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(way())
    return [
        {"action": name, "times": rounds, "median_seconds": statistics.median(took), "p95_seconds": p95(took)}
        for name, took in found.items()
    ]


def p95(seconds: Sequence[float]) -> float:
    """The least of them that 95 of 100 do not exceed."""
    return sorted(seconds)[math.ceil(0.95 * len(seconds)) - 1]


def measured(folder: Path, arguments: argparse.Namespace, cores: int) -> dict[str, Any]:
    pictures = folder / "pictures"
    words = [str(pictures), "--train", str(arguments.train), "--test", "100", "--source", str(arguments.source)]
    if fashion_mnist.main(words):
        raise SystemExit(2)
    person = Workspace(folder / "workspace").person()
    dataset = import_source(pictures, person.datasets / new_identifier())
    found = {"train": arguments.train, "writing": written(person, dataset, arguments.epochs)}
    with screen(folder / "workspace") as (url, server):
        page = Page(url)
        with busy_training(person, dataset, LAST_STAGE) as run:
            found["clicks"] = clicked(page, run, dataset.id, arguments.rounds)
            found["looking"] = looked(page, run, server, cores)
    return found


def goals_of(found: dict[str, Any]) -> list[Goal]:
    writing, looking = found["writing"], found["looking"]
    shares = (writing["journal_share"], looking["charts_share"], writing["checkpoint_share"])
    parts = f"journal {shares[0]:.2%}, charts {shares[1]:.2%}, checkpoints {shares[2]:.2%}"
    slowest = max(found["clicks"], key=lambda item: float(item["p95_seconds"]))
    what = f"journal, charts and checkpoints at {UPDATES_PER_SECOND} updates a second, of training time"
    said = f"{slowest['p95_seconds']:.2f} s ({slowest['action']})"
    return [
        Goal(what, f"under {SHARE:.0%}", f"{sum(shares):.2%} ({parts})", sum(shares) < SHARE),
        Goal(
            "the slowest action of a page while all cores train, 95 of 100 times within",
            f"{CLICK_SECONDS:g} s", said, slowest["p95_seconds"] < CLICK_SECONDS,
        ),
    ]  # fmt: skip


def shown(found: dict[str, Any]) -> str:
    rows = [
        (item["action"], f"{1000 * item['median_seconds']:.0f}", f"{1000 * item['p95_seconds']:.0f}")
        for item in found["clicks"]
    ]
    return table(("while all cores train", "median ms", "p95 ms"), rows)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=int, default=1000, help="training pictures of Fashion-MNIST")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=40, help="how often each action is done")
    parser.add_argument("--source", type=Path, default=fashion_mnist.SOURCE)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args(words)
    os.environ["HF_HUB_OFFLINE"] = "1"
    machine = limits()
    print(machine.words())
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        found = measured(Path(folder), arguments, machine.cores)
    print(shown(found))
    record(arguments.out, as_record(machine), found, goals_of(found))
    for goal in goals_of(found):
        print(goal.words())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
