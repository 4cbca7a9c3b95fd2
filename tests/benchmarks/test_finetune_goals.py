"""The goals of fine-tuning are met from the very limit on, and each says what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.finetune import ALONE, EVERYTHING, LAST, PLAIN, goals_of, usual_of
from benchmarks.finetune_gpu import goal_on_card
from benchmarks.finetune_ways import Took, told
from tl_core.events import EpochDone, Event, Finished, Planned
from tl_core.jobs.journal import JournalWriter, read_records


@pytest.mark.parametrize(
    ("last", "alone", "everything", "plain", "met"),
    [
        (100.0, 115.0, 18.0, 10.0, (True, True)),
        (100.0, 116.0, 17.9, 10.0, (False, False)),
        (120.0, 100.0, 30.0, 10.0, (True, True)),
    ],
)
def test_a_training_may_cost_a_little_more_than_its_steps_and_must_beat_the_plain_loop(
    last: float, alone: float, everything: float, plain: float, met: tuple[bool, bool]
) -> None:
    usual = {LAST: Took(last), ALONE: Took(alone), EVERYTHING: Took(everything), PLAIN: Took(plain)}
    goals = goals_of(usual)
    assert tuple(goal.is_met for goal in goals) == met
    assert goals[0].what.startswith("the steps of an epoch")
    assert goals[0].measured == f"{alone / last:.2f} times"
    (_, own) = goals_of(usual, one_core=True)
    assert own.measured == f"{everything / plain:.1f} times, on one core by its own clock"


@pytest.mark.parametrize(("seconds", "met"), [(2.3, True), (2.32, False)])
def test_the_whole_epoch_is_a_goal_of_its_own_that_quick_steps_cannot_meet(seconds: float, met: bool) -> None:
    steps = {EVERYTHING: Took(2.0), PLAIN: Took(1.0)}
    (whole, of_steps, _) = goals_of({**steps, LAST: Took(100.0, seconds), ALONE: Took(100.0, 2.0)})
    assert (whole.is_met, of_steps.is_met) == (met, True)
    assert "a whole epoch with the last stage trained" in whole.what
    assert whole.measured == f"{seconds / 2:.2f} times"


def test_an_epoch_lasts_until_its_record_is_written_and_the_first_one_does_not_count(tmp_path: Path) -> None:
    now = [0.0]

    def events() -> Iterator[Event]:
        yield Planned({})
        for epoch, seconds in enumerate((5.0, 90.0, 1.0, 2.0, 9.0)):
            now[0] += seconds
            yield EpochDone(epoch, 4, 0.1, 0.9, 0.1, 0.9, 0.01, float(100 * epoch), True)
            now[0] += 0.5  # what follows an epoch belongs to the next one
        yield Finished(4, 1.0, {})

    with JournalWriter(tmp_path / "journal.jsonl") as journal:
        took = told(events(), journal, lambda: now[0])
    assert took == Took(300.0, 2.5)
    assert len(read_records(tmp_path / "journal.jsonl")[0]) == 7


def test_the_usual_is_the_median_of_the_turns() -> None:
    assert usual_of([Took(1.0, 3.0), Took(5.0, 1.0), Took(2.0, 2.0)]) == Took(2.0, 2.0)
    assert usual_of([Took(1.0), Took(3.0)]) == Took(2.0)


def test_a_card_s_goal_names_the_card_and_its_speed() -> None:
    found = {"card": "a card", "images_per_second": {"with pictures": 2340.4}, "share_of_steps_alone": 0.9}
    goal = goal_on_card(found)
    assert (goal.is_met, goal.measured) == (True, "90% (2,340 images a second on a card)")
    assert not goal_on_card({**found, "share_of_steps_alone": 0.899}).is_met
