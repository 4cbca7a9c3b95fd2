"""How true a forecast is: what was said before a training, and what the training then took.

`python -m benchmarks.forecast` writes a part of Fashion-MNIST out as pictures, asks for the forecast of six settings as
the Train tab does, carries each out in a worker of its own with an empty cache, and compares the seconds to the first
model, for an epoch and in all, and the memory at its highest. Writes benchmarks/results/forecast.json and prints a
table. The goal is 30 % in 8 of 10 cases. Needs a quiet machine, and a system with wait4 for the memory.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.freeze_depth import BACKBONE, ROOT, seconds_an_epoch
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.engines.kept_choices import FOLDER as ENGINES
from tl_core.jobs.background import Background
from tl_core.jobs.hints import Hints
from tl_core.jobs.journal import read_records
from tl_core.jobs.rundir import JobDir, create_run
from tl_core.jobs.workspace import Workspace
from tl_core.training.estimate_values import Estimate

RESULT = RESULTS / "forecast.json"
SETTINGS: dict[str, dict[str, Any]] = {
    "the head alone": {"preset": "instant"},
    "the last stages": {"freeze": "blocks.5", "augment": "none"},
    "half, remembered": {"freeze": "blocks.4", "augment": "none"},
    "most": {"freeze": "blocks.2", "augment": "none"},
    "half, varied": {"freeze": "blocks.4", "augment": "gentle"},
    "everything": {"freeze": "none", "augment": "none"},
}
# Starts a command, waits for it, and prints its status and the most memory that it had.
WAITER = """
import json, os, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(started.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_maxrss]))
"""
POLL_SECONDS = 0.2
NEAR, SHARE = 0.3, 0.8
KIBIBYTE = 1024 if sys.platform != "darwin" else 1  # ru_maxrss is in kibibytes, but on macOS in bytes


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds since the worker was started, and the most bytes that it had in memory."""

    first_model_seconds: float
    epoch_seconds: float
    total_seconds: float
    memory_bytes: float


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000, help="training pictures, a fifth of which judge")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULT)
    arguments = parser.parse_args(words)
    machine = limits()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        counts = ["--train", str(arguments.pictures), "--test", "0"]
        making = [sys.executable, "-m", "benchmarks.fashion_mnist", str(folder / "pictures"), *counts]
        subprocess.run(making, cwd=ROOT, check=True)
        dataset = import_source(folder / "pictures" / "train", folder / "dataset")
        asked = folder / "asked"
        for title, choices in SETTINGS.items():
            steps = {} if "preset" in choices else {"epochs": arguments.epochs}
            config = RunConfig.from_dict({"backbone": BACKBONE, **choices, **steps})
            said = forecast(config, dataset, asked)
            took = carried_out(config, dataset, folder / title, asked)
            rows.append({"title": title, **choices, "cases": cases(said, took)})
            print(as_text(rows[-1]), flush=True)
    near, every = held(rows)
    goal = Goal(
        "forecast of the first model, an epoch, the whole and the memory, within 30 % of what it then was",
        "8 of 10 cases",
        f"{near} of {every}",
        near >= SHARE * every,
    )
    what = {"backbone": BACKBONE, "pictures": arguments.pictures, "epochs": arguments.epochs}
    record(arguments.out, as_record(machine), {**what, "rows": rows}, [goal])
    print(f"{machine.words()}\n{goal.words()}")
    return 0


def forecast(config: RunConfig, dataset: Dataset, cache: Path) -> Estimate:
    """As the screen asks for it; the machine is measured once, for the first one."""
    background = Background(threading.Lock())
    hints = Hints(cache, background)
    try:
        while True:
            found = hints.estimate({"dataset": str(dataset.folder), "settings": config.to_dict()})
            if found["state"] == "failed":
                raise SystemExit(found["message"])
            if found["state"] == "done":
                return Estimate.from_dict(found["chosen"])
            time.sleep(POLL_SECONDS)
    finally:
        background.close()


def carried_out(config: RunConfig, dataset: Dataset, workspace: Path, asked: Path) -> Took:
    """By a worker whose parent is small: the system takes a parent's memory for its child's until that is loaded.

    The engine that was chosen for the forecast is known to it, as it is on the screen.
    """
    run = create_run(Workspace(workspace).person().runs, config, dataset.folder)
    shutil.copytree(asked / ENGINES, Workspace(workspace).cache / ENGINES)
    job, started = JobDir(run.path), time.time()
    with job.log.open("wb") as log:
        words = [sys.executable, "-c", WAITER, sys.executable, "-m", "tl_core.jobs.worker", str(run.path)]
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    status, most = json.loads(done.stdout.splitlines()[-1])
    records, _ = read_records(job.journal)
    if status or records[-1]["kind"] != "finished":
        raise SystemExit(job.log.read_text(errors="replace"))
    epochs = [record for record in records if record["kind"] == "epoch_done"]
    plan = next(record["plan"] for record in records if record["kind"] == "planned")
    return Took(
        first_model_seconds=epochs[0]["t"] - started,
        epoch_seconds=seconds_an_epoch(epochs, plan["pictures"]["train"]) or 0.0,
        total_seconds=records[-1]["t"] - started,
        memory_bytes=float(most * KIBIBYTE),
    )


def cases(said: Estimate, took: Took) -> dict[str, dict[str, float]]:
    """What was said and what it was; an epoch only where there are any."""
    pairs = {name: (getattr(said, name), getattr(took, name)) for name in Took.__slots__}
    return {
        name: {"said": round(one, 2), "was": round(other, 2), "ratio": round(one / other, 3)}
        for name, (one, other) in pairs.items()
        if other
    }


def held(rows: list[dict[str, Any]]) -> tuple[int, int]:
    """How many were near the truth, of how many."""
    ratios = [case["ratio"] for row in rows for case in row["cases"].values()]
    return sum(abs(ratio - 1) <= NEAR for ratio in ratios), len(ratios)


def as_text(row: dict[str, Any]) -> str:
    return f"{row['title']:18}" + "  ".join(in_words(name, case) for name, case in row["cases"].items())


def in_words(name: str, case: dict[str, float]) -> str:
    unit, scale = ("MB", 1e6) if name == "memory_bytes" else ("s", 1.0)
    what = name.removesuffix("_seconds").removesuffix("_bytes").replace("_", " ")
    return f"{what} {case['said'] / scale:.1f} for {case['was'] / scale:.1f} {unit} ({case['ratio']:.2f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
