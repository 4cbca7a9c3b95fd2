"""The first model: there and honest about itself while the rest of a run goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_training import Ticking, digits_data, files_in, run, small_network, small_plan

from tl_core.evaluation.predictor import Predictor
from tl_core.events import EpochDone, Event, ModelReady, StepDone
from tl_core.training.loop import train


def of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_the_first_model_answers_while_training_goes_on_as_well_as_it_was_said_to(tmp_path: Path) -> None:
    data, network = digits_data(160, 60), small_network()
    plan = small_plan(data, network, freeze="blocks.4", epochs=2, augment="none")
    stream = train(plan, data, network, files_in(tmp_path), should_stop=lambda: False, clock=Ticking())
    told: list[Event] = []
    for event in stream:
        told.append(event)
        if isinstance(event, ModelReady):
            break
    assert not of(told, StepDone)
    ready = of(told, ModelReady)[0]
    assert (ready.measured_on, ready.images) == ("validation", 60)
    assert ready.accuracy == of(told, EpochDone)[0].val_accuracy
    assert ready.accuracy_low < ready.accuracy < ready.accuracy_high
    answers = Predictor.open(tmp_path / "model", device="cpu").probabilities(data.squares[data.val.positions])
    assert float(np.mean(answers.argmax(axis=1) == data.val.labels)) == pytest.approx(ready.accuracy, abs=1 / 60)
    assert of(list(stream), EpochDone)[-1].epoch == 2


def test_the_model_at_the_end_takes_the_first_ones_place_and_has_the_result(tmp_path: Path) -> None:
    data, network = digits_data(96, 40), small_network()
    events = run(tmp_path, data, network, small_plan(data, network, freeze="blocks.4", epochs=1))
    assert len(of(events, ModelReady)) == 1
    assert Predictor.open(tmp_path / "model", device="cpu").config.result is not None


def test_without_pictures_to_measure_on_the_head_alone_is_saved_once_with_its_result(tmp_path: Path) -> None:
    data, network = digits_data(40, 0), small_network()
    events = run(tmp_path, data, network, small_plan(data, network, freeze="all"))
    assert of(events, ModelReady) == []
    assert Predictor.open(tmp_path / "model", device="cpu").config.result is not None


def test_with_a_test_split_the_first_model_says_what_it_is_worth_on_validation(tmp_path: Path) -> None:
    data, network = digits_data(96, 30, 30), small_network()
    events = run(tmp_path, data, network, small_plan(data, network, freeze="all"))
    (ready,) = of(events, ModelReady)
    assert (ready.measured_on, ready.images) == ("validation", 30)


def test_a_network_from_scratch_has_no_first_model(tmp_path: Path) -> None:
    data, network = digits_data(48, 20, classes=2), small_network(classes=2)
    plan = small_plan(data, network, start="scratch", freeze="none", epochs=1, augment="none")
    assert of(run(tmp_path, data, network, plan), ModelReady) == []
