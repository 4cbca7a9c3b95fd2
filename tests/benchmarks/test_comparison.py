"""What is said of several ways to do one job, on points made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.comparison import (
    BETTER,
    INSTANT,
    compared,
    in_time,
    percent,
    records_in,
    seconds_to,
    thaw_points,
)


def row(contender: str, seed: int, *points: tuple[float, float]) -> dict[str, Any]:
    return {
        "contender": contender,
        "seed": seed,
        "points": [{"seconds": seconds, "accuracy": accuracy} for seconds, accuracy in points],
    }


def test_equal_accuracy_is_dated_by_the_first_point_that_is_as_right() -> None:
    slow = row("loop", 0, (10.0, 0.5), (20.0, 0.8), (30.0, 0.7), (40.0, 0.9))
    assert seconds_to(slow, 0.8) == 20.0
    assert seconds_to(slow, 0.85) == 40.0
    assert seconds_to(slow, 0.95) is None


def test_a_contender_is_held_against_thaw_seed_by_seed() -> None:
    rows = [
        row(INSTANT, 0, (5.0, 0.8)),
        row(INSTANT, 1, (10.0, 0.6)),
        row(BETTER, 0, (50.0, 0.9)),
        row("loop", 0, (20.0, 0.7), (40.0, 0.8)),
        row("loop", 1, (30.0, 0.7), (60.0, 0.8)),
    ]
    instant, better, loop = compared(rows)
    assert (instant.times, instant.to_better, instant.times_better) == (1.0, (None,), None)
    assert better.to_instant == (50.0,)
    assert loop.to_instant == (40.0, 30.0)
    assert loop.times == pytest.approx((40 / 5 + 30 / 10) / 2)
    assert loop.to_better == (None,)
    assert (loop.accuracy, loop.seconds) == (pytest.approx(0.8), (40.0, 60.0))


def test_a_seed_that_never_gets_there_counts_as_the_longest() -> None:
    rows = [row(INSTANT, seed, (1.0, 0.8)) for seed in range(3)]
    rows += [row("loop", 0, (2.0, 0.8)), row("loop", 1, (4.0, 0.9)), row("loop", 2, (9.0, 0.1))]
    loop = compared(rows)[-1]
    assert loop.times == 4.0
    assert in_time(loop.to_instant, loop.times) == "3.0 s (4.0 x), 2 of 3 seeds"
    rows[-2] = row("loop", 1, (4.0, 0.1))
    assert compared(rows)[-1].times is None


def test_words_for_accuracies_and_times() -> None:
    assert percent([0.5, 0.75]) == "62.5 % (50.0 to 75.0)"
    assert percent([0.5]) == "50.0 %"
    assert in_time((None, None), None) == "never"
    assert in_time((), None) == "-"
    assert in_time((600.0,), 12.0) == "10.0 min (12.0 x)"


def test_records_are_found_among_what_libraries_print() -> None:
    text = 'Downloading\n{"kind": "point", "seconds": 1.5}\nbar\n'
    assert records_in(text) == [{"kind": "point", "seconds": 1.5}]


def ending(epochs: int, measured_on: str = "test") -> dict[str, Any]:
    return {"kind": "finished", "t": 120.0, "epochs": epochs, "result": {"measured_on": measured_on, "accuracy": 0.9}}


def test_a_head_is_done_when_the_first_model_is_told() -> None:
    records = [{"kind": "model_ready", "t": 107.0}, {"kind": "phase", "name": "scoring", "t": 110.0}, ending(0)]
    assert thaw_points(records, 100.0) == [{"kind": "point", "epoch": 0, "seconds": 7.0, "accuracy": 0.9}]


def test_a_fine_tuned_network_is_done_when_its_scoring_begins() -> None:
    records = [
        {"kind": "model_ready", "t": 107.0},
        {"kind": "phase", "name": "scoring", "t": 108.0},
        {"kind": "epoch_done", "t": 111.0},
        {"kind": "epoch_done", "t": 114.0},
        {"kind": "phase", "name": "saving", "t": 115.0},
        {"kind": "phase", "name": "scoring", "t": 116.0},
        ending(2),
    ]
    assert thaw_points(records, 100.0)[0]["seconds"] == 16.0


def test_without_test_pictures_nothing_is_compared() -> None:
    with pytest.raises(SystemExit, match="brings no test pictures"):
        thaw_points([{"kind": "model_ready", "t": 1.0}, ending(0, "validation")], 0.0)
