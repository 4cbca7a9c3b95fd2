"""The goals of fine-tuning are met from the very limit on, and each says what was measured."""

from __future__ import annotations

import pytest

from benchmarks.finetune import ALONE, EVERYTHING, LAST, PLAIN, goals_of
from benchmarks.finetune_gpu import goal_on_card


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
    goals = goals_of({LAST: last, ALONE: alone, EVERYTHING: everything, PLAIN: plain})
    assert tuple(goal.is_met for goal in goals) == met
    assert goals[0].measured == f"{alone / last:.2f} times"
    (_, own) = goals_of({LAST: last, ALONE: alone, EVERYTHING: everything, PLAIN: plain}, one_core=True)
    assert own.measured == f"{everything / plain:.1f} times, on one core by its own clock"


def test_a_card_s_goal_names_the_card_and_its_speed() -> None:
    found = {"card": "a card", "images_per_second": {"with pictures": 2340.4}, "share_of_steps_alone": 0.9}
    goal = goal_on_card(found)
    assert (goal.is_met, goal.measured) == (True, "90% (2,340 images a second on a card)")
    assert not goal_on_card({**found, "share_of_steps_alone": 0.899}).is_met
