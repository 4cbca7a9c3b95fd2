"""A head-only model is scored on kept features in 32 bits, and they say what the model in its folder says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_training import digits_data, run, small_network, small_plan

from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult, score
from tl_core.events import Finished, Phase
from tl_core.training import scored_features
from tl_core.training.pictures import TrainingData


def result_of(folder: Path, data: TrainingData, **choices: object) -> tuple[Finished, list[Phase]]:
    network = small_network()
    events = run(folder, data, network, small_plan(data, network, **choices))
    phases = [event for event in events if isinstance(event, Phase) and event.name == "scoring"]
    (ending,) = [event for event in events if isinstance(event, Finished)]
    return ending, phases


def by_the_model(folder: Path, data: TrainingData) -> RunResult:
    answers = Predictor.open(folder / "model").probabilities(data.squares[data.test.positions])
    return score(answers, data.test.labels, data.classes, "test")


def test_the_result_is_what_the_model_in_its_folder_is_worth(tmp_path: Path) -> None:
    data = digits_data(80, 20, 40)
    ending, phases = result_of(tmp_path, data)
    wanted = by_the_model(tmp_path, data).to_dict()
    assert ending.result["confusion"] == wanted["confusion"]
    assert ending.result["log_loss"] == pytest.approx(wanted["log_loss"], abs=1e-6)
    assert (phases[0].done, phases[-1].done, phases[-1].total) == (0, 40, 40)


def test_another_head_on_the_same_pictures_is_scored_without_looking_at_them_again(tmp_path: Path) -> None:
    data = digits_data(80, 20, 40)
    result_of(tmp_path, data)
    unseen = replace(data, squares=np.zeros_like(data.squares))
    fewer = replace(unseen, train=data.train.within(np.arange(140) < 60))
    ending, phases = result_of(tmp_path, fewer)
    assert [(phase.done, phase.total) for phase in phases] == [(40, 40)]
    assert ending.result["log_loss"] == pytest.approx(by_the_model(tmp_path, data).log_loss, abs=1e-6)


def test_pictures_that_were_not_scored_before_are_looked_at(tmp_path: Path) -> None:
    data = digits_data(80, 20, 40)
    result_of(tmp_path, replace(data, test=data.test.within(np.arange(140) < 120)))
    ending, phases = result_of(tmp_path, data)
    assert (phases[0].done, phases[0].total) == (20, 40)
    assert ending.result["log_loss"] == pytest.approx(by_the_model(tmp_path, data).log_loss, abs=1e-6)


def test_where_the_model_answers_otherwise_the_model_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scored_features, "SAME", -1.0)  # whatever it answers, it is not the same
    data = digits_data(80, 20, 40)
    ending, phases = result_of(tmp_path, data)
    assert [phase.done for phase in phases].count(0) == 2
    assert ending.result["log_loss"] == pytest.approx(by_the_model(tmp_path, data).log_loss, abs=1e-12)


def test_validation_pictures_that_the_head_was_judged_on_in_32_bits_are_not_looked_at_twice(tmp_path: Path) -> None:
    _, phases = result_of(tmp_path, digits_data(80, 20))
    assert [(phase.done, phase.total) for phase in phases] == [(20, 20)]


def test_where_the_first_model_made_these_very_features_the_model_is_asked_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scored_features, "SAME", -1.0)
    data = digits_data(80, 20)
    for _ in range(2):  # and again, for what did not answer the same is no proof
        _, phases = result_of(tmp_path, data)
        assert [(phase.done, phase.total) for phase in (phases[0], phases[1])] == [(20, 20), (0, 20)]


def test_another_head_on_features_that_a_model_answered_the_same_to_asks_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answers = Predictor.probabilities

    def noted(predictor: Predictor, squares: np.ndarray) -> np.ndarray:
        asked.append(len(squares))
        return answers(predictor, squares)

    monkeypatch.setattr(Predictor, "probabilities", noted)
    data = digits_data(80, 20)
    result_of(tmp_path, data)
    assert asked == [scored_features.COMPARED]
    result_of(tmp_path, replace(data, train=data.train.within(np.arange(100) < 60)))
    assert asked == [scored_features.COMPARED]


def test_several_looks_at_each_picture_are_scored_by_the_model_itself(tmp_path: Path) -> None:
    data = digits_data(80, 20, 40)
    ending, _ = result_of(tmp_path, data, test_views=5)
    assert ending.result["log_loss"] == pytest.approx(by_the_model(tmp_path, data).log_loss, abs=1e-12)
