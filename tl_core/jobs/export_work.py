"""What a worker does for an export: the same as the command line's, told as events. Knows the job's folder alone.

The events come by a callback from inside one long call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tl_core.events import Event, Finished, Planned, Stopped
from tl_core.jobs.exports import FILES, export_request
from tl_core.jobs.progress import Progress
from tl_core.jobs.rundir import JobDir


class ExportStopped(Exception):
    """Somebody asked to stop; there is no file then."""


def export_events(job: JobDir, emit: Callable[[Event], None], should_stop: Callable[[], bool]) -> Iterator[Event]:
    """Planned and Finished, or Stopped; progress goes to `emit`. Raises UserError kinds with what is in the way."""
    from tl_core.jobs.exporting import export_model

    run, request = export_request(job.path)
    started = time.monotonic()
    yield Planned(plan={"kind": "export", "to": request["to"]})
    out = job.path / FILES[request["to"]]
    progress = Progress(emit)

    def tell(phase: str, done: int, total: int) -> None:
        progress(phase, done, total)
        if should_stop():
            raise ExportStopped

    try:
        made = export_model(run, request["to"], out, samples=bool(request["samples"]), tell=tell)
    except ExportStopped:
        yield Stopped(epochs=0, seconds=round(time.monotonic() - started, 3), result={})
        return
    told = replace(made, path=made.path.relative_to(job.path)).to_dict()
    yield Finished(epochs=0, seconds=round(time.monotonic() - started, 3), result=told)
