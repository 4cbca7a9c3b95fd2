"""What a worker does for an export: the same as the command line's, told as events. Knows the job's folder alone.

The events come by a callback from inside one long call.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from tl_core.events import Event, Finished, Planned
from tl_core.jobs.exports import FILES, export_request
from tl_core.jobs.progress import Progress
from tl_core.jobs.rundir import JobDir


def export_events(job: JobDir, emit: Callable[[Event], None]) -> Iterator[Event]:
    """Planned and Finished; progress goes to `emit`. Raises UserError kinds with what is in the way."""
    from tl_core.jobs.exporting import export_model

    run, request = export_request(job.path)
    started = time.monotonic()
    yield Planned(plan={"kind": "export", "to": request["to"]})
    out = job.path / FILES[request["to"]]
    made = export_model(run, request["to"], out, samples=bool(request["samples"]), tell=Progress(emit))
    told = replace(made, path=made.path.relative_to(job.path)).to_dict()
    yield Finished(epochs=0, seconds=round(time.monotonic() - started, 3), result=told)
