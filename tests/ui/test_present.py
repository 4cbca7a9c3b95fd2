"""Values into words and HTML: what is said, and that what strangers wrote stays text."""

from __future__ import annotations

import dataclasses

import numpy as np

from tl_core.backbones.stage import Stage
from tl_core.evaluation.scores import RunResult, score
from tl_core.events import ModelReady
from tl_ui.choices import Choices
from tl_ui.ice import frozen_count, group_ends, ice_value
from tl_ui.markup import tag
from tl_ui.present import compact, frozen_stages, ice_in_words, percent, trained_share
from tl_ui.present_results import first_worth, measured_on, mixed_up, results
from tl_ui.present_results import sentence as result_sentence
from tl_ui.words import words_for

EN, ZH = words_for("en"), words_for("zh-CN")
HOSTILE = "<img src=x onerror=alert(1)>{{7*7}}${x}\"'"
STAGES = (
    Stage("stem", "Stem", 100, 0.1, (8, 8)),
    Stage("blocks.0", "Block 1", 300, 0.4, (8, 8)),
    Stage("blocks.1", "Block 2", 600, 0.5, (8, 8)),
    Stage("head", "Head", 1000, 0.0, (4,)),
)


def result(measured: str = "test", classes: tuple[str, ...] = ("dog", "fox")) -> RunResult:
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
    return score(probabilities, np.array([0, 0, 1, 0]), classes, measured)  # type: ignore[arg-type]


def test_the_result_is_told_with_its_interval_and_the_baseline() -> None:
    assert result_sentence(result(), EN) == (
        "Right on 3 of 4 new pictures (75 %); the true rate is likely 30 to 95 %. Always saying “dog” would give 75 %."
    )


def test_the_first_model_is_told_with_its_interval_and_where_it_was_measured() -> None:
    ready = ModelReady("validation", 1200, accuracy=0.864, accuracy_low=0.78, accuracy_high=0.92)
    told = "It is right on 86 % of the 1,200 pictures that were set aside; the true rate is likely 78 to 92 %."
    assert first_worth(ready, EN) == told
    turns = dataclasses.replace(ready, measured_on="cross-validation")
    assert "its 1,200 pictures, each left out in turn" in first_worth(turns, EN)
    assert "轮流留出" in first_worth(turns, ZH)


def test_pictures_that_also_chose_the_epoch_are_said_to_flatter() -> None:
    assert "training never saw" in measured_on(result("test"), {"keep_best": True, "epochs": 9}, EN)
    assert "flatters" in measured_on(result("validation"), {"keep_best": True, "epochs": 9}, EN)
    assert "flatters" not in measured_on(result("validation"), {"keep_best": False, "epochs": 9}, EN)
    assert "flatters" not in measured_on(result("validation"), {"keep_best": True, "epochs": 0}, EN)
    assert "left out once" in measured_on(result("cross-validation"), {}, EN)


def test_folds_are_told_and_not_called_leaving_out_one_by_one() -> None:
    folds = dataclasses.replace(result("cross-validation"), folds=5, fold_repeats=3)
    told = measured_on(folds, {}, EN)
    assert "fitted without it, in 5 folds, 3 times" in told
    assert "left out once" not in told
    assert "5 折交叉验证，共 3 次" in measured_on(folds, {}, ZH)
    assert "folds" not in measured_on(result(), {}, EN)


def test_seeds_are_told_with_their_mean_and_spread() -> None:
    repeated = dataclasses.replace(result(), seeds=(0, 1, 2), seed_accuracies=(0.7, 0.8, 0.9))
    told = measured_on(repeated, {}, EN)
    assert "Over 3 seeds it was 80 % on average, from 70 to 90 % (standard deviation: 10.0 points)" in told
    assert "3 个随机种子的平均值为 80 %，范围 70–90 %" in measured_on(repeated, {}, ZH)
    assert "seeds" not in measured_on(dataclasses.replace(result(), seeds=(0,), seed_accuracies=(0.7,)), {}, EN)


def test_a_first_model_that_was_kept_and_places_that_were_compared_are_told() -> None:
    kept = dataclasses.replace(result("validation"), kept="all")
    assert "the first model was kept" in measured_on(kept, {}, EN)
    assert "chose where the ice lies" in measured_on(kept, {}, EN)
    assert "保留了第一个模型" in measured_on(kept, {}, ZH)
    won = dataclasses.replace(kept, kept="blocks.4")
    assert "the first model was kept" not in measured_on(won, {}, EN)
    assert "flatters" not in measured_on(dataclasses.replace(result(), kept="blocks.4"), {}, EN)


