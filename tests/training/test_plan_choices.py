"""How it is learned, as the plan resolves them: defaults with reasons, what is unused, what does not fit."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.training.test_plan_reasons import CPU, FACTS, counted, plan
from tl_core.errors import ConfigError
from tl_core.training.plan_values import TrainingPlan

TRANSFORMER = replace(FACTS, convolutional=False, batch_norms=False, lora_sizes={"middle": 300, "last": 500})
RESOLVED = (
    "flips", "mixup", "cutmix", "class_balance", "layer_decay", "batch_norm", "ema_decay", "test_views", "method",
)  # fmt: skip


@pytest.mark.parametrize("facts", [FACTS, TRANSFORMER, counted(60_000, 9_000, 10_000)])
def test_every_further_choice_has_a_default_with_a_reason_in_a_sentence(facts: Any) -> None:
    made = plan(facts, freeze="none")
    for name in RESOLVED:
        assert made.reasons[name].endswith((".", ".)")), name
        assert made.reasons[name][0].isupper(), name
    assert (made.mixup, made.cutmix, made.class_balance, made.layer_decay) == (0.0, 0.0, "none", 1.0)
    assert (made.test_views, made.views, made.lora_rank) == (1, ("centre",), 0)
    assert made.batch_norm == "kept"


@pytest.mark.parametrize(
    "choices",
    [
        {"flips": "both", "mixup": 0.2, "cutmix": 1.0, "augment": "trivial", "class_balance": "sampling"},
        {"optimizer": "sgd", "momentum": 0.5, "schedule": "step", "layer_decay": 0.7, "head_learning_rate": 0.01},
        {"ema_decay": 0.99, "test_views": 3, "gradual": "2:stem", "freeze": "stem", "epochs": 4},
    ],
    ids=str,
)
def test_a_further_choice_made_by_hand_is_kept_and_has_no_reason(choices: dict[str, Any]) -> None:
    made = plan(**{"freeze": "none", **choices})
    for name, value in choices.items():
        if name not in ("gradual", "freeze"):
            assert getattr(made, name) == value
        assert name not in made.reasons
    assert TrainingPlan.from_dict(json.loads(json.dumps(made.to_dict()))) == made


def test_momentum_is_a_matter_of_those_optimizers_that_have_it() -> None:
    assert plan(freeze="none", optimizer="sgd").momentum == 0.9
    assert plan(freeze="none", optimizer="rmsprop").momentum == 0.0
    assert "momentum" not in plan(freeze="none").reasons
    with pytest.raises(ConfigError, match=r"momentum is 0\.5, but the optimizer 'adamw' has none; choose 'sgd'"):
        plan(freeze="none", momentum=0.5)


def test_flips_are_off_where_pictures_stay_as_they_are() -> None:
    assert plan(freeze="none", augment="none").flips == "none"
    assert plan(freeze="none", augment="gentle").flips == "horizontal"
    assert plan(freeze="none", augment="gentle", flips="horizontal").flips_by_hand
    unused = plan(freeze="none", augment="none", flips="both")
    assert unused.reasons["flips"].startswith("flips 'both' is not used: augment is 'none'")


def test_one_kind_with_far_more_pictures_is_worth_a_word() -> None:
    even, uneven = (
        plan(replace(FACTS, most_train=most), freeze="none").reasons["class_balance"] for most in (300, 900)
    )
    assert even.startswith("The kinds have about as many pictures each")
    assert "900 and another 200: choose 'weights' or 'sampling'" in uneven


def test_looks_at_a_picture_are_corners_and_mirrored_ones_only_by_choice() -> None:
    assert plan(test_views=3).views == ("centre", "top-left", "bottom-right")
    assert plan(test_views=3, flips="horizontal").views == ("centre", "centre-mirrored", "top-left")
    with pytest.raises(ConfigError, match=r"test_views is 7; pictures of this size allow 5, or 10 with flips 'horizon"):
        plan(test_views=7)
    exact = replace(FACTS, preprocessing=replace(FACTS.preprocessing, resize_size=224))
    with pytest.raises(ConfigError, match=r"test_views is 3; pictures of this size allow 2\."):
        plan(exact, test_views=3, flips="both")
    with pytest.raises(ConfigError, match="test_views is 2, but no picture could be set aside to measure such answers"):
        plan(counted(3), test_views=2)


def test_the_part_that_matters_is_in_the_preprocessing_that_every_answer_takes() -> None:
    assert plan(part="0,0,1,0.9").preprocessing.part == (0.0, 0.0, 1.0, 0.9)
    assert plan().preprocessing == FACTS.preprocessing


def test_the_frozen_part_runs_once_only_where_that_is_right() -> None:
    usual = {"freeze": "middle", "augment": "none"}
    assert plan(**usual).prefix_cached
    for choices, words in (
        ({"mixup": 0.2}, "Blended pictures are new at every step"),
        ({"cutmix": 1.0}, "Blended pictures are new at every step"),
        ({"batch_norm": "train"}, "The batch norms of the frozen stages learn too"),
    ):
        made = plan(**usual, **choices)
        assert not made.prefix_cached
        assert made.reasons["prefix_cached"].startswith(words)
    between = plan(train_stages=["stem", "last", "head"], augment="none")
    assert (between.cut, between.prefix_cached) == (None, False)
    assert plan(**usual, batch_norm="reestimate").prefix_cached


def test_batch_norms_are_kept_measured_anew_or_trained() -> None:
    words = {"keep": "kept", "reestimate": "reestimated", "train": "trained"}
    assert {chosen: plan(freeze="none", batch_norm=chosen).batch_norm for chosen in words} == words
    assert plan(freeze="none", start="scratch").batch_norm == "updated"
    assert (plan(batch_norm="train").method, plan(batch_norm="train").cut) == ("fine-tune", None)
    unused = plan(TRANSFORMER, freeze="none", batch_norm="train")
    assert unused.batch_norm == "kept"
    assert unused.reasons["batch_norm"] == "batch_norm 'train' is not used: this network has no batch norm."


def test_with_lora_only_what_it_adds_and_the_head_count_as_trained() -> None:
    made = plan(TRANSFORMER, freeze="stem", lora_rank=4)
    head = made.stages[-1].parameters
    assert made.trainable_parameters == 4 * (300 + 500) + head
    assert plan(TRANSFORMER, freeze="middle", lora_rank=4).trainable_parameters == 4 * 500 + head


def test_small_additions_learn_in_bigger_steps() -> None:
    small, usual = (plan(TRANSFORMER, freeze="none", lora_rank=rank) for rank in (4, 0))
    assert small.learning_rate == pytest.approx(10 * usual.learning_rate)
    assert "LoRA" in small.reasons["learning_rate"]


def test_what_a_choice_does_not_reach_is_said() -> None:
    made = plan(train_stages=["last"], head_learning_rate=0.1)
    assert made.head_learning_rate is None
    assert made.reasons["head_learning_rate"] == "head_learning_rate '0.1' is not used: the head is frozen."
    cycle = plan(freeze="none", schedule="one-cycle", warmup_epochs=1.0, epochs=3)
    assert cycle.warmup_epochs == 0.0
    assert cycle.reasons["warmup_epochs"].endswith("one-cycle has a rise of its own.")
    head = plan(mixup=0.2, layer_decay=0.5, cutmix=0.0, class_balance="none")
    assert {"mixup", "layer_decay"} <= head.reasons.keys()
    assert {"cutmix", "class_balance"}.isdisjoint(head.reasons)


def test_all_that_does_not_fit_together_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        plan(counted(9), freeze="none", schedule="plateau", momentum=0.9, lora_rank=4, gradual="2:stem")
    message = caught.value.message
    for words in (
        "schedule is 'plateau', which follows validation pictures, and there are none",
        "momentum is 0.9, but the optimizer 'adamw' has none",
        "lora_rank is 4, but LoRA is for transformers, and this network has no attention",
        "gradual thaws 'stem' in epoch 2, but it trains from the start",
        "No picture could be set aside, so nothing can measure a fine-tuning",
    ):
        assert words in message


def test_an_old_plan_lacks_what_came_later_and_can_still_be_read() -> None:
    wire = plan(freeze="middle").to_dict()
    later = ("thaws", "lora_rank", "head_learning_rate", "layer_decay", "momentum", "flips", "flips_by_hand", "mixup")
    later += ("cutmix", "class_balance", "ema_decay", "test_views")
    old = TrainingPlan.from_dict({name: value for name, value in wire.items() if name not in later})
    assert (old.thaws, old.ever_trained, old.ema_decay, old.views) == ((), old.trained, 0.0, ("centre",))
    assert old.device_name == CPU.name
