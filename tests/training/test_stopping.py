"""Asked to stop at any time, a training ends soon and leaves a usable model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_training import Ticking, digits_data, files_in, small_network, small_plan

from tl_core.backbones.stages import StagedNetwork
from tl_core.evaluation.predictor import Predictor
from tl_core.events import EpochDone, Event, Phase, StepDone, Stopped, checked
from tl_core.training.loop import train
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan


def of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def run_until(
    folder: Path, data: TrainingData, network: StagedNetwork, plan: TrainingPlan, is_time: Callable[[Event], bool]
) -> list[Event]:
    """Asks to stop once `is_time` held for an event."""
    events: list[Event] = []
    stream = train(
        plan,
        data,
        network,
        files_in(folder),
        should_stop=lambda: any(is_time(event) for event in events),
        clock=Ticking(0.3),
    )
    for event in checked(stream):
        events.append(event)
    return events


def test_a_stop_in_the_features_makes_a_head_of_the_pictures_so_far(tmp_path: Path) -> None:
    data, network = digits_data(400, 60, 20), small_network()
    plan = small_plan(data, network, freeze="none", epochs=2)
    events = run_until(tmp_path, data, network, plan, lambda event: isinstance(event, Phase))
    assert isinstance(events[-1], Stopped)
    assert events[-1].epochs == 0
    assert events[-1].result["images"] == 20
    assert events[-1].result["accuracy"] > 0.3
    assert not of(events, StepDone)
    last = [phase for phase in of(events, Phase) if phase.name == "features"][-1]
    assert 80 <= last.done < 400
    assert Predictor.open(tmp_path / "model").classes == data.classes


def test_a_stop_in_mid_epoch_keeps_a_model_and_counts_whole_epochs(tmp_path: Path) -> None:
    data, network = digits_data(160, 40), small_network()
    plan = small_plan(data, network, freeze="blocks.2", epochs=3)
    events = run_until(tmp_path, data, network, plan, lambda event: isinstance(event, StepDone) and event.step >= 13)
    assert isinstance(events[-1], Stopped)
    assert events[-1].epochs == 1
    assert max(event.step for event in of(events, StepDone)) == 13
    assert events[-1].result["images"] == 40
    assert (tmp_path / "model" / "model.safetensors").is_file()


def test_a_stop_before_the_first_step_keeps_the_head(tmp_path: Path) -> None:
    data, network = digits_data(160, 40), small_network()
    plan = small_plan(data, network, freeze="blocks.2", epochs=3)
    events = run_until(tmp_path, data, network, plan, lambda event: isinstance(event, EpochDone))
    head = of(events, EpochDone)[0]
    assert isinstance(events[-1], Stopped)
    assert events[-1].result["accuracy"] == pytest.approx(head.val_accuracy)
