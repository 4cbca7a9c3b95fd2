"""Kept answers: what is written comes back, a stranger's file is believed in nothing, and torch is not needed."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tl_core.errors import RunError
from tl_core.evaluation.answers import ANSWERS, Answers, joined, make_answers, read_answers, write_answers
from tl_core.evaluation.answers_check import CHECKED


def answers_for_tests(count: int = 12, classes: int = 3, seed: int = 0, **changes: Any) -> Answers:
    generator = np.random.default_rng(seed)
    paths = [f"pets/ä {number}.png" for number in range(count)]
    values: dict[str, Any] = {
        "classes": tuple(f"kind {number}" for number in range(classes)),
        "measured_on": "validation",
        "probabilities": generator.dirichlet(np.ones(classes), size=count),
        "labels": generator.integers(0, classes, size=count),
        "hashes": [hashlib.sha256(path.encode()).hexdigest() for path in paths],
        "paths": paths,
        "split": "val",
    }
    return make_answers(**{**values, **changes})


def same(one: Answers, other: Answers) -> bool:
    arrays = [name for name in CHECKED if not name.startswith("path_")]
    plain = ("classes", "measured_on", "paths", "weights")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays) and all(
        getattr(one, name) == getattr(other, name) for name in plain
    )


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    folds = [np.arange(12) % 5, np.arange(12) % 4]
    answers = answers_for_tests(folds=folds, measured_on="cross-validation", split="train", weights="a" * 64)
    write_answers(tmp_path / ANSWERS, answers)
    found = read_answers(tmp_path / ANSWERS)
    assert same(found, answers)
    assert found.folds.shape == (12, 2)
    assert found.hashes[3] == hashlib.sha256(b"pets/\xc3\xa4 3.png").hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == [ANSWERS]


def test_names_that_are_no_text_come_back_too(tmp_path: Path) -> None:
    answers = replace(answers_for_tests(2), classes=("a\udcff", "b\x00", 'c"'), paths=("x\udc80.png", ""))
    write_answers(tmp_path / ANSWERS, answers)
    found = read_answers(tmp_path / ANSWERS)
    assert found.classes == answers.classes
    assert found.paths == answers.paths


def test_rows_keep_what_belongs_together() -> None:
    answers = answers_for_tests()
    wrong = answers.rows(~answers.is_right)
    assert len(wrong) == int((answers.answered != answers.labels).sum())
    assert not wrong.is_right.any()
    last = answers.rows(np.array([11, 0]))
    assert last.paths == ("pets/ä 11.png", "pets/ä 0.png")
    assert last.hashes[0] == answers.hashes[11]


def test_two_sets_of_answers_become_one() -> None:
    one, other = answers_for_tests(5), answers_for_tests(7, seed=1, measured_on="test", split="test", weights="b" * 64)
    both = joined(one, other)
    assert (len(both), both.measured_on, both.weights) == (12, "cross-validation", "")
    assert both.hashes == one.hashes + other.hashes
    assert same(both.rows(np.arange(5)), replace(one, measured_on="cross-validation"))
    with pytest.raises(ValueError, match="answers of other classes cannot be joined"):
        joined(one, replace(other, classes=("x", "y", "z")))


def test_an_older_run_is_told_as_one_that_kept_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"kept no answers to its pictures: it did not reach its end, or an older Thaw"):
        read_answers(tmp_path / ANSWERS)


def test_answers_that_do_not_fit_are_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="probabilities do not add up to 1"):
        write_answers(tmp_path / ANSWERS, answers_for_tests(probabilities=np.full((12, 3), 0.5)))
    with pytest.raises(ValueError, match=r"sha256 has the shape \(11, 32\), not \(12, 32\)"):
        write_answers(tmp_path / ANSWERS, replace(answers_for_tests(), sha256=answers_for_tests(11).sha256))
    assert not list(tmp_path.iterdir())


def rewritten(path: Path, told: dict[str, str] | None = None, drop: str = "", **arrays: np.ndarray) -> None:
    with safetensors.safe_open(path, framework="numpy") as file:
        tensors = {name: np.array(file.get_tensor(name)) for name in file.keys() if name != drop}  # noqa: SIM118
        metadata = {**file.metadata(), **(told or {})}
    path.write_bytes(safetensors.numpy.save({**tensors, **arrays}, metadata=metadata))


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "torn": (lambda path: path.write_bytes(path.read_bytes()[:-9]), "are damaged"),
    "empty": (lambda path: path.write_bytes(b""), "are damaged"),
    "a header without end": (lambda path: path.write_bytes(struct.pack("<Q", 1 << 60) + b"{}"), "are damaged"),
    "no header": (lambda path: path.write_bytes(struct.pack("<Q", 4) + b"[[[["), "are damaged"),
    "another format": (lambda path: rewritten(path, {"format": "pt"}), "it holds no answers"),
    "newer": (lambda path: rewritten(path, {"version": "2"}), "was written by a newer Thaw. Please update"),
    "no classes": (lambda path: rewritten(path, {"classes": json.dumps({"a": 1})}), "it names no classes"),
    "classes no JSON": (lambda path: rewritten(path, {"classes": "["}), "are damaged"),
    "measured nowhere": (lambda path: rewritten(path, {"measured_on": "training"}), "does not say what was measured"),
    "an array missing": (lambda path: rewritten(path, drop="labels"), "labels is missing"),
    "another type": (lambda path: rewritten(path, labels=np.zeros(12, np.int16)), "labels is of the type int16"),
    "a label too high": (lambda path: rewritten(path, labels=np.full(12, 3)), "labels go from 3 to 3"),
    "a side too high": (lambda path: rewritten(path, splits=np.full(12, 3, np.uint8)), "no side 3 of a split"),
    "no numbers": (
        lambda path: rewritten(path, probabilities=np.full((12, 3), np.nan, np.float32)),
        "not all between 0 and 1",
    ),
    "too few rows": (
        lambda path: rewritten(path, probabilities=np.ones((2, 3), np.float32)),
        r"probabilities has the shape \(2, 3\), not \(12, 3\)",
    ),
    "paths that go back": (
        lambda path: rewritten(path, path_ends=np.arange(12)[::-1].astype(np.int64)),
        "paths do not end where they should",
    ),
}


@pytest.mark.parametrize(("damage", "said"), DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_or_foreign_file_is_told(tmp_path: Path, damage: Callable[[Path], object], said: str) -> None:
    path = tmp_path / ANSWERS
    write_answers(path, answers_for_tests())
    damage(path)
    with pytest.raises(RunError, match=said):
        read_answers(path)
