"""A worker that waits for its run: it makes what every training begins with, then reads a run's folder from a pipe.

It knows nobody's pictures and no run before it is told one; then it takes on the run's log and goes the way of every
other worker. Used by the worker alone.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from tl_core.jobs.reserve import ready_line
from tl_core.jobs.rundir import JobDir
from tl_core.processes import lower_priority

if TYPE_CHECKING:
    from tl_core.training.surroundings import Ready

STANDARD_OUTPUTS = (1, 2)


@dataclass(frozen=True, slots=True)
class Taken:
    """The folder of the job that was handed over, and what was made ready for a training meanwhile, if anything."""

    folder: Path
    ready: Ready | None


def job_to_take(cache: str, attempt: Callable[[Callable[[], Ready]], Ready | None], *, later: int = 0) -> Taken:
    """The job that this process was handed, with its output in that job's log.

    With a `cache` it first loads and makes what takes most of the seconds before a run's first model. Where it lowers
    its priority by some steps `later`, once it has a run, it hurries, and leaves out what would take longer while the
    cores are busy for that run. Getting ready may fail in any way, so it is an `attempt`: a run has to get its ending.
    Should its holder go, this process ends at once.
    """
    told: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(told,), name="holder", daemon=True).start()
    ready = None
    if cache:
        from tl_core.training.ready import ready_network

        if told.empty():  # a run that is known makes what it needs itself
            ready = attempt(partial(ready_network, Path(cache), compares_engines=not later))
    print(ready_line(os.getpid()), flush=True)
    folder = Path(json.loads(told.get())["folder"])
    if later:
        lower_priority(later)
    write_to(JobDir(folder).log)
    return Taken(folder, ready)


def _listen(told: SimpleQueue[bytes]) -> None:
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):  # nobody is there any more, and nothing was begun that would have to be ended well
        os._exit(0)
    told.put(line)


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
