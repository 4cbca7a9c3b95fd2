"""Pictures that somebody told a model teach the next one, and count in no number of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.training.small_training import digits_data, run, small_network, small_plan
from tl_core.evaluation.answers import ANSWERS, read_answers
from tl_core.evaluation.scores import RunResult
from tl_core.training.first_save import worth_of
from tl_core.training.head_phase import FirstModel, head_prefix


def test_a_cross_validated_result_is_without_told_pictures(tmp_path: Path) -> None:
    data, network = digits_data(60, 0), small_network()
    data = replace(data, told=np.arange(60) >= 55)
    result = RunResult.from_dict(run(tmp_path, data, network, small_plan(data, network))[-1].result)
    answers = read_answers(tmp_path / ANSWERS)
    assert (result.images, len(answers)) == (55, 55)
    assert answers.hashes == data.content_hashes[:55]
    assert int(answers.is_right.sum()) == result.correct


def test_the_first_model_is_worth_what_the_others_say() -> None:
    data, network = digits_data(20, 0), small_network()
    data = replace(data, told=np.arange(20) >= 10)
    rows = np.eye(10, dtype=np.float32)[data.train.labels]
    rows[10:] = np.roll(rows[10:], 1, axis=1)  # every told one is answered wrong
    worth = worth_of(FirstModel(data, None, None, rows, head_prefix(network)))
    assert worth is not None
    assert (worth.images, worth.accuracy) == (10, 1.0)
