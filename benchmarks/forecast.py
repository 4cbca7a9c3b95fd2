"""How true a forecast is: what was said before a training, and what the training then took.

`python -m benchmarks.forecast` writes a part of Fashion-MNIST out as pictures and asks for the forecast of each setting
as the Train tab does: for a cold worker and an empty cache, for a worker that waits and an empty cache, and for the
same once more with what that run kept. It carries each out and compares the seconds to the first model, for an epoch
(with its pictures judged) and in all, the memory at its highest, and what was newly written to the disk.

The constants of `estimate_memory` were fitted to cold runs of the settings in FITTED. Those in HELD_OUT (another
network, other sizes of pictures and batches, another optimizer) had no part in that, nor had any worker that waited;
their cases are counted on their own, too. Writes benchmarks/results/forecast.json and prints a table. The goal is 30 %
in 8 of 10 cases. Needs a quiet machine, and a system with wait4 for the memory.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.forecast_runs import Took, carried_out
from benchmarks.freeze_depth import BACKBONE, ROOT
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.engines.kept_choices import FOLDER as ENGINES
from tl_core.jobs.background import Background
from tl_core.jobs.hints import Hints
from tl_core.jobs.workspace import Workspace
from tl_core.training.estimate_values import Estimate

RESULT = RESULTS / "forecast.json"
FITTED: dict[str, dict[str, Any]] = {
    "the head alone": {"preset": "instant"},
    "the last stages": {"freeze": "blocks.5", "augment": "none"},
    "half, remembered": {"freeze": "blocks.4", "augment": "none"},
    "most": {"freeze": "blocks.2", "augment": "none"},
    "half, varied": {"freeze": "blocks.4", "augment": "gentle"},
    "everything": {"freeze": "none", "augment": "none"},
}
HELD_OUT: dict[str, dict[str, Any]] = {
    "small batches": {"freeze": "blocks.4", "augment": "none", "batch_size": 8},
    "small pictures": {"freeze": "blocks.2", "augment": "none", "image_size": 128, "optimizer": "sgd"},
    "another network": {"backbone": "tf_efficientnet_lite1", "freeze": "blocks.4", "augment": "none"},
    "another head": {"backbone": "tf_efficientnet_lite1", "preset": "instant"},
}
SETTINGS = {**FITTED, **HELD_OUT}
POLL_SECONDS = 0.2
NEAR, SHARE = 0.3, 0.8
WAYS = ("cold", "waiting", "again")
MEASURED_ONCE = (ENGINES, "speeds")  # what the machine was asked for the first forecast, as it is known on the screen


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=1000, help="training pictures, a fifth of which judge")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=SETTINGS, default=list(SETTINGS), metavar="SETTING")
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
        for title in arguments.only:
            for row in rows_of(title, arguments.epochs, dataset, folder):
                rows.append(row)
                print(as_text(row), flush=True)
    goals = goals_of(rows)
    what = {"backbone": BACKBONE, "pictures": arguments.pictures, "epochs": arguments.epochs}
    record(arguments.out, as_record(machine), {**what, "rows": rows}, goals)
    print("\n".join([machine.words(), *(goal.words() for goal in goals)]))
    return 0


def rows_of(title: str, epochs: int, dataset: Dataset, folder: Path) -> Iterator[dict[str, Any]]:
    """One for each way: a cold worker, one that waits, and one that waits where the same was done before."""
    choices = {"backbone": BACKBONE, **SETTINGS[title]}
    config = RunConfig.from_dict(choices if "preset" in choices else {**choices, "epochs": epochs})
    asked = folder / "asked"
    forecast(config, dataset, asked, waits=False)
    for way in WAYS:
        workspace = Workspace(folder / f"{title}, {'cold' if way == 'cold' else 'waiting'}")
        for kind in MEASURED_ONCE:
            if (asked / kind).exists():
                shutil.copytree(asked / kind, workspace.cache / kind, dirs_exist_ok=True)
        said = forecast(config, dataset, workspace.cache, waits=way != "cold")
        took = carried_out(config, dataset, workspace, waits=way != "cold")
        is_held_out = title in HELD_OUT or way != "cold"
        yield {"title": title, "way": way, "held_out": is_held_out, **choices, "cases": cases(said, took)}


def forecast(config: RunConfig, dataset: Dataset, cache: Path, *, waits: bool) -> Estimate:
    """As the screen asks for it; the machine is measured once, for the first one."""
    background = Background(threading.Lock())
    hints = Hints(cache, background, lambda: waits)
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


def cases(said: Estimate, took: Took) -> dict[str, dict[str, float]]:
    """What was said and what it was; an epoch only where there are any."""
    pairs = {name: (getattr(said, name), getattr(took, name)) for name in Took.__slots__}
    return {
        name: {"said": round(one, 2), "was": round(other, 2), "ratio": round(one / other, 3)}
        for name, (one, other) in pairs.items()
        if other
    }


def goals_of(rows: list[dict[str, Any]]) -> list[Goal]:
    what = "forecast of the first model, an epoch, the whole, the memory and the disk, within 30 % of what it then was"
    near, every = held(rows)
    goals = [Goal(what, "8 of 10 cases", f"{near} of {every}", near >= SHARE * every)]
    near, every = held([row for row in rows if row["held_out"]])
    if every:
        goals.append(
            Goal(f"{what}, where nothing was fitted", "8 of 10 cases", f"{near} of {every}", near >= SHARE * every)
        )
    return goals


def held(rows: list[dict[str, Any]]) -> tuple[int, int]:
    """How many were near the truth, of how many."""
    ratios = [case["ratio"] for row in rows for case in row["cases"].values()]
    return sum(abs(ratio - 1) <= NEAR for ratio in ratios), len(ratios)


def as_text(row: dict[str, Any]) -> str:
    title = f"{row['title']}, {row['way']}"
    return f"{title:26}" + "  ".join(in_words(name, case) for name, case in row["cases"].items())


def in_words(name: str, case: dict[str, float]) -> str:
    unit, scale = ("MB", 1e6) if name.endswith("_bytes") else ("s", 1.0)
    what = name.removesuffix("_seconds").removesuffix("_bytes").replace("_", " ")
    return f"{what} {case['said'] / scale:.1f} for {case['was'] / scale:.1f} {unit} ({case['ratio']:.2f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
