"""The arithmetic of the benchmarks of growth and overhead, on journals and figures made by hand."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from benchmarks import growth, overhead
from benchmarks.growth import growing_seconds, phase_seconds
from benchmarks.overhead import p95, watching


def phase(name: str, t: float) -> dict[str, Any]:
    return {"kind": "phase", "name": name, "t": t}


def test_a_phase_lasts_until_the_next_record() -> None:
    records = [
        {"kind": "planned", "t": 1.0},
        phase("reading", 2.0),
        phase("reading", 4.0),
        phase("features", 5.0),
        {"kind": "epoch_done", "t": 9.0},
        phase("saving", 10.0),
        {"kind": "model_ready", "t": 10.5},
        {"kind": "finished", "t": 12.0},
    ]
    assert phase_seconds(records) == {"reading": 3.0, "features": 5.0, "saving": 0.5, "scoring": 1.5}


def grown(pictures: int, seconds: float, own: float) -> dict[str, Any]:
    parts = {f"{name}_seconds": seconds / 4 for name in ("import", "reading", "features", "head")}
    return {"pictures": pictures, "own_megabytes": own, "scoring_seconds": 99.0, "start_seconds": 99.0, **parts}


def test_growth_counts_what_a_picture_more_makes_longer() -> None:
    assert growing_seconds(grown(10, 8.0, 1.0)) == 8.0


def test_growth_is_straight_where_each_further_picture_costs_the_same() -> None:
    few, more = grown(1000, 8.0, 300.0), grown(10_000, 26.0, 400.0)
    time, memory = growth.goals_of([few, more, grown(50_000, 106.0, 450.0)])
    assert (time.what, time.measured, time.is_met) == (
        "time for each further picture, from 1,000 to 10,000 to 50,000",
        "2.0 ms, then 2.0 ms",
        True,
    )
    assert (memory.what, memory.measured, memory.is_met) == ("memory of the worker, at 50,000 pictures", "450 MB", True)
    time, memory = growth.goals_of([few, more, grown(50_000, 126.0, 2500.0)])
    assert (time.measured, time.is_met, memory.is_met) == ("2.0 ms, then 2.5 ms", False, False)
    assert len(growth.goals_of([few, more])) == 1


def test_the_95th_of_100_is_told() -> None:
    assert p95([float(number) for number in range(100, 0, -1)]) == 95.0
    assert p95([3.0, 1.0, 2.0]) == 3.0


def test_watched_calls_are_counted_and_left_as_they_were() -> None:
    module = ModuleType("kept")
    module.__dict__["keep"] = keep = lambda value: value + 1
    with watching(module, ("keep",)) as watch:
        assert module.keep(1) == 2
        assert module.keep(value=2) == 3
    assert (watch.calls, module.keep) == (2, keep)
    assert watch.seconds > 0
    with pytest.raises(AttributeError, match="lose"), watching(module, ("lose",)):
        pass


def test_overhead_adds_up_what_telling_takes() -> None:
    writing = {"journal_share": 0.002, "checkpoint_share": 0.005}
    clicks = [{"action": "open", "p95_seconds": 0.4}, {"action": "look", "p95_seconds": 1.2}]
    found = {"writing": writing, "looking": {"charts_share": 0.0025}, "clicks": clicks}
    share, click = overhead.goals_of(found)
    assert (share.measured, share.is_met) == (
        "0.95% (journal 0.20%, charts 0.25%, checkpoints 0.50%)",
        True,
    )
    assert (click.measured, click.is_met) == ("1.20 s (look)", False)
