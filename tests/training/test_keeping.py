"""What a training keeps of its answers: they are what its result was counted from, wherever that was measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.training.small_training import digits_data, run, small_network, small_plan
from tl_core.evaluation.answers import ANSWERS, LEFT_OUT, read_answers
from tl_core.evaluation.predictor import Predictor
from tl_core.evaluation.scores import RunResult, score
from tl_core.export.described import weights_hash


@pytest.mark.parametrize(("val", "test", "side"), [(30, 0, 1), (30, 20, 2)], ids=["validation", "test"])
def test_the_result_is_counted_from_the_kept_answers(tmp_path: Path, val: int, test: int, side: int) -> None:
    data, network = digits_data(60, val, test), small_network()
    plan = small_plan(data, network)
    result = RunResult.from_dict(run(tmp_path, data, network, plan)[-1].result)
    answers = read_answers(tmp_path / ANSWERS)
    part = data.measured(plan.measured_on)
    counted = score(answers.probabilities, answers.labels, answers.classes, answers.measured_on)
    assert (counted.confusion, counted.log_loss) == (result.confusion, result.log_loss)
    assert answers.measured_on == result.measured_on
    assert set(answers.splits.tolist()) == {side}
    assert answers.hashes == tuple(data.content_hashes[row] for row in part.positions)
    assert answers.weights == weights_hash(tmp_path / "model")
    again = Predictor.open(tmp_path / "model").probabilities(np.asarray(data.squares[part.positions]))
    assert np.abs(again - answers.probabilities).max() <= 1e-5


def test_training_pictures_are_answered_by_heads_that_never_saw_them(tmp_path: Path) -> None:
    data, network = digits_data(60, 30), small_network()
    events = run(tmp_path, data, network, small_plan(data, network))
    left_out = read_answers(tmp_path / LEFT_OUT)
    assert left_out.hashes == tuple(data.content_hashes[:60])
    first = next(event for event in events if event.kind == "epoch_done")
    assert float(left_out.is_right.mean()) == pytest.approx(first.train_accuracy)


def test_a_cross_validated_run_keeps_the_answers_to_all_its_pictures(tmp_path: Path) -> None:
    data, network = digits_data(60, 0), small_network()
    result = RunResult.from_dict(run(tmp_path, data, network, small_plan(data, network))[-1].result)
    answers = read_answers(tmp_path / ANSWERS)
    assert (len(answers), answers.measured_on, answers.weights) == (60, "cross-validation", "")
    assert int(answers.is_right.sum()) == result.correct
    assert not (tmp_path / LEFT_OUT).exists()
