"""The disk that a training will take, worked out by hand, and what is said where the disk has not got it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.training.test_estimate_values import SPEED
from tests.training.test_plan_reasons import FACTS
from tl_core.caching.limits import SPARE_BYTES
from tl_core.config import RunConfig
from tl_core.training.estimate_disk import Room, on_disk, run_bytes
from tl_core.training.estimate_values import StageSpeed
from tl_core.training.forecast import Kept, Sides, forecast
from tl_core.training.made import Ahead, Made, ToWrite
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import TrainingPlan

HEAD_PLAN = make_plan(RunConfig(freeze="all"), FACTS)
DEEPER = make_plan(RunConfig(freeze="middle"), FACTS)
NEW = Ahead(to_write=ToWrite(first=1e9, scored=1e8, remembered=2e9), held=3e9)
SPEEDS = replace(
    SPEED,
    stages=tuple(StageSpeed(stage.name, stage.parameters, 0.01, 0.01, 0.01, 0.02, 100.0) for stage in FACTS.stages),
)


def test_a_runs_folder_has_its_model_and_two_checkpoints_with_optimizer_and_average() -> None:
    assert run_bytes([HEAD_PLAN]) == 4 * HEAD_PLAN.total_parameters
    assert (DEEPER.optimizer, DEEPER.ema_decay > 0) == ("adamw", True)
    wanted = 4 * (DEEPER.total_parameters + 2 * (1 + 2 + 1) * DEEPER.trainable_parameters)
    assert run_bytes([DEEPER]) == wanted == run_bytes([HEAD_PLAN, DEEPER])


def test_what_candidates_share_is_written_once_and_only_a_head_alone_is_scored_on_kept_rows() -> None:
    alone = on_disk([HEAD_PLAN], [NEW], Room())
    assert alone.new == 3.1e9 + run_bytes([HEAD_PLAN])
    both = on_disk([HEAD_PLAN, DEEPER], [NEW, NEW], Room())
    assert both.new == 5e9 + run_bytes([DEEPER])


def test_what_the_bound_would_not_keep_is_not_promised_but_for_what_a_training_holds_at_once() -> None:
    plans, aheads = [HEAD_PLAN, DEEPER, DEEPER], [NEW, NEW, NEW]
    assert on_disk(plans, aheads, Room(bound=4e9)).new == 4e9 + run_bytes(plans)
    assert on_disk(plans, aheads, Room(bound=1e9)).new == 3e9 + run_bytes(plans)


@pytest.mark.parametrize(
    ("free", "older", "missing"),
    [
        (3e9 + SPARE_BYTES, 0.0, 0.0),
        (3e9, 0.0, SPARE_BYTES),
        (3e9, 3e9, SPARE_BYTES),  # all that is kept is wanted, so nothing of it can go
        (3e9, 3e9 + SPARE_BYTES, 0.0),
        (0.0, 0.0, 3e9 + SPARE_BYTES),
    ],
)
def test_a_disk_without_that_room_lacks_so_much(free: float, older: float, missing: float) -> None:
    assert on_disk([DEEPER], [NEW], Room(free, older)).missing == pytest.approx(missing)


def test_a_forecast_says_the_disk_of_every_line_and_preset() -> None:
    def look(plan: TrainingPlan) -> Ahead:
        return Ahead(to_write=ToWrite(first=5e8, remembered=1e9 * len(plan.frozen)))

    found = forecast(RunConfig(freeze="middle"), Sides(FACTS, FACTS), SPEEDS, Kept(look, Room(free=1e9)))
    assert found.chosen is not None
    assert found.chosen.disk_bytes == 5e8 + 1e9 * len(DEEPER.frozen) + run_bytes([DEEPER])
    assert found.chosen.disk_missing_bytes == pytest.approx(5e8 + 1e9 * len(DEEPER.frozen) + SPARE_BYTES - 1e9)
    assert found.presets["best"].disk_bytes > found.presets["better"].disk_bytes > found.presets["instant"].disk_bytes
    assert found.to_dict()["lines"]["none"]["disk_bytes"] > 0


def test_a_preset_that_compares_measures_its_winner_anew_and_the_head_alone_finds_its_scores() -> None:
    def scored(plan: TrainingPlan) -> Ahead:
        return Ahead(made=Made(scored=1.0))

    slow = replace(SPEEDS, score_seconds=1.0)
    fresh, again = (forecast(RunConfig(), Sides(FACTS, FACTS), slow, kept) for kept in (Kept(), Kept(scored)))
    assert again.presets["instant"].total_seconds < fresh.presets["instant"].total_seconds
    assert again.presets["instant"].total_seconds == again.presets["instant"].first_model_seconds
    assert again.presets["better"].total_seconds == fresh.presets["better"].total_seconds
