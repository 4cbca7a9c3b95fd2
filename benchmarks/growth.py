"""What ten and fifty times as many pictures cost: reading, features and head in seconds, and the worker's memory.

`python -m benchmarks.growth [--pictures N ...] [--source DIR]` prints a table and writes results/growth.json. Pictures
are Fashion-MNIST's. Each size has an empty workspace and a worker of its own, started as Train does it. On two quiet
cores a thousand pictures take about 20 s, 10,000 two minutes and 50,000 eight. Knows processes and journals alone.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

from benchmarks import fashion_mnist
from benchmarks.bringing import brought_in
from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, Goal, record, table
from tl_core.config import RunConfig
from tl_core.jobs.following import follow
from tl_core.jobs.launcher import launch, log_tail
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.workspace import Workspace

OUT = RESULTS / "growth.json"
SIZES = (1_000, 10_000, 50_000)
TEST = 100  # the same for all sizes: what is measured is what grows
MODEL_MEGABYTES = 20.0  # EfficientNet-Lite0 with its head: 4.7 million numbers of 4 bytes
MEMORY_MEGABYTES = 2_000.0
STRAIGHT = 1.15  # a picture among many may cost so many times a picture among few: noise, not growth
PHASES = ("reading", "features", "head", "scoring", "saving")


@dataclass(slots=True)
class Peak:
    """The most memory that a process was seen with, in megabytes. Mapped files count as resident, not as own."""

    own: float = 0.0
    resident: float = 0.0

    def look(self, process: psutil.Process) -> None:
        """Nothing where the process is gone."""
        try:
            memory = process.memory_info()
        except psutil.Error:
            return
        self.resident = max(self.resident, memory.rss / 1e6)
        self.own = max(self.own, (memory.rss - getattr(memory, "shared", 0)) / 1e6)


def phase_seconds(records: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """How long each phase was under way: from each record of it to the record after, whatever that is."""
    found: dict[str, float] = {}
    name, since = "", 0.0
    for row in records:
        if name:
            found[name] = found.get(name, 0.0) + row["t"] - since
        if row["kind"] == "phase":
            name = str(row["name"])
        elif row["kind"] == "model_ready":
            name = "scoring"  # what follows the first model measures it
        since = row["t"]
    return found


def measured(pictures: int, source: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        data = Path(folder) / "pictures"
        words = [str(data), "--train", str(pictures), "--test", str(TEST), "--source", str(source)]
        if fashion_mnist.main(words):
            raise SystemExit(2)
        workspace = Workspace(Path(folder) / "workspace")
        started = time.perf_counter()
        dataset = brought_in(data, workspace)
        bringing = time.perf_counter() - started
        run = create_run(workspace.person().runs, RunConfig.from_dict({"preset": "instant"}), dataset.folder)
        started = time.time()
        launch(run.path)
        records, peak = watched(run)
        cache = sum(path.stat().st_size for path in (Path(folder) / "workspace" / "cache").rglob("*") if path.is_file())
    if records[-1]["kind"] != "finished":
        raise SystemExit(f"The training of {pictures:,} pictures did not finish: {records[-1]}")
    phases = phase_seconds(records)
    return {
        "pictures": pictures,
        "import_seconds": round(bringing, 2),
        "start_seconds": round(records[0]["t"] - started, 2),
        **{f"{name}_seconds": round(phases.get(name, 0.0), 2) for name in PHASES},
        "total_seconds": round(bringing + records[-1]["t"] - started, 2),
        "own_megabytes": round(peak.own, 1),
        "resident_megabytes": round(peak.resident, 1),
        "cache_megabytes": round(cache / 1e6, 1),
        "accuracy": records[-1]["result"]["accuracy"],
    }


def watched(run: RunDir) -> tuple[list[Mapping[str, Any]], Peak]:
    """The journal to its end, and the worker's memory, looked at some twenty times a second."""
    records: list[Mapping[str, Any]] = []
    peak, worker = Peak(), None
    for row in follow(run.path):
        if worker is None:
            identity = ProcessIdentity.read(run.identity)
            worker = None if identity is None else psutil.Process(identity.pid)
        if worker is not None:
            peak.look(worker)
        if row is not None:
            records.append(row)
    if not records or worker is None:
        raise SystemExit(f"The worker wrote nothing. The end of its log:\n{log_tail(run.path)}")
    return records, peak


def growing_seconds(row: Mapping[str, Any]) -> float:
    """What a picture more makes longer: not the start of Python, nor the scoring of always the same pictures."""
    return float(sum(row[f"{name}_seconds"] for name in ("import", "reading", "features", "head")))


def further_milliseconds(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """For each picture more, from one size to the next: what is done once, however many there are, falls out."""
    return [
        1000 * (growing_seconds(more) - growing_seconds(few)) / (more["pictures"] - few["pictures"])
        for few, more in pairwise(rows)
    ]


def goals_of(rows: Sequence[Mapping[str, Any]]) -> list[Goal]:
    """Growth is straight where a further picture never costs more than at first: that takes three sizes to tell."""
    goals = []
    sizes = [f"{row['pictures']:,}" for row in rows]
    costs = further_milliseconds(rows)
    if len(costs) > 1:
        said = ", then ".join(f"{cost:.1f} ms" for cost in costs)
        what = f"time for each further picture, from {' to '.join(sizes)}"
        goals.append(Goal(what, f"at most {STRAIGHT:g} times the first", said, max(costs) <= STRAIGHT * costs[0]))
    most = max(row["own_megabytes"] for row in rows)
    is_met = most < MEMORY_MEGABYTES + MODEL_MEGABYTES
    what = f"memory of the worker, at {sizes[-1]} pictures"
    goals.append(Goal(what, "under 2 GB and the model", f"{most:,.0f} MB", is_met))
    return goals


def shown(rows: Sequence[Mapping[str, Any]]) -> str:
    names = ("import", "start", *PHASES, "total")
    headings = ("pictures", *(f"{name} s" for name in names), "ms a picture", "own MB", "resident MB", "cache MB")
    lines = []
    for row in rows:
        seconds = [f"{row[name + '_seconds']:.1f}" for name in names]
        megabytes = [f"{row[name + '_megabytes']:,.0f}" for name in ("own", "resident", "cache")]
        each = f"{1000 * growing_seconds(row) / row['pictures']:.1f}"
        lines.append((f"{row['pictures']:,}", *seconds, each, *megabytes))
    return table(headings, lines)


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pictures", type=int, nargs="*", default=SIZES)
    parser.add_argument("--source", type=Path, default=fashion_mnist.SOURCE)
    parser.add_argument("--out", type=Path, default=OUT)
    arguments = parser.parse_args(words)
    machine = limits()
    print(machine.words())
    rows: list[dict[str, Any]] = []
    for pictures in arguments.pictures:
        rows.append(measured(pictures, arguments.source))
        record(arguments.out, as_record(machine), {"rows": rows}, goals_of(rows))
    print(shown(rows))
    for goal in goals_of(rows):
        print(goal.words())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
