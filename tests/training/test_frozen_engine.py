"""A training whose frozen part runs on OpenVINO learns what it learns with PyTorch, and says which it is and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small_training import CPU, digits_data, run, small_network, small_plan
from torch import nn

from tests.engines.offered import openvino_only
from tl_core.engines import running
from tl_core.engines.choosing import OPENVINO, TORCH
from tl_core.engines.running import FastPart, fast_part
from tl_core.engines.task import Task
from tl_core.engines.torch_part import TorchPart
from tl_core.events import EpochDone, Event, Finished, Warned
from tl_core.training import frozen_engine
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


def told_of(events: list[Event]) -> list[str]:
    return [event.message for event in events if isinstance(event, Warned)]


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"freeze": "blocks.2", "augment": "none"},
        {"freeze": "blocks.2", "augment": "gentle", "flips": "none", "cached_views": 2},
        {"freeze": "blocks.4", "gradual": "2:blocks.4", "augment": "none"},
    ],
    ids=["head", "kept features", "kept views", "by and by"],
)  # fmt: skip
def test_an_engine_that_is_gone_gives_way_and_the_run_says_so_once_and_does_not_try_it_again(
    tmp_path: Path, choices: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def noted(part: nn.Module, task: Task, engine: str, *, cache: Path | None = None) -> FastPart:
        tried.append(engine)
        return fast_part(part, task, engine, cache=cache)

    monkeypatch.setattr(frozen_engine, "fast_part", noted)
    gone = trained(tmp_path, "gone", **choices)
    assert tried.count("gone") == 1
    assert losses(gone) == losses(trained(tmp_path, TORCH, **choices))
    assert told_of(gone) == ["gone is not used after all: it is not installed any more."]


@pytest.mark.parametrize("gradual", ["", "2:blocks.2"], ids=["one cut", "two cuts"])
def test_an_engine_that_goes_after_its_features_were_kept_is_told_once_when_steps_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gradual: str
) -> None:
    choices = {"freeze": "blocks.2", "gradual": gradual, "augment": "gentle", "flips": "none", "cached_views": 0}
    found = {"another": lambda part, task: TorchPart(part, task.precision)}
    monkeypatch.setattr(running, "makers", lambda: found)
    assert told_of(trained(tmp_path, "another", **choices)) == []
    found.clear()
    assert told_of(trained(tmp_path, "another", **choices)) == [
        "another is not used after all: it is not installed any more."
    ]


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