def test_a_kind_without_a_picture_to_measure_with_is_named() -> None:
    lonely = score(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 0]), ("dog", "fox"), "validation")
    assert "Not a single picture of “fox” was among them" in measured_on(lonely, {}, EN)
    assert "“fox”" in measured_on(lonely, {}, ZH)
    assert "Not a single" not in measured_on(result(), {}, EN)


def test_the_number_is_called_what_it_is_for_the_same_places_and_for_new_ones() -> None:
    assert "new places may score lower" in measured_on(result(), {}, EN)
    assert "new places may score lower" in measured_on(result("cross-validation"), {"used_in": "same"}, EN)
    assert "No whole groups were kept out" in measured_on(result(), {"used_in": "new", "kept_out": "none"}, EN)
    kept = {"used_in": "new", "kept_out": "camera", "groups": 1200}
    assert "kept out of training (1,200 cameras in all): so it holds for new ones" in measured_on(result(), kept, EN)
    assert "lower" not in measured_on(result(), kept, EN)
    assert "1,200 个相机" in measured_on(result(), kept, ZH)


def test_the_commonest_mistake_is_named_and_a_perfect_model_has_none() -> None:
    assert mixed_up(result()) == [("fox", "dog", 1)]
    perfect = score(np.eye(2), np.array([0, 1]), ("a", "b"), "test")
    assert mixed_up(perfect) == []
    assert "No mistake" in results(perfect, {}, EN, expert=False)


def test_two_hundred_kinds_show_their_commonest_mistakes_instead_of_a_matrix() -> None:
    answers = np.roll(np.eye(200), 1, axis=1) * 0.9 + 0.0005
    many = score(answers, np.arange(200), tuple(f"kind {n:03d}" for n in range(200)), "test")
    page = results(many, {}, EN, expert=False)
    assert "The commonest mistakes" in page
    assert len(page) < 200_000


def test_a_measure_that_does_not_exist_is_said_to_be_unknown() -> None:
    unknown = dataclasses.replace(result(), auroc=None)
    assert "not known" in results(unknown, {}, EN, expert=True)


def test_nearly_all_is_never_rounded_to_all() -> None:
    assert [percent(value) for value in (1.0, 0.9999, 0.8646, 0.0004, 0.0)] == ["100", "99.9", "86", "0.1", "0"]


def test_large_counts_keep_three_digits() -> None:
    assert [compact(n) for n in (950, 4_649_592, 22_056_576, 303_000_000)] == ["950", "4.65 M", "22.1 M", "303 M"]


def test_text_is_escaped_and_markup_is_not() -> None:
    assert tag("p", "a < b", tag("b", "c"), title='"') == '<p title="&quot;">a &lt; b<b>c</b></p>'


def test_the_ice_line_says_what_trains() -> None:
    assert trained_share("all", STAGES) == (1000, 2000)
    assert trained_share("blocks.0", STAGES) == (1600, 2000)
    assert trained_share("none", STAGES) == (2000, 2000)
    assert ice_in_words(EN, "blocks.0", STAGES).startswith("Frozen up to Block 1.")


def test_the_drawing_has_a_slab_for_each_stage_and_reports_the_stage_at_the_line() -> None:
    drawing = ice_value(Choices(backbone="net", freeze="blocks.0", level="expert"), STAGES, EN)
    assert [group["freeze"] for group in drawing["groups"]] == ["stem", "blocks.0", "blocks.1"]
    assert drawing["line"] == 2
    assert drawing["head"]["parameters"] == 1000


def test_a_set_of_stages_that_is_no_line_is_drawn_stage_by_stage_and_its_gaps_are_frozen() -> None:
    chosen = Choices(backbone="net", trained="stem")
    assert ice_value(chosen, STAGES, EN)["trained"] == "stem"
    assert [stage.name for stage in frozen_stages("all", STAGES, "stem")] == ["blocks.0", "blocks.1"]
    assert chosen.chosen()["train_stages"] == ("stem", "head")
    assert chosen.chosen()["freeze"] == "all"


def test_simple_joins_stages_to_six_and_keeps_the_line_where_it_is() -> None:
    body = [Stage(f"s{n}", f"S{n}", 10, 1 / 30, (1,)) for n in range(30)]
    for frozen in range(31):
        ends = group_ends(body, 5, keep=frozen)
        assert ends[-1] == 30
        assert ends == sorted(set(ends))
        assert len(ends) <= 5
        assert frozen in (0, *ends)


def test_one_stage_with_all_the_work_leaves_groups_that_hold_something() -> None:
    body = [Stage(f"s{n}", f"S{n}", 10, 1.0 if n == 19 else 0.0, (1,)) for n in range(20)]
    ends = group_ends(body, 5, keep=20)
    assert ends[-1] == 20
    assert len(set(ends)) == len(ends) == 5


def test_a_line_from_another_network_freezes_everything() -> None:
    assert frozen_count("no.such.stage", STAGES[:-1]) == 3
