"""A model's temperature and thresholds, changed after training: the weights stay, everybody answers by the new ones."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.pictures import DecoderHere, write_picture
from tests.export.models import CLASSES, save_small_model, small_bundle
from tl_core.errors import BundleError
from tl_core.evaluation.predictor import Prediction, Predictor
from tl_core.evaluation.table import answers_csv
from tl_core.export.adjusting import adjust_model
from tl_core.export.bundle import open_model
from tl_core.export.decision import Decision
from tl_core.export.described import described, weights_hash
from tl_core.export.packing import zip_model


def test_the_weights_stay_the_very_same_file(tmp_path: Path) -> None:
    save_small_model(tmp_path / "model")
    before, content = (tmp_path / "model" / "model.safetensors").stat(), weights_hash(tmp_path / "model")
    decision = Decision(unsure_below=0.7, watched_class="tulip", watched_from=0.2)
    adjust_model(tmp_path / "model", temperature=2.5, decision=decision)
    after = (tmp_path / "model" / "model.safetensors").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert weights_hash(tmp_path / "model") == content
    config, _ = open_model(tmp_path / "model")  # every byte is checked against the manifest
    assert (config.temperature, config.decision, config.format_version) == (2.5, decision, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_what_is_not_named_stays_and_may_be_taken_back(tmp_path: Path) -> None:
    save_small_model(tmp_path / "model", temperature=1.5)
    adjust_model(tmp_path / "model", decision=Decision(unsure_below=0.5))
    adjust_model(tmp_path / "model", temperature=1.75)
    assert described(tmp_path / "model").decision == Decision(unsure_below=0.5)
    adjust_model(tmp_path / "model", decision=Decision())
    config = described(tmp_path / "model")
    assert (config.temperature, config.decision, config.format_version) == (1.75, Decision(), 1)


def test_without_second_names_the_files_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_small_model(tmp_path / "model")

    def refuse(*_: object) -> None:
        raise OSError("no second names here")

    monkeypatch.setattr(os, "link", refuse)
    adjust_model(tmp_path / "model", temperature=3.0)
    assert open_model(tmp_path / "model")[0].temperature == 3.0


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Decision(watched_class="rose", watched_from=0.5), "watched_class is rose, which is none of the classes"),
        (Decision(unsure_below=1.5), "unsure_below is 1.5; it must be between 0 and 1"),
        (Decision(watched_class="tulip", watched_from=float("nan")), "watched_from is nan; it must be between"),
    ],
)
def test_values_that_no_model_can_have_leave_it_as_it_was(tmp_path: Path, decision: Decision, said: str) -> None:
    save_small_model(tmp_path / "model")
    with pytest.raises(BundleError, match=said):
        adjust_model(tmp_path / "model", decision=decision)
    with pytest.raises(BundleError, match="temperature is -1; it must be above 0"):
        adjust_model(tmp_path / "model", temperature=-1)
    assert described(tmp_path / "model").decision.is_usual


def test_a_bundle_stays_as_it_was_exported(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"'bundle.zip' is a bundle, which stays as it was exported"):
        adjust_model(small_bundle(tmp_path), temperature=2.0)


def test_the_watched_class_is_the_answer_from_its_threshold_on() -> None:
    rows = np.array([[0.6, 0.25, 0.15], [0.6, 0.15, 0.25], [0.1, 0.85, 0.05], [0.45, 0.5, 0.05]])
    answered, sure = Decision(0.5, "tulip", 0.2).answers(rows, CLASSES)
    assert answered.tolist() == [1, 0, 1, 1]
    assert sure.tolist() == [True, True, True, True]
    strict, doubted = Decision(0.5, "tulip", 0.6).answers(rows, CLASSES)
    assert strict.tolist() == [0, 0, 1, 0]
    assert doubted.tolist() == [True, True, True, False]
    assert Decision().answers(rows, CLASSES)[0].tolist() == [0, 0, 1, 1]


def test_predictions_follow_the_decision_and_say_whether_they_are_sure(tmp_path: Path) -> None:
    save_small_model(tmp_path / "model")
    paths = [write_picture(tmp_path / f"{seed}.png", seed) for seed in range(6)]
    usual = list(Predictor.open(tmp_path / "model").predict(paths, DecoderHere()))
    assert {answer.is_sure for answer in usual if isinstance(answer, Prediction)} == {None}
    middle = sorted(answer.probability for answer in usual if isinstance(answer, Prediction))[3]
    adjust_model(tmp_path / "model", decision=Decision(unsure_below=middle))
    answers = list(Predictor.open(tmp_path / "model").predict(paths, DecoderHere()))
    assert [answer.is_sure for answer in answers if isinstance(answer, Prediction)] == [
        answer.probability >= middle for answer in usual if isinstance(answer, Prediction)
    ]
    table = answers_csv(answers, CLASSES).decode("utf-8-sig").splitlines()
    assert table[0] == "path,class,probability,sure,problem,daisy,tulip,violet"
    assert sum(",no,," in line for line in table) == 3


def test_an_older_thaw_refuses_thresholds_and_a_bundle_carries_them(tmp_path: Path) -> None:
    save_small_model(tmp_path / "model")
    adjust_model(tmp_path / "model", decision=Decision(watched_class="daisy", watched_from=0.01))
    zip_model(tmp_path / "model", tmp_path / "bundle.zip")
    config, _ = open_model(tmp_path / "bundle.zip")
    assert config.decision.watched_class == "daisy"
    answer = next(iter(Predictor.open(tmp_path / "bundle.zip").predict([write_picture(tmp_path / "a.png", 1)],
                                                                      DecoderHere())))  # fmt: skip
    assert isinstance(answer, Prediction)
    assert answer.label == "daisy"
