"""Estimates are arithmetic on a measured speed, worked out here by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tl_core.training.estimate_values import WITHIN, Alone, Estimate, Speed, StageSpeed, Workload, estimated
from tl_core.training.forecast import repeated
from tl_core.training.made import Made

STAGES = (
    StageSpeed(
        "stem",
        100,
        answer_seconds=0.01,
        judge_seconds=0.011,
        forward_seconds=0.02,
        backward_seconds=0.04,
        kept_bytes=1000.0,
    ),
    StageSpeed(
        "middle",
        1000,
        answer_seconds=0.02,
        judge_seconds=0.022,
        forward_seconds=0.03,
        backward_seconds=0.06,
        kept_bytes=500.0,
    ),
    StageSpeed(
        "head", 10, answer_seconds=0.0, judge_seconds=0.0, forward_seconds=0.0, backward_seconds=0.0, kept_bytes=10.0
    ),
)
SPEED = Speed(
    backbone="any",
    image_size=224,
    device="cpu",
    has_cuts=True,
    stages=STAGES,
    read_seconds=0.1,
    feed_seconds=0.005,
    view_seconds={"gentle": 0.002},
    step_seconds=1.0,
    base_bytes=1e6,
)
WORK = Workload(train=100, judged=50, trained=("middle", "head"), epochs=4, batch_size=20)


def test_a_remembered_beginning_costs_an_epoch_nothing_and_the_run_once() -> None:
    found = estimated(SPEED, WORK)
    assert found.first_model_seconds == pytest.approx(150 * (0.1 + 0.005 + 0.03))
    assert found.epoch_seconds == pytest.approx(100 * 0.09 + 50 * 0.022 + 5 * 1010 / 1e6)
    assert found.total_seconds == pytest.approx(found.first_model_seconds + 150 * 0.015 + 4 * found.epoch_seconds)
    assert (found.trainable_parameters, found.total_parameters) == (1010, 1110)
    assert found.memory_bytes == pytest.approx(1e6 + 20 * 510 + 3 * 4 * 1010)


def test_varied_pictures_pass_the_frozen_part_in_every_epoch() -> None:
    plain, varied = estimated(SPEED, WORK), estimated(SPEED, replace(WORK, augment="gentle"))
    assert varied.epoch_seconds - plain.epoch_seconds == pytest.approx(100 * (0.005 + 0.002 + 0.01))


def test_what_never_varies_is_remembered_even_where_the_rest_varies() -> None:
    varied = estimated(SPEED, replace(WORK, augment="gentle"))
    kept = varied.total_seconds - varied.first_model_seconds - 4 * varied.epoch_seconds
    assert kept == pytest.approx(50 * 0.015)


def test_starting_the_persons_own_test_and_the_last_measurement_count() -> None:
    plain = estimated(SPEED, WORK)
    found = estimated(replace(SPEED, start_seconds=3.0, score_seconds=0.04), replace(WORK, others=30, scored=30))
    assert found.first_model_seconds - plain.first_model_seconds == pytest.approx(3.0 + 30 * 0.1)
    assert found.total_seconds - plain.total_seconds == pytest.approx(3.0 + 30 * 0.1 + 30 * (0.005 + 0.04))
    assert found.epoch_seconds == plain.epoch_seconds


def test_writing_the_model_comes_once_after_all_else() -> None:
    plain, ending = estimated(SPEED, WORK), estimated(replace(SPEED, end_seconds=0.2), WORK)
    assert ending.total_seconds - plain.total_seconds == pytest.approx(0.2)
    assert ending.first_model_seconds == plain.first_model_seconds


def test_what_is_made_already_costs_the_first_model_nothing() -> None:
    fresh = estimated(SPEED, WORK)
    half = estimated(SPEED, replace(WORK, made=Made(read=1.0, seen=2 / 3)))
    assert half.first_model_seconds == pytest.approx(50 * (0.005 + 0.03))
    assert fresh.total_seconds - half.total_seconds == pytest.approx(
        fresh.first_model_seconds - half.first_model_seconds
    )
    assert estimated(SPEED, replace(WORK, made=Made(read=1.0, seen=1.0))).first_model_seconds == 0.0


def test_what_is_scored_already_costs_the_head_alone_no_last_measurement() -> None:
    quick = replace(SPEED, score_seconds=0.04, making_seconds=0.7)
    alone = replace(WORK, trained=("head",), epochs=0, scored=50)
    measured = [
        estimated(quick, replace(alone, made=Made(scored=part))).total_seconds
        - estimated(quick, replace(alone, scored=0)).total_seconds
        for part in (0.0, 0.5, 1.0)
    ]
    assert measured == pytest.approx([0.7 + 50 * 0.045, 0.7 + 25 * 0.045, 0.0])
    deeper = replace(WORK, scored=50)
    assert estimated(quick, replace(deeper, made=Made(scored=1.0))) == estimated(quick, deeper)


def test_what_is_remembered_already_costs_nothing_again() -> None:
    quick = replace(SPEED, making_seconds=0.7)
    fresh = estimated(quick, WORK)
    half = estimated(quick, replace(WORK, made=Made(judged=1.0, learned=0.5)))
    known = estimated(quick, replace(WORK, made=Made(judged=1.0, learned=1.0)))
    assert fresh.total_seconds - half.total_seconds == pytest.approx((50 + 50) * 0.015)
    assert fresh.total_seconds - known.total_seconds == pytest.approx((50 + 100) * 0.015 + 0.7)
    assert known.epoch_seconds == fresh.epoch_seconds


def test_a_frozen_stage_between_trained_ones_lets_the_gradient_through_for_half() -> None:
    everything = estimated(SPEED, replace(WORK, trained=("stem", "middle", "head")))
    first_alone = estimated(SPEED, replace(WORK, trained=("stem", "head")))
    assert everything.epoch_seconds - first_alone.epoch_seconds == pytest.approx(100 * 0.03 + 5 * 1000 / 1e6)


def test_making_a_part_fast_is_counted_for_what_is_remembered_and_for_the_finished_model() -> None:
    making = replace(SPEED, making_seconds=0.7)
    whole = ("stem", "middle", "head")
    for work, times in ((WORK, 1), (replace(WORK, scored=30), 2), (replace(WORK, scored=30, trained=whole), 1)):
        more = estimated(making, work).total_seconds - estimated(SPEED, work).total_seconds
        assert more == pytest.approx(times * 0.7)


def test_the_end_of_a_network_costs_less_where_it_learns_alone() -> None:
    alone = Alone(share=0.5, ratio=0.6)
    assert [alone.of(share) for share in (0.1, 0.5, 0.75, 1.0)] == pytest.approx([0.6, 0.6, 0.8, 1.0])
    assert WITHIN.of(0.3) == 1.0
    quicker = replace(SPEED, alone=Alone(share=1.0, ratio=0.5))
    less = estimated(SPEED, WORK).epoch_seconds - estimated(quicker, WORK).epoch_seconds
    assert less == pytest.approx(0.5 * 100 * 0.09)
    uncut = replace(quicker, has_cuts=False)
    assert estimated(uncut, WORK).epoch_seconds == estimated(replace(SPEED, has_cuts=False), WORK).epoch_seconds


def test_other_seeds_cost_all_but_the_reading_again() -> None:
    once = estimated(SPEED, WORK)
    thrice = repeated(once, 3)
    after = once.total_seconds - once.first_model_seconds
    assert after > 0
    assert thrice.total_seconds == pytest.approx(once.first_model_seconds + 3 * after)
    assert replace(thrice, total_seconds=once.total_seconds) == once
    assert repeated(once, 1) == once


def test_the_head_alone_has_no_epochs() -> None:
    found = estimated(SPEED, replace(WORK, trained=("head",), epochs=0))
    assert found.epoch_seconds == 0.0
    assert found.total_seconds == found.first_model_seconds
    assert found.memory_bytes == SPEED.base_bytes


def test_a_network_that_cannot_be_cut_runs_whole_every_time() -> None:
    uncut = estimated(replace(SPEED, has_cuts=False), WORK)
    assert uncut.epoch_seconds > estimated(SPEED, WORK).epoch_seconds + 100 * 0.01


def test_values_come_back_from_their_wire_form() -> None:
    assert Speed.from_dict(SPEED.to_dict() | {"newer": 1}) == SPEED
    told = replace(SPEED, alone=Alone(0.2, 0.9))
    assert Speed.from_dict(json.loads(json.dumps(told.to_dict()))) == told
    found = estimated(SPEED, WORK)
    assert Estimate.from_dict(found.to_dict()) == found
    assert found.to_dict()["trainable_share"] == pytest.approx(1010 / 1110)
