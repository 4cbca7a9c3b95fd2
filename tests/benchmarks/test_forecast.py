"""What a training took is read from its journal as the forecast means it."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.forecast import FITTED, HELD_OUT, cases, goals_of
from benchmarks.forecast_runs import Took, seconds_of_an_epoch
from tl_core.config import RunConfig
from tl_core.training.estimate_values import Estimate

TOOK = Took(4.0, 2.0, 10.0, 1e9, 1e8)


def journal(*records: tuple[str, float, int]) -> list[dict[str, Any]]:
    return [{"kind": kind, "t": t, "epoch": epoch} for kind, t, epoch in records]


def test_an_epoch_lasts_until_its_pictures_were_judged_and_its_weights_kept() -> None:
    told = journal(("epoch_done", 10.0, 0), ("step_done", 12.0, 1), ("epoch_done", 15.0, 1), ("epoch_done", 18.5, 2))
    assert seconds_of_an_epoch(told) == 3.5


def test_what_is_remembered_before_an_epoch_is_none_of_its_seconds() -> None:
    told = journal(
        ("epoch_done", 10.0, 0),
        ("epoch_done", 15.0, 1),
        ("phase", 15.1, 0),
        ("phase", 19.0, 0),
        ("epoch_done", 22.0, 2),
    )
    assert seconds_of_an_epoch(told) == 3.0


def test_a_single_epoch_counts_from_the_last_that_was_told_before_it_and_a_head_has_none() -> None:
    assert seconds_of_an_epoch(journal(("epoch_done", 10.0, 0), ("phase", 11.0, 0), ("epoch_done", 15.0, 1))) == 4.0
    assert seconds_of_an_epoch(journal(("epoch_done", 10.0, 0))) == 0.0


def test_what_was_held_out_of_the_fit_is_counted_on_its_own() -> None:
    said = Estimate(4.0, 2.0, 10.0, 2e9, 10, 100, disk_bytes=1e8)
    found = cases(said, TOOK)
    assert {name: case["ratio"] for name, case in found.items()} == {
        "first_model_seconds": 1.0, "epoch_seconds": 1.0, "total_seconds": 1.0, "memory_bytes": 2.0, "disk_bytes": 1.0,
    }  # fmt: skip
    near = {name: case for name, case in found.items() if name != "memory_bytes"}
    every, unfitted = goals_of([{"held_out": False, "cases": near}, {"held_out": True, "cases": found}])
    assert (every.measured, every.is_met) == ("8 of 9", True)
    assert (unfitted.measured, unfitted.is_met) == ("4 of 5", True)


@pytest.mark.parametrize("title", [*FITTED, *HELD_OUT])
def test_settings_that_were_held_out_are_none_that_were_fitted(title: str) -> None:
    settings = {**FITTED, **HELD_OUT}[title]
    assert RunConfig.from_dict(settings)
    assert (settings in FITTED.values()) == (title in FITTED)
