"""How long a waiting run waits: how many have to end before it, and about how many seconds. Reads ends of journals."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from pathlib import Path

from tl_core.jobs.journal import last_record, read_records
from tl_core.jobs.queue import standing
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.turns import ends_before, seconds_until
from tl_core.jobs.workspace import Workspace

TAIL_BYTES = 32 * 1024
RUNS_COMPARED = 10


@dataclass(frozen=True, slots=True)
class Wait:
    """`before`: so many trainings have to end first. `seconds` is None where nobody can know."""

    before: int
    seconds: float | None


def waits(workspace: Workspace, runs: Path) -> dict[str, Wait]:
    """Of every run in the queue, by its identifier; a run takes as long as the last ones in the folder `runs` did."""
    now = standing(workspace)
    if not now.order:
        return {}
    left = [seconds_left(run) for _owner, run in now.under_way]
    typical = typical_seconds(runs)
    return {
        run.id: Wait(ends_before(at, len(left), now.policy), seconds_until(at, left, typical, now.policy))
        for at, run in enumerate(now.order)
    }


def seconds_left(run: RunDir) -> float | None:
    """As the training under way says itself; None before its first steps."""
    try:
        size = run.journal.stat().st_size
    except OSError:
        return None
    records, _offset = read_records(run.journal, max(0, size - TAIL_BYTES))
    steps = [record["seconds_left"] for record in records if record.get("kind") == "step_done"]
    last = steps[-1] if steps else None
    return float(last) if isinstance(last, int | float) else None


def typical_seconds(runs: Path) -> float | None:
    """What the last finished ones took, in the middle of them; None where none has finished."""
    took = []
    for run in list_runs(runs):
        record = last_record(run.journal) or {}
        if record.get("kind") == "finished" and isinstance(record.get("seconds"), int | float):
            took.append(float(record["seconds"]))
        if len(took) == RUNS_COMPARED:
            break
    return statistics.median(took) if took else None
