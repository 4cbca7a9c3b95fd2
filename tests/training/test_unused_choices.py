"""No choice is passed over in silence: alone, in steps, under a preset, and where pictures to judge by were brought."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.test_plan_choices import TRANSFORMER
from tests.training.test_plan_reasons import FACTS, counted, plan
from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.training.plan_values import PlanFacts
from tl_core.training.session import planned
from tl_core.training.unused import OF_STEPS, unused_by_split

ASKING: dict[str, Any] = {
    "epochs": 7, "batch_size": 4, "learning_rate": 0.1, "head_learning_rate": 0.1, "layer_decay": 0.5,
    "optimizer": "sgd", "momentum": 0.5, "schedule": "step", "warmup_epochs": 1.0, "weight_decay": 0.1,
    "label_smoothing": 0.1, "gradient_clip": 2.0, "patience": 3, "augment": "strong", "mixup": 0.2, "cutmix": 1.0,
    "cached_views": 4,
    "class_balance": "weights", "ema_decay": 0.9, "batch_norm": "train", "lora_rank": 4,
}  # fmt: skip
NORMED = replace(FACTS, norm_sizes={"stem": 8, "middle": 8, "last": 8})


def test_the_list_of_what_says_how_steps_are_made_has_a_value_here_for_each() -> None:
    assert set(ASKING) == set(OF_STEPS)


@pytest.mark.parametrize("name", [name for name in ASKING if name not in ("batch_norm", "lora_rank", "momentum")])
def test_a_head_alone_says_of_each_choice_of_steps_that_it_is_not_used(name: str) -> None:
    reason = plan(**{name: ASKING[name]}).reasons[name]
    assert reason == f"{name} '{ASKING[name]}' is not used: the head is computed directly, without steps."


@pytest.mark.parametrize("name", ["momentum", "batch_norm", "lora_rank", "flips"])
def test_so_does_the_head_of_a_preset(name: str) -> None:
    value = {"flips": "both", **ASKING}[name]
    given = {name: value, "optimizer": "sgd"}
    made, candidates = planned(RunConfig.from_dict({"preset": "instant", **given}), TRANSFORMER)
    assert [made.method, len(candidates)] == ["head", 1]
    assert made.reasons[name].startswith(f"{name} '{value}' is not used")


@pytest.mark.parametrize(
    ("facts", "choices", "name", "words"),
    [
        (FACTS, {"freeze": "middle", "layer_decay": 0.5}, "layer_decay", "no stage before the last one learns"),
        (FACTS, {"freeze": "none", "augment": "none", "flips": "both"}, "flips", "augment is 'none'"),
        (FACTS, {"freeze": "none", "batch_size": 1, "mixup": 0.2}, "mixup", "a step of one picture has no other"),
        (FACTS, {"freeze": "none", "batch_size": 1, "cutmix": 1.0}, "cutmix", "a step of one picture has no other"),
        (
            replace(FACTS, most_train=200),
            {"freeze": "none", "class_balance": "sampling"},
            "class_balance",
            "every kind has as many pictures",
        ),
        (FACTS, {"freeze": "none", "epochs": 5, "patience": 4}, "patience", "5 epochs are over before that"),
        (counted(90, 0, 10), {"freeze": "none", "patience": 2}, "patience", "there are no validation pictures"),
    ],
)
def test_a_fine_tuning_says_what_it_passes_over(
    facts: PlanFacts, choices: dict[str, Any], name: str, words: str
) -> None:
    assert words in plan(facts, **choices).reasons[name]


@pytest.mark.parametrize(
    ("facts", "choices", "name"),
    [
        (FACTS, {"freeze": "stem", "layer_decay": 0.5}, "layer_decay"),
        (NORMED, {"freeze": "middle", "batch_norm": "train", "layer_decay": 0.5}, "layer_decay"),
        (FACTS, {"freeze": "none", "batch_size": 2, "mixup": 0.2}, "mixup"),
        (replace(FACTS, most_train=201), {"freeze": "none", "class_balance": "sampling"}, "class_balance"),
        (FACTS, {"freeze": "none", "epochs": 5, "patience": 3}, "patience"),
        (FACTS, {"freeze": "none", "augment": "none", "flips": "both", "test_views": 2}, "flips"),
        (FACTS, {"flips": "both", "test_views": 2}, "flips"),
    ],
)
def test_what_is_used_is_not_talked_of(facts: PlanFacts, choices: dict[str, Any], name: str) -> None:
    assert name not in plan(facts, **choices).reasons


def test_without_validation_pictures_patience_stops_nothing() -> None:
    assert plan(counted(90, 0, 10), freeze="none", patience=2).patience is None


def test_a_run_goes_on_until_its_last_stage_has_thawed() -> None:
    made = plan(freeze="last", gradual="2:last,30:middle")
    assert made.epochs == 30
    assert made.reasons["epochs"].startswith("The last stage thaws in epoch 30")
    assert plan(freeze="last", gradual="2:last").epochs == plan(freeze="middle").epochs


def test_a_warm_up_is_held_against_the_epochs_that_the_plan_chose_too() -> None:
    with pytest.raises(ConfigError, match="warmup_epochs is 90, more than the 13 epochs of the run"):
        plan(freeze="none", warmup_epochs=90.0)


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"train_stages": ["head"]}, "'stem', 'middle', 'last' would never learn"),
        ({"train_stages": ["stem", "middle", "last"]}, "'head' would never learn"),
        ({"gradual": "2:last"}, "'stem', 'middle' would never learn"),
        ({"freeze": "none", "lora_rank": 4}, "LoRA adds to what a network has learned"),
    ],
)
def test_from_scratch_nothing_may_stay_as_it_is_by_chance(choices: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        plan(TRANSFORMER, start="scratch", **choices)


@pytest.mark.parametrize(
    ("choices", "name"), [({"freeze": "stem"}, "freeze"), ({"train_stages": ["last", "head"]}, "train_stages")]
)
def test_a_preset_says_that_it_chooses_what_learns(choices: dict[str, Any], name: str) -> None:
    made, _ = planned(RunConfig.from_dict({"preset": "better", "gradual": "2:middle", **choices}), FACTS)
    assert made.reasons[name].endswith("is not used: the preset 'better' chooses what learns.")
    assert made.reasons["gradual"].startswith("gradual '2:middle' is not used")
    assert made.thaws == ()


def test_a_preset_takes_what_asks_for_steps_to_the_candidates_that_make_some() -> None:
    made, (head, deeper) = planned(RunConfig(preset="better", lora_rank=4), TRANSFORMER)
    assert (head.method, head.lora_rank, deeper.lora_rank, made.lora_rank) == ("head", 0, 4, 4)
    _, (head, deeper) = planned(RunConfig(preset="better", batch_norm="train"), FACTS)
    assert (head.method, head.epochs, deeper.batch_norm) == ("head", 0, "trained")


def test_a_preset_without_validation_pictures_says_that_there_is_nothing_to_compare_on() -> None:
    made, candidates = planned(RunConfig(preset="best"), counted(90, 0, 10))
    assert (made.candidates, len(candidates), made.method) == (("all",), 1, "head")
    assert made.reasons["preset"].startswith("There are no validation pictures to compare on")


SPLIT: dict[str, Any] = {"brought": False, "in_folds": False, "head_alone": True}


@pytest.mark.parametrize(
    ("choices", "situation", "found"),
    [
        ({"validation_share": 0.3, "measure": "split", "repeats": 3}, {}, {}),
        ({"validation_share": 0.3}, {"in_folds": True}, {"validation_share": "every picture judges in its turn"}),
        ({"validation_share": 0.3}, {"brought": True}, {"validation_share": "validation pictures came with"}),
        ({"measure": "folds"}, {"brought": True}, {"measure": "pictures to judge by came with the others"}),
        ({"measure": "folds"}, {"in_folds": True}, {}),
        ({"repeats": 3}, {"brought": True}, {"repeats": "the same pictures give the same number"}),
        ({"repeats": 3}, {"brought": True, "head_alone": False}, {}),
    ],
)
def test_what_has_no_say_in_who_judges_is_said(
    choices: dict[str, Any], situation: dict[str, bool], found: dict[str, str]
) -> None:
    said = unused_by_split(RunConfig.from_dict(choices), **{**SPLIT, **situation})
    assert said.keys() == found.keys()
    assert all(words in said[name] for name, words in found.items())
