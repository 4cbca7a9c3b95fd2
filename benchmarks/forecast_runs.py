"""Carries out a training whose forecast was said, by a cold worker or by one that waits, and says what it took.

Knows runs, workers and their journals; neither forecasts nor goals.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.freeze_depth import ROOT
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import WORKER_NICENESS
from tl_core.jobs.reserve import Reserve
from tl_core.jobs.rundir import JobDir, create_run
from tl_core.jobs.workspace import Workspace

# Starts a command, waits for it, and prints its status and the most memory that it had.
WAITER = """
import json, os, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(started.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_maxrss]))
"""
POLL_SECONDS = 0.05
KIBIBYTE = 1024 if sys.platform != "darwin" else 1  # ru_maxrss is in kibibytes, but on macOS in bytes


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds since the worker was started or handed the run, the most bytes that it had in memory, and what it left
    on the disk.
    """

    first_model_seconds: float
    epoch_seconds: float
    total_seconds: float
    memory_bytes: float
    disk_bytes: float


def carried_out(config: RunConfig, dataset: Dataset, workspace: Workspace, *, waits: bool) -> Took:
    """By a worker that `waits` with everything loaded, or by one that starts with the run."""
    reserve = loaded(workspace) if waits else None
    before = bytes_in(workspace.root)
    run = create_run(workspace.person().runs, config, dataset.folder)
    job, started = JobDir(run.path), time.time()
    most = by_one_that_starts(job) if reserve is None else by_one_that_waits(reserve, job)
    records, _ = read_records(job.journal)
    if not records or records[-1]["kind"] != "finished":
        raise SystemExit(job.log.read_text(errors="replace"))
    return Took(
        first_model_seconds=next(one["t"] for one in records if one["kind"] == "epoch_done") - started,
        epoch_seconds=seconds_of_an_epoch(records),
        total_seconds=records[-1]["t"] - started,
        memory_bytes=float(most),
        disk_bytes=float(bytes_in(workspace.root) - before),
    )


def loaded(workspace: Workspace) -> Reserve:
    reserve = Reserve(AssistantFiles(workspace.assistant).reserve_log, niceness=WORKER_NICENESS, cache=workspace.cache)
    while not reserve.is_loaded:
        if reserve.is_over:
            raise SystemExit(AssistantFiles(workspace.assistant).reserve_log.read_text(errors="replace"))
        time.sleep(POLL_SECONDS)
    return reserve


def by_one_that_starts(job: JobDir) -> int:
    """The most bytes it had. Its parent is small: the system takes a parent's memory for its child's until that is
    loaded.
    """
    with job.log.open("wb") as log:
        words = [sys.executable, "-c", WAITER, sys.executable, "-m", "tl_core.jobs.worker", str(job.path)]
        done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    status, most = json.loads(done.stdout.splitlines()[-1])
    if status:
        raise SystemExit(job.log.read_text(errors="replace"))
    return int(most) * KIBIBYTE


def by_one_that_waits(reserve: Reserve, job: JobDir) -> int:
    """The most bytes that anybody saw it have."""
    worker = reserve.hand(job.path)
    if worker is None:
        raise SystemExit("The worker in reserve takes no run.")
    process, most = psutil.Process(worker.pid), 0
    with suppress(psutil.Error):  # it has ended
        while not reserve.is_over:
            most = max(most, process.memory_info().rss)
            time.sleep(POLL_SECONDS)
    return most


def seconds_of_an_epoch(records: Sequence[dict[str, Any]]) -> float:
    """The middle one, from its first step to its end, with its pictures judged and its weights kept; 0 without any.

    What is remembered before an epoch (a phase "features") is none of its seconds.
    """
    found, begun = [], 0.0
    for one in records:
        if one["kind"] == "epoch_done" and one["epoch"] > 0:
            found.append(one["t"] - begun)
        if one["kind"] in ("epoch_done", "phase", "model_ready"):
            begun = one["t"]
    # Before the first one more is made ready than what tells of itself.
    counted = sorted(found[1:] or found)
    return float(counted[len(counted) // 2]) if counted else 0.0


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
