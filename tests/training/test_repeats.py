"""The same training with other seeds: their numbers in the result, the first seed's model kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_training import Ticking

from tl_core.config import RunConfig
from tl_core.errors import TrainingError
from tl_core.evaluation.scores import RunResult, score
from tl_core.evaluation.sentence import in_words
from tl_core.events import EpochDone, Event, Finished, Phase, Planned, RepeatDone, StepDone, Stopped, Warned, checked
from tl_core.training.extending import Asked
from tl_core.training.repeats import repeated

ACCURACIES = {0: 0.9, 1: 0.8, 2: 0.7, 4294967295: 0.6}


def result_with(accuracy: float) -> dict[str, Any]:
    labels = np.arange(10) % 2
    right = np.arange(10) < round(accuracy * 10)
    answers = np.where(right, labels, 1 - labels)
    return score(np.eye(2)[answers], labels, ("a", "b"), "validation").to_dict()


def training(config: RunConfig, folder: Path, asked: Asked | None) -> Iterator[Event]:
    (folder / "model").mkdir(parents=True)
    yield Planned({"seed": config.seed})
    yield Phase("reading", 1, 1)
    yield StepDone(1, 2, 1, 1, 0.5, 0.1, 10.0, 1.0)
    yield EpochDone(1, 1, 0.5, 0.5, None, None, 0.1, 10.0)
    yield Finished(1, 5.0, result_with(ACCURACIES[config.seed]))


def run(folder: Path, train: Any = training, **choices: Any) -> list[Event]:
    config = RunConfig(**{"repeats": 3, **choices})
    return list(checked(repeated(config, folder, train, clock=Ticking())))


def test_the_result_has_every_seeds_number_and_the_first_ones_model(tmp_path: Path) -> None:
    events = run(tmp_path)
    assert [event for event in events if isinstance(event, Planned)] == [Planned({"seed": 0})]
    repeats = [event for event in events if isinstance(event, RepeatDone)]
    assert [(repeat.number, repeat.seed, repeat.accuracy) for repeat in repeats] == [
        (1, 0, 0.9),
        (2, 1, 0.8),
        (3, 2, 0.7),
    ]
    ending = events[-1]
    assert isinstance(ending, Finished)
    result = RunResult.from_dict(ending.result)
    assert result.accuracy == 0.9
    assert (result.seeds, result.seed_accuracies) == ((0, 1, 2), (0.9, 0.8, 0.7))
    assert result.mean_accuracy == pytest.approx(0.8)
    assert result.accuracy_spread == pytest.approx(0.1)
    assert "Over 3 seeds it was 80 % on average, 70 to 90 %; the model is the first seed's." in in_words(result)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_other_seeds_tell_their_progress_and_no_epochs(tmp_path: Path) -> None:
    events = run(tmp_path)
    assert len([event for event in events if isinstance(event, EpochDone)]) == 1
    assert len([event for event in events if isinstance(event, StepDone)]) == 1
    assert len([event for event in events if isinstance(event, Phase) and event.name == "training"]) == 2


def test_a_stop_among_the_repeats_keeps_what_was_measured(tmp_path: Path) -> None:
    def train(config: RunConfig, folder: Path, asked: Asked | None) -> Iterator[Event]:
        for event in training(config, folder, asked):
            yield Stopped(0, 1.0, event.result) if isinstance(event, Finished) and config.seed == 2 else event

    ending = run(tmp_path, train)[-1]
    assert isinstance(ending, Stopped)
    assert RunResult.from_dict(ending.result).seed_accuracies == (0.9, 0.8)


def test_a_stop_in_the_first_training_is_the_end(tmp_path: Path) -> None:
    def train(config: RunConfig, folder: Path, asked: Asked | None) -> Iterator[Event]:
        yield Planned({})
        yield Stopped(0, 1.0, result_with(0.5))

    assert run(tmp_path, train) == [Planned({}), Stopped(0, 1.0, result_with(0.5))]


def test_a_seed_whose_numbers_grow_without_bound_is_told_and_left_out(tmp_path: Path) -> None:
    def train(config: RunConfig, folder: Path, asked: Asked | None) -> Iterator[Event]:
        if config.seed == 1:
            raise TrainingError("The loss became nan.", "Choose a smaller learning rate.")
        yield from training(config, folder, asked)

    events = run(tmp_path, train)
    assert Warned("With the seed 1: The loss became nan.") in events
    assert isinstance(events[-1], Finished)
    assert RunResult.from_dict(events[-1].result).seeds == (0, 2)


def test_seeds_begin_again_behind_the_last(tmp_path: Path) -> None:
    ending = run(tmp_path, seed=2**32 - 1, repeats=2)[-1]
    assert isinstance(ending, Finished)
    assert RunResult.from_dict(ending.result).seeds == (2**32 - 1, 0)
