"""Presets try several freezings and keep what validation likes best; none ends below the first model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from small_training import Ticking, digits_data, facts_of, files_in, small_network

from tl_core.backbones.stage import Stage
from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult
from tl_core.events import CandidateDone, EpochDone, Event, Finished, Phase, Planned, StepDone, Stopped, Warned, checked
from tl_core.training.loop import carry_out
from tl_core.training.pictures import TrainingData
from tl_core.training.preset_lines import line_at, preset_freezings
from tl_core.training.session import planned

STAGES = tuple(
    Stage(name, name, 10, share, (4,)) for name, share in (("a", 0.3), ("b", 0.3), ("c", 0.4), ("head", 0.0))
)


def run_preset(
    folder: Path,
    data: TrainingData,
    preset: str,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    **choices: object,
) -> list[Event]:
    network = small_network(len(data.classes))
    config = RunConfig.from_dict(
        {"backbone": "test_efficientnet.r160_in1k", "batch_size": 16, "preset": preset, **choices}
    )
    plan, candidates = planned(config, facts_of(data, network))

    def stream() -> Iterator[Event]:
        yield Planned(plan.to_dict())
        yield from carry_out(
            plan, data, network, files_in(folder), should_stop=should_stop, clock=Ticking(), started=0.0,
            candidates=candidates,
        )  # fmt: skip

    return list(checked(stream()))


Kind = TypeVar("Kind")


def of_kind(events: list[Event], kind: type[Kind]) -> list[Kind]:
    return [event for event in events if isinstance(event, kind)]


def result_of(events: list[Event]) -> RunResult:
    (ending,) = [event for event in events if isinstance(event, Finished | Stopped)]
    return RunResult.from_dict(ending.result)


def right_on_validation(folder: Path, data: TrainingData) -> float:
    answers = Predictor.open(folder / "model").probabilities(np.asarray(data.squares[data.val.positions]))
    return float(np.mean(answers.argmax(axis=1) == data.val.labels))


def test_best_compares_freezings_and_keeps_the_winner(tmp_path: Path) -> None:
    data = digits_data(160, 60)
    events = run_preset(tmp_path, data, "best", epochs=2, learning_rate=0.003, augment="none")
    candidates = of_kind(events, CandidateDone)
    assert [candidate.number for candidate in candidates] == [1, 2, 3]
    assert candidates[0].freeze == "all"
    assert {candidate.candidates for candidate in candidates} == {3}
    best = max(candidates, key=lambda candidate: (candidate.val_accuracy, -candidate.val_loss))
    assert [candidate for candidate in candidates if candidate.is_best][-1] == best
    result = result_of(events)
    assert result.kept == best.freeze
    assert result.accuracy == pytest.approx(best.val_accuracy, abs=0.02)  # fp32 from the saved model
    assert right_on_validation(tmp_path, data) == pytest.approx(result.accuracy)


def test_epochs_and_steps_are_counted_on_through_all_candidates(tmp_path: Path) -> None:
    events = run_preset(tmp_path, digits_data(96, 30), "best", epochs=2, augment="none", patience=9)
    assert [event.epoch for event in of_kind(events, EpochDone)] == [0, 1, 2, 3, 4]
    assert {event.epochs for event in of_kind(events, EpochDone)} == {4}
    steps = of_kind(events, StepDone)
    assert [step.step for step in steps] == sorted(step.step for step in steps)
    assert {step.steps for step in steps} == {4 * 6}
    assert 3 * 6 < steps[-1].step <= 4 * 6


@pytest.mark.parametrize("rate", [0.5, 10.0])
def test_training_that_does_harm_never_ends_below_the_first_model(tmp_path: Path, rate: float) -> None:
    data = digits_data(160, 60)
    first = result_of(run_preset(tmp_path / "instant", data, "instant"))
    events = run_preset(
        tmp_path / "better", data, "better", epochs=1, learning_rate=rate, gradient_clip=1e6, optimizer="sgd",
        augment="none", warmup_epochs=0.0,
    )  # fmt: skip
    result = result_of(events)
    assert result.accuracy >= first.accuracy
    assert result.kept == "all"
    assert any("so the first model is kept" in warning.message for warning in of_kind(events, Warned))
    assert right_on_validation(tmp_path / "better", data) == right_on_validation(tmp_path / "instant", data)


def test_instant_is_the_head_alone(tmp_path: Path) -> None:
    events = run_preset(tmp_path, digits_data(80, 30), "instant")
    assert [event.epoch for event in of_kind(events, EpochDone)] == [0]
    assert of_kind(events, CandidateDone) == []
    assert result_of(events).kept == ""


def test_the_test_pictures_are_measured_on_once_and_by_the_winner_alone(tmp_path: Path) -> None:
    data = digits_data(120, 40, 50)
    events = run_preset(tmp_path, data, "best", epochs=1, augment="none")
    scoring = [phase for phase in of_kind(events, Phase) if phase.name == "scoring"]
    assert [phase.done for phase in scoring if phase.done == 0] == [0]
    assert {phase.total for phase in scoring} == {50}
    assert result_of(events).measured_on == "test"


@pytest.mark.parametrize("after", [4, 9, 14, 30])
def test_a_stop_in_any_phase_leaves_a_usable_model_no_worse_than_the_first(tmp_path: Path, after: int) -> None:
    data = digits_data(96, 40)
    asked = iter(range(10**6))
    events = run_preset(
        tmp_path, data, "best", epochs=2, learning_rate=0.003, augment="none", should_stop=lambda: next(asked) >= after
    )
    assert isinstance(events[-1], Stopped)
    first = of_kind(events, EpochDone)[0].val_accuracy
    assert first is not None
    assert right_on_validation(tmp_path, data) >= first - 1e-9


def test_a_preset_without_pictures_to_compare_on_fits_the_head(tmp_path: Path) -> None:
    data = digits_data(40, 0)
    network = small_network()
    plan, candidates = planned(RunConfig(preset="best"), facts_of(data, network, pictures={"train": 40}))
    assert (plan.method, plan.candidates, len(candidates)) == ("head", ("all",), 1)


def test_a_preset_needs_pretrained_weights() -> None:
    data, network = digits_data(40, 20), small_network()
    with pytest.raises(ConfigError, match="preset is 'better' and start is 'scratch'"):
        planned(RunConfig(preset="better", start="scratch"), facts_of(data, network))


def test_a_presets_plan_says_what_it_compares_and_why() -> None:
    data, network = digits_data(160, 60), small_network()
    plan, candidates = planned(RunConfig(preset="better"), facts_of(data, network))
    assert plan.preset == "better"
    assert plan.candidates[0] == "all"
    assert len(plan.candidates) == len(candidates) == 2
    assert plan.reasons["preset"].startswith("The head first")
    assert plan.epochs == candidates[1].epochs
    assert type(plan).from_dict(plan.to_dict()) == plan


@pytest.mark.parametrize(
    ("preset", "on_gpu", "lines"),
    [
        ("instant", True, ("all",)),
        ("better", False, ("all", "b")),
        ("best", False, ("all", "b", "a")),
        ("best", True, ("all", "b", "a", "none")),
    ],
)
def test_presets_try_lines_by_the_share_of_the_work(preset: str, on_gpu: bool, lines: tuple[str, ...]) -> None:
    assert preset_freezings(preset, STAGES, on_gpu=on_gpu) == lines


def test_a_network_of_one_great_stage_thaws_as_a_whole() -> None:
    assert line_at(tuple(replace(stage, share=1.0) for stage in (STAGES[0], STAGES[3])), 1 / 3) == "none"
