"""A training whose frozen part runs on OpenVINO learns what it learns with PyTorch, and says which it is and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_training import CPU, digits_data, run, small_network, small_plan

from tests.engines.offered import openvino_only
from tl_core.engines.choosing import OPENVINO, TORCH
from tl_core.events import EpochDone, Event, Finished, Warned
from tl_core.training.estimate import measure_speed
from tl_core.training.frozen_engine import engine_for, with_engine
from tl_core.training.head_phase import head_prefix
from tl_core.training.plan_values import TrainingPlan


def trained(folder: Path, engine: str, **choices: object) -> list[Event]:
    data, network = digits_data(48, 16, 16), small_network()
    plan = replace(small_plan(data, network, epochs=2, **choices), frozen_engine=engine)
    return run(folder / engine, data, network, plan)


def losses(events: list[Event]) -> list[float]:
    epochs = [event for event in events if isinstance(event, EpochDone)]
    (ending,) = [event for event in events if isinstance(event, Finished)]
    return [*(epoch.train_loss for epoch in epochs), ending.result["log_loss"]]


@openvino_only
@pytest.mark.parametrize(
    "choices",
    [{}, {"freeze": "blocks.2", "augment": "none"}, {"freeze": "blocks.2", "augment": "gentle"}],
    ids=["head", "kept features", "varied pictures"],
)  # fmt: skip
def test_both_engines_learn_the_same(tmp_path: Path, choices: dict[str, object]) -> None:
    found, wanted = (losses(trained(tmp_path, engine, **choices)) for engine in (OPENVINO, TORCH))
    assert found == pytest.approx(wanted, abs=2e-3)
    assert found != wanted  # it is another engine


@openvino_only
def test_features_of_one_engine_are_not_taken_for_the_others(tmp_path: Path) -> None:
    data, network = digits_data(48, 16, 16), small_network()
    plan = small_plan(data, network)
    for engine in (TORCH, OPENVINO):
        run(tmp_path, data, network, replace(plan, frozen_engine=engine))
    assert len(list((tmp_path / "cache" / "features").iterdir())) == 2


def test_an_engine_that_is_gone_gives_way_and_the_run_says_so(tmp_path: Path) -> None:
    gone = trained(tmp_path, "gone")
    assert losses(gone) == losses(trained(tmp_path, TORCH))
    told = [event.message for event in gone if isinstance(event, Warned)]
    assert told
    assert set(told) == {"gone is not used after all: it is not installed any more."}


def test_the_plan_names_the_engine_and_its_reason(tmp_path: Path) -> None:
    data, network = digits_data(48, 16), small_network()
    plan = with_engine(small_plan(data, network), head_prefix(network).module, tmp_path)
    assert plan.frozen_engine == TORCH
    assert plan.reasons["frozen_engine"].endswith("it is done with these pictures before something faster is found.")
    assert TrainingPlan.from_dict(plan.to_dict()) == plan


def test_from_scratch_nothing_is_frozen_so_no_engine_is_looked_for(tmp_path: Path) -> None:
    data, network = digits_data(48, 16), small_network()
    plan = small_plan(data, network, start="scratch", freeze="none")
    assert with_engine(plan, head_prefix(network).module, tmp_path) == plan
    assert list(tmp_path.iterdir()) == []


@openvino_only
def test_an_estimate_is_made_of_the_engine_that_a_training_would_take(tmp_path: Path) -> None:
    network = small_network()
    of = (network.network, head_prefix(network).module, CPU)
    assert engine_for(*of, precision="fp32", pictures=40, cache=tmp_path) == TORCH
    speed = measure_speed(network, CPU, precision="fp32", frozen_engine=OPENVINO)
    assert all(stage.answer_seconds > 0 for stage in speed.stages[:-1])
