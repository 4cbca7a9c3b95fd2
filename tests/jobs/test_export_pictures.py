"""What an export is compared on: the run's own pictures, unseen ones first, and what the run once said of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from tests.export.models import CLASSES, save_small_model
from tests.jobs.export_runs import run_with_pictures
from tests.jobs.fake_workers import new_run
from tl_core.errors import BundleError
from tl_core.evaluation.answers import ANSWERS, make_answers, write_answers
from tl_core.export.adjusting import adjust_model
from tl_core.export.described import described, weights_hash
from tl_core.jobs.export_kept import check_kept_answers
from tl_core.jobs.export_pictures import Compared, compared_pictures, own_pictures, sample_pictures
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import Workspace


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return run_with_pictures(tmp_path)


def test_pictures_that_training_did_not_see_come_first_and_classes_take_turns(run: RunDir):
    found = own_pictures(run)
    assert [(one.side, one.label) for one in found[:4]] == [("test", "blue"), ("test", "red")] * 2
    assert [one.side for one in found[4:]] == ["train"] * 8
    assert {one.label for one in sample_pictures(found)} == {"blue", "red"}
    assert {one.side for one in sample_pictures(found)} == {"test"}
    assert len(sample_pictures(found)) == 3


def test_thaws_drawn_pictures_fill_up_what_is_missing_and_are_no_samples(run: RunDir, tmp_path: Path):
    (tmp_path / "pets" / "test" / "red" / "0.png").unlink()
    found = compared_pictures(run, tmp_path / "scratch")
    assert len(found) == 32
    assert [one.is_own for one in found] == [True] * 11 + [False] * 21
    assert all(one.path.is_file() for one in found)
    assert sample_pictures(found[11:]) == ()


def test_a_run_whose_pictures_are_gone_is_compared_on_drawn_ones(tmp_path: Path):
    run = new_run(Workspace(tmp_path / "workspace"))
    found = compared_pictures(run, tmp_path, count=5)
    assert [one.is_own for one in found] == [False] * 5


def kept(run: RunDir, row: tuple[float, ...], weights: str | None = None) -> Compared:
    """A run that once answered one picture like that."""
    save_small_model(run.model)
    sha256 = hashlib.sha256(b"a picture").hexdigest()
    answers = make_answers(
        CLASSES, "test", [row], [0], hashes=[sha256], paths=["a.png"], split="test",
        weights=weights_hash(run.path) if weights is None else weights,
    )  # fmt: skip
    write_answers(run.path / ANSWERS, answers)
    return Compared(Path("a.png"), "daisy", "test", sha256)


def scores(*row: float) -> dict[str, float]:
    return dict(zip(CLASSES, row, strict=True))


def test_a_model_that_answers_as_when_it_was_measured_passes_also_at_another_temperature(run: RunDir):
    picture = kept(run, (0.5, 0.3, 0.2))
    assert check_kept_answers(run, described(run.path), [picture], [scores(0.5001, 0.3, 0.1999)]) == 1
    config = adjust_model(run.path, temperature=2.0)
    cooled = np.sqrt([0.5, 0.3, 0.2])
    assert check_kept_answers(run, config, [picture], [scores(*(cooled / cooled.sum()))]) == 1


def test_a_model_with_other_answers_than_those_that_were_kept_is_not_exported(run: RunDir):
    picture = kept(run, (0.5, 0.3, 0.2))
    with pytest.raises(BundleError, match=r"of 'a.png' it said 'tulip' 0.3000, and now 0.4000"):
        check_kept_answers(run, described(run.path), [picture], [scores(0.45, 0.4, 0.15)])


def test_answers_of_other_weights_say_nothing(run: RunDir, tmp_path: Path):
    picture = kept(run, (0.5, 0.3, 0.2), weights="")
    assert check_kept_answers(run, described(run.path), [picture], [scores(0.1, 0.8, 0.1)]) == 0
    empty = new_run(Workspace(tmp_path / "other"))
    save_small_model(empty.model)
    assert check_kept_answers(empty, described(empty.path), [picture], [scores(0.1, 0.8, 0.1)]) == 0
