"""The Results tab as HTML: every number is a button that names its pictures, and what strangers wrote stays text."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest

from tests.evaluation.test_measures import measured
from tests.ui.test_present import HOSTILE
from tl_core.data.corrections import Changes
from tl_core.errors import RunError
from tl_core.evaluation.advice import ACTIONS, Advice
from tl_core.evaluation.answers import read_answers
from tl_core.evaluation.measures import measures, score_at
from tl_core.evaluation.scores import RunResult
from tl_ui.answer_shelf import AnswerBook
from tl_ui.present_confusion import confusion, mistakes_of, per_class
from tl_ui.present_measures import all_measures, in_view, measures_of, where_key
from tl_ui.present_next import again, changed, next_steps
from tl_ui.present_results import Understood, results, sentence
from tl_ui.selections import Behind, behind
from tl_ui.words import words_for

EN, ZH = words_for("en"), words_for("zh-CN")
ANSWERS = measured(120, 3, sharpness=1.0)
RESULT = score_at(ANSWERS, 1.0)
KNOWN = Understood(run="r" * 26, dataset="d" * 26, measures=measures(ANSWERS))


def shows(page: str) -> list[str]:
    return re.findall(r'data-show="([^"]+)"', page)


def test_every_number_of_the_tab_names_pictures_that_there_are() -> None:
    worst = (Behind("a.png", "a" * 64, "kind 0", "kind 1", 0.9),)
    known = dataclasses.replace(KNOWN, worst=worst, suspects_left=2, labels="2 labels may be wrong.")
    names = shows(results(RESULT, {}, EN, expert=True, known=known))
    assert {"cell:0:1", "truth:2", "missed:0", "false:1", "answer:1", "mistakes", "suspects"} <= set(names)
    book = AnswerBook(ANSWERS)
    for name in set(names) - {"suspects"}:
        found = behind(book, name, surest_first=True, start=0, count=1)
        assert found is not None, name
        assert found.total, name


def test_a_cell_tells_its_number_to_those_who_hear_it_and_nought_leads_nowhere() -> None:
    page = confusion(RESULT, EN, can_show=True)
    count = RESULT.confusion[0][1]
    assert f'aria-label="“kind 0” taken for “kind 1”: {count}. See them"' in page
    empty = dataclasses.replace(RESULT, confusion=((3, 0, 0), (0, 3, 0), (0, 0, 3)))
    assert set(shows(confusion(empty, EN, can_show=True))) == {
        *(f"cell:{n}:{n}" for n in range(3)), *(f"truth:{n}" for n in range(3)), *(f"answer:{n}" for n in range(3)),
    }  # fmt: skip


def test_without_kept_answers_numbers_lead_nowhere_and_it_is_said_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(RunError) as kept_none:
        read_answers(tmp_path / "answers.safetensors")
    problem = kept_none.value
    page = results(RESULT, {}, EN, expert=True, known=dataclasses.replace(KNOWN, problem=problem, measures=()))
    assert shows(page) == []
    assert "This run kept no answers to its pictures" in page
    assert 'data-act="again"' in page
    assert "0.5 is chance" in page  # what the result itself says is told all the same
    assert "没有保存" in results(RESULT, {}, ZH, expert=False, known=dataclasses.replace(KNOWN, problem=problem))


def test_only_test_pictures_are_called_new() -> None:
    assert "pictures like these that it had not learned from" in sentence(RESULT, EN)
    tested = dataclasses.replace(RESULT, measured_on="test")
    assert "new pictures" in sentence(tested, EN)
    assert where_key(RESULT, {}) == "on_like_these"
    assert where_key(dataclasses.replace(RESULT, measured_on="cross-validation"), {}) == "on_like_these"
    assert where_key(tested, {"kept_out": "none"}) == "on_test"
    assert where_key(RESULT, {"kept_out": "camera"}) == "on_new_places"


def test_the_baseline_and_two_fair_measures_are_in_view_and_all_are_explained_with_where() -> None:
    view = in_view(RESULT, EN)
    assert "Always saying “kind" in view
    assert "Balanced accuracy" in view
    assert "Macro F1" in view
    page = all_measures(KNOWN.measures, RESULT, {}, EN, is_open=False)
    assert page.count("on pictures like these") == len(KNOWN.measures)
    for name in ("AUROC", "Among its three likeliest" if len(RESULT.classes) > 3 else "Log loss", "Calibration error"):
        assert name in page
    assert "likely" in page
    assert "与这些相似的图片" in all_measures(KNOWN.measures, RESULT, {}, ZH, is_open=True)
    old = {one.name: one.value for one in measures_of(RESULT)}
    assert old["macro_f1"] == RESULT.macro_f1


def test_names_of_strangers_stay_text_everywhere() -> None:
    hostile = dataclasses.replace(
        RESULT,
        classes=(HOSTILE, "kind 1", "kind 2"),
        baseline_class=HOSTILE,
        per_class=(dataclasses.replace(RESULT.per_class[0], name=HOSTILE), *RESULT.per_class[1:]),
    )
    told = (
        Advice("open_cell", f"Look at '{HOSTILE}'.", [HOSTILE, "kind 1"]),
        Advice("train", "So.", {"preset": HOSTILE}),
    )
    worst = (Behind(HOSTILE, "a" * 64, HOSTILE, "kind 1", 0.9),)
    page = results(hostile, {}, EN, expert=True, known=dataclasses.replace(KNOWN, advice=told, worst=worst))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_corrections_are_counted_in_words() -> None:
    assert changed(Changes(1), EN) == "1 correction"
    assert changed(Changes(7, 2), EN) == "7 corrections and 2 new pictures"
    assert changed(Changes(7, 2), ZH) == "7 处更正和2 张新图片"
    page = again(Changes(7), EN, run="abc")
    assert "Train again with 7 corrections" in page
    assert 'data-run="abc"' in page
    assert again(Changes(), EN, run="abc") == ""


def test_each_action_of_the_core_has_its_button() -> None:
    targets = {
        "open_cell": ["kind 0", "kind 1"], "train": {"preset": "better"}, "use_temperature": 1.5, "show_heat": "kind 2",
    }  # fmt: skip
    for action in ACTIONS:
        page = next_steps([Advice(action, "Do it.", targets.get(action, ""))], RESULT.classes, EN, run="abc")
        assert re.search(r"data-(go|show|act|jump)=", page), action
    settings = re.search(
        r'data-settings="([^"]+)"', next_steps([Advice("train", "So.", {"preset": "better"})], (), EN, run="r")
    )
    assert settings is not None
    assert json.loads(settings[1].replace("&quot;", '"')) == {"preset": "better"}
    strange = [Advice("open_cell", "Look.", ["no", "such"]), Advice("dance", "Dance.")]
    assert next_steps(strange, RESULT.classes, EN, run="abc") == ""


def test_the_commonest_mistakes_come_first_and_many_kinds_are_a_list() -> None:
    counts = [count for _, _, count in mistakes_of(RESULT)]
    assert counts == sorted(counts, reverse=True)
    many = RunResult.from_dict({
        **RESULT.to_dict(), "classes": [f"k{n}" for n in range(50)],
        "confusion": (np.eye(50, dtype=int) + np.eye(50, k=1, dtype=int)).tolist(),
    })  # fmt: skip
    page = confusion(many, EN, can_show=True)
    assert len(shows(page)) == 30
    assert "<table" in page
    assert shows(per_class(RESULT, EN, can_show=False)) == []
