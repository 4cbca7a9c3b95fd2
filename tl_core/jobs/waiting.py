"""A worker that waits for its run: it loads what every training needs, then reads the run's folder from a pipe.

It knows nobody's pictures and no run before it is told one; then it takes on the run's log and goes the way of every
other worker. Used by the worker alone.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from tl_core.jobs.rundir import JobDir

STANDARD_OUTPUTS = (1, 2)


def run_to_take(modules: Sequence[str]) -> Path | None:
    """The folder that this process was handed, with its output in that run's log; None where the holder has gone.

    `modules` are loaded first: they hold most of the seconds before a run's first event.
    """
    for module in modules:
        importlib.import_module(module)
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        return None
    folder = Path(json.loads(line)["folder"])
    write_to(JobDir(folder).log)
    return folder


def write_to(log: Path) -> None:
    """What is printed from now on stands in `log`, and nothing is read any more."""
    sys.stdout.flush()
    sys.stderr.flush()
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for number in STANDARD_OUTPUTS:
        os.dup2(output, number)
    os.close(output)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
