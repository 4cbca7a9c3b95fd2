"""The real screen and a real worker beside it, for as long as something is measured. Measures nothing itself."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import force_stop, launch, log_tail
from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import create_run
from tl_core.jobs.workspace import Person

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_SECONDS = 300.0
LONG = {"epochs": 1000, "patience": 1000}  # it is stopped when everything is measured


@contextmanager
def screen(workspace: Path) -> Iterator[tuple[str, psutil.Process]]:
    """app.py on a free port: its address and its process, ended after the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, str(ROOT / "app.py"), "--no-install", "--port", str(port), "--workspace", str(workspace)]
    with open(workspace.parent / "app.log", "wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "THAW_NO_BROWSER": "1"}, stdout=log, stderr=log)
    try:
        wait_for(lambda: answers(url) or server.poll() is not None, "the screen did not answer")
        if server.poll() is not None:
            raise SystemExit(f"The screen ended: {(workspace.parent / 'app.log').read_text()[-2000:]}")
        yield url, psutil.Process(server.pid)
    finally:
        server.terminate()
        server.wait(timeout=60)


@contextmanager
def busy_training(person: Person, dataset: Dataset, settings: Mapping[str, Any]) -> Iterator[str]:
    """A run's identifier, from its first step on; its worker is ended after the block."""
    run = create_run(person.runs, RunConfig.from_dict({**settings, **LONG}), dataset.folder)
    launch(run.path)
    try:
        wait_for(lambda: has_steps(run.journal) or state_of(run.path) in ("failed", "lost"), "no step was made")
        if not has_steps(run.journal):
            raise SystemExit(f"The training ended before its first step:\n{log_tail(run.path)}")
        yield run.id
        if state_of(run.path) != "running":
            raise SystemExit("The training ended before everything was measured: take more pictures.")
    finally:
        force_stop(run.path, grace_seconds=60.0)


def has_steps(journal: Path) -> bool:
    return any(row["kind"] == "step_done" for row in read_records(journal)[0])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def wait_for(claim: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        if time.monotonic() > deadline:
            raise SystemExit(f"Waited {PATIENCE_SECONDS:g} s: {otherwise}.")
        time.sleep(0.2)
