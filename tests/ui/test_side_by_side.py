"""Runs side by side: what differs, which is truly better, and a clear word where that cannot be said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.evaluation.test_answers import answers_for_tests
from tests.evaluation.test_comparing import run_with
from tests.ui.conftest import new_run
from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.evaluation.answers import ANSWERS, Answers, write_answers
from tl_core.events import EpochDone, Finished, Planned
from tl_core.jobs.view import RunView
from tl_ui.present_side_by_side import p_value, side_by_side
from tl_ui.services import Services
from tl_ui.side_by_side import Member, differences, duels, members
from tl_ui.words import Words, words_for

EN, ZH = words_for("en"), words_for("zh-CN")
NAMES = {"a": "ash", "b": "birch", "c": "cedar"}


def member(run: str, wrong: set[int] | None = None, *, count: int = 40, **changes: Any) -> Member:
    """A run that is right on all pictures but those; without any, one that was not measured."""
    plan = changes.pop("plan", {})
    if wrong is None:
        return Member(run, RunConfig(**changes), "set", RunView("lost", plan=plan))
    rate = 1 - len(wrong) / count
    result = {"accuracy": rate, "accuracy_low": rate - 0.1, "accuracy_high": rate, "images": count}
    view = RunView("finished", plan=plan, result={**result, "measured_on": "test"})
    return Member(run, RunConfig(**changes), "set", view, answers=run_with(wrong, count))


def told(words: Words, *compared: Member) -> dict[str, Any]:
    return side_by_side(words, compared, NAMES, {"set": "garden", "other": "cups"})


def test_a_small_difference_is_called_chance_in_both_languages() -> None:
    pair = (member("a", {0, 1, 2}), member("b", {2, 3}))
    assert told(EN, *pair)["verdicts"] == [
        "The difference may be chance. “birch” is right on 38 and “ash” on 37 of the same 40 pictures; only 3 of them "
        "part the two (p = 1.00)."
    ]
    assert "差别可能只是偶然" in told(ZH, *pair)["verdicts"][0]


def test_a_large_one_names_the_better_run_with_its_p_value() -> None:
    (verdict,) = told(EN, member("a", set(range(12))), member("b", {20}))["verdicts"]
    assert verdict.startswith("“birch” is truly better than “ash” on pictures like these: right on 39 instead of 28")
    assert verdict.endswith("(p = 0.003).")


def test_every_other_run_is_held_against_the_best_one() -> None:
    three = (member("a", {1, 2}), member("b", {1}), member("c", {3, 4, 5}))
    assert [(duel.first, duel.second) for duel in duels(three)] == [(1, 0), (1, 2)]
    notes = told(EN, *three)["notes"]
    assert notes == [EN("versus.test"), EN("versus.many")]


def test_the_same_answers_are_called_the_same() -> None:
    (verdict,) = told(EN, member("a", {1}), member("b", {1}))["verdicts"]
    assert verdict == "“ash” and “birch” are right and wrong on the very same 40 pictures."


def elsewhere(answers: Answers) -> Answers:
    return replace(answers, sha256=(answers.sha256 + 1).astype(np.uint8))


def test_runs_on_other_pictures_are_not_compared_and_it_says_so() -> None:
    one, other = member("a", {1}), member("b", {2})
    assert other.answers is not None
    apart = replace(other, answers=elsewhere(other.answers), dataset="other")
    found = told(EN, one, apart)
    assert found["verdicts"] == [
        "“ash” and “birch”: The two runs were measured on different pictures, so their numbers cannot be compared one "
        "to one. Train both with the same split, or bring a test split."
    ]
    assert found["notes"] == []
    assert found["differences"] == [{"setting": "Pictures", "values": ["garden", "cups"]}]
    assert "不同的图片" in told(ZH, one, apart)["verdicts"][0]


def test_where_only_some_pictures_are_shared_it_says_how_many() -> None:
    few = member("b", {1}, count=30)
    found = told(EN, member("a", {1, 2}), few)
    assert EN("versus.part", n="30") in found["notes"]


def test_what_was_not_measured_has_no_rate_and_no_verdict() -> None:
    found = told(EN, member("a", {1}), member("b"))
    assert found["verdicts"] == [EN("versus.too_few")]
    assert (found["runs"][1]["accuracy"], found["runs"][1]["on"]) == (None, "not measured")
    assert found["runs"][0]["on"] == "40 test pictures"


def test_only_what_differs_is_listed_with_what_automatic_came_to() -> None:
    one = member("a", epochs=5, optimizer="sgd", name="ash", plan={"learning_rate": 0.01, "epochs": 15, "seed": 0})
    other = member("b", learning_rate=0.01, freeze="none", plan={"epochs": 8, "optimizer": "sgd", "seed": 0})
    assert [line.field for line in differences((one, other))] == ["freeze", "epochs"]
    shown = {line["setting"]: line["values"] for line in told(EN, one, other)["differences"]}
    assert shown == {"Freeze up to": ["All ice", "No ice"], "Epochs": ["15", "8 (automatic)"]}


def test_a_preset_that_was_not_picked_reads_as_own_settings() -> None:
    found = told(EN, member("a", preset="better"), member("b", backbone="resnet50"))["differences"]
    shown = {line["setting"]: line["values"] for line in found}
    assert shown["Preset"] == ["Better", "My settings"]
    assert shown["Backbone"] == ["EfficientNet-Lite0", "resnet50.a1_in1k"]


def test_equal_settings_leave_no_line() -> None:
    assert told(EN, member("a", {1}), member("b", {2}))["differences"] == []


@pytest.mark.parametrize(
    ("value", "shown"), [(1.0, "= 1.00"), (0.0312, "= 0.03"), (0.00042, "= 0.0004"), (1e-9, "< 0.0001")]
)
def test_p_values_are_read_at_a_glance(value: float, shown: str) -> None:
    assert p_value(value) == shown


def epoch(number: int, val: float | None) -> EpochDone:
    return EpochDone(number, 2, 1.0 / (number + 1), 0.5, val, None if val is None else 1 - val, 0.1, 10.0)


def test_curves_and_answers_are_read_from_the_runs_folders(services: Services) -> None:
    run = new_run(services, events=(Planned({}), epoch(0, None), epoch(1, 0.4), Finished(1, 2.0, {"accuracy": 0.9})))
    other = new_run(services, events=(Planned({}), Finished(0, 2.0, {"accuracy": 0.5})))
    write_answers(run.path / ANSWERS, answers_for_tests())
    one, two = members([run, other])
    assert one.answers is not None
    assert len(one.answers) == 12
    assert two.answers is None
    assert "kept no answers" in str(two.problem)
    unmeasured = [replace(run, view=replace(run.view, result={})) for run in (one, two)]
    shown = side_by_side(EN, unmeasured, {}, {})
    assert shown["runs"][0]["curves"]["train_loss"] == [(0, 1.0), (1, 0.5)]
    assert shown["runs"][0]["curves"]["val_loss"] == [(1, 0.4)]
    assert shown["runs"][0]["name"] == run.id[:8]


def test_one_run_six_runs_and_one_run_twice_cannot_be_compared(services: Services) -> None:
    runs = [new_run(services) for _ in range(6)]
    for chosen in (runs[:1], runs, [runs[0], runs[0]]):
        with pytest.raises(ConfigError, match=r"cannot be compared\. Choose 2 to 5 different ones\."):
            members(chosen)
