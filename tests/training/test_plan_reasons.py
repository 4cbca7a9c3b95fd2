"""Every automatic choice has a value and a sentence; choices that do not fit are all named at once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tl_core.backbones.stage import Stage
from tl_core.config import RunConfig
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts, PlanFacts, TrainingPlan

STAGES = (
    Stage("stem", "First filters", 1_000, 0.2, (16, 112, 112)),
    Stage("middle", "Textures", 20_000, 0.5, (64, 28, 28)),
    Stage("last", "Parts of things", 300_000, 0.29, (320, 7, 7)),
    Stage("head", "The answer", 5_000, 0.01, (3,)),
)
CPU = DeviceFacts("cpu", "a processor", threads=2, native_bf16=True)
GPU = DeviceFacts("cuda", "a GPU", threads=8, native_bf16=True)
FACTS = PlanFacts(
    classes=("cat", "dog", "hen"),
    pictures={"train": 900, "val": 300, "test": 0},
    rarest_train=200,
    rarest_val=60,
    brings_test=False,
    preprocessing=Preprocessing(224, 256, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
    stages=STAGES,
    has_cuts=True,
    convolutional=True,
    device=CPU,
)
AUTOMATIC = (
    "epochs", "batch_size", "learning_rate", "optimizer", "schedule", "augment", "weight_decay", "label_smoothing",
    "warmup_epochs", "gradient_clip", "patience",
)  # fmt: skip


def plan(facts: PlanFacts = FACTS, **choices: Any) -> TrainingPlan:
    return make_plan(RunConfig.from_dict(choices), facts)


def counted(train: int, val: int = 0, test: int = 0, **changes: Any) -> PlanFacts:
    values = {"pictures": {"train": train, "val": val, "test": test}, "brings_test": test > 0, **changes}
    return replace(FACTS, **values)


@pytest.mark.parametrize(
    ("choices", "frozen", "trained", "cut", "method"),
    [
        ({}, ("stem", "middle", "last"), ("head",), "last", "head"),
        ({"freeze": "last"}, ("stem", "middle", "last"), ("head",), "last", "head"),
        ({"freeze": "stem"}, ("stem",), ("middle", "last", "head"), "stem", "fine-tune"),
        ({"freeze": "none"}, (), ("stem", "middle", "last", "head"), None, "fine-tune"),
        ({"train_stages": ["last", "head"]}, ("stem", "middle"), ("last", "head"), "middle", "fine-tune"),
        ({"train_stages": ["head", "middle"]}, ("stem", "last"), ("middle", "head"), "stem", "fine-tune"),
        ({"train_stages": ["head"]}, ("stem", "middle", "last"), ("head",), "last", "head"),
    ],
)
def test_what_is_frozen_follows_the_choice(
    choices: dict[str, Any], frozen: tuple[str, ...], trained: tuple[str, ...], cut: str | None, method: str
) -> None:
    made = plan(**choices)
    assert (made.frozen, made.trained, made.cut, made.method) == (frozen, trained, cut, method)
    assert made.trainable_parameters == sum(stage.parameters for stage in STAGES if stage.name in trained)
    assert made.total_parameters == 326_000


@pytest.mark.parametrize("choices", [{"freeze": "none"}, {"freeze": "middle"}, {"freeze": "none", "start": "scratch"}])
@pytest.mark.parametrize("facts", [FACTS, counted(20, 5), counted(60_000, 9_000, 10_000, device=GPU)])
def test_every_automatic_choice_has_a_reason_in_a_sentence(choices: dict[str, Any], facts: PlanFacts) -> None:
    made = plan(facts, **choices)
    for name in AUTOMATIC:
        assert made.reasons[name].endswith((".", ".)")), name
        assert made.reasons[name][0].isupper(), name


def test_a_choice_made_by_hand_is_kept_and_has_no_reason() -> None:
    made = plan(freeze="none", epochs=7, batch_size=4, learning_rate=0.02, augment="strong", optimizer="sgd")
    assert (made.epochs, made.batch_size, made.learning_rate, made.augment) == (7, 4, 0.02, "strong")
    assert made.optimizer == "sgd"
    assert not {"epochs", "batch_size", "learning_rate", "augment", "optimizer"} & set(made.reasons)
    assert made.steps_per_epoch == 225
    assert made.steps == 7 * 225


def test_a_head_only_run_says_which_choices_it_does_not_use() -> None:
    made = plan(epochs=7, learning_rate=0.1)
    assert made.epochs == 0
    assert made.reasons["epochs"] == "epochs '7' is not used: the head is computed directly, without steps."
    assert "learning_rate '0.1' is not used" in made.reasons["learning_rate"]
    assert {"label_smoothing", "patience", "keep_best"}.isdisjoint(
        made.reasons
    )  # nothing to say where nothing is chosen


def test_few_pictures_are_seen_more_often_and_in_smaller_groups() -> None:
    small, middle, large = (plan(counted(train, 300), freeze="none") for train in (60, 1_000, 40_000))
    assert small.epochs > middle.epochs > large.epochs >= 3
    assert small.batch_size < middle.batch_size == large.batch_size
    assert small.steps >= 100


def test_on_a_processor_much_frozen_work_is_remembered_and_little_is_augmented() -> None:
    much, little = plan(freeze="middle"), plan(freeze="stem")
    assert (much.augment, much.prefix_cached) == ("none", True)
    assert "70%" in much.reasons["augment"].replace(" ", "")
    assert (little.augment, little.prefix_cached) == ("gentle", False)
    assert plan(counted(900, 300, device=GPU), freeze="middle").augment == "gentle"
    assert plan(counted(50_000, 300), freeze="none").augment == "none"


def test_a_network_that_cannot_be_cut_says_so() -> None:
    made = plan(replace(FACTS, has_cuts=False), freeze="middle", augment="none")
    assert not made.prefix_cached
    assert made.reasons["prefix_cached"] == "This network cannot be cut, so its frozen part runs at every step."


@pytest.mark.parametrize(("val", "rarest", "keeps"), [(199, 20, False), (200, 20, True), (500, 0, False)])
def test_the_best_is_kept_only_where_validation_can_tell_it(val: int, rarest: int, keeps: bool) -> None:
    made = plan(counted(900, val, rarest_val=rarest), freeze="none")
    assert made.keep_best is keeps
    assert (made.patience is None) is not keeps


def test_the_result_is_measured_on_the_persons_own_test_pictures_first() -> None:
    assert plan(counted(90, 30, 10)).measured_on == "test"
    assert plan(counted(90, 30)).measured_on == "validation"
    assert plan(counted(3)).measured_on == "cross-validation"


def test_rates_follow_the_kind_of_network_the_batch_and_the_optimizer() -> None:
    usual = plan(freeze="none").learning_rate
    assert plan(replace(FACTS, convolutional=False), freeze="none").learning_rate < usual
    assert plan(freeze="none", batch_size=8).learning_rate == pytest.approx(usual / 2)
    assert plan(freeze="none", optimizer="sgd").learning_rate > 10 * usual
    assert plan(freeze="none", start="scratch").learning_rate > usual


def test_precision_follows_the_machine() -> None:
    slow = replace(CPU, native_bf16=False)
    assert plan().precision == "bf16"
    assert plan(replace(FACTS, device=slow)).precision == "fp32"


def test_all_that_does_not_fit_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        plan(replace(FACTS, classes=("cat",)), freeze="midle", start="scratch", epochs=2, warmup_epochs=3)
    message = caught.value.message
    assert "freeze is 'midle', which is no stage of this network. Did you mean 'middle'?" in message
    assert "There are: all, none, stem, middle, last, head." in message
    assert "start is 'scratch' and freeze is 'midle'" in message
    assert "warmup_epochs is 3, more than the 2 epochs of the run." in message
    assert "There is only one class, 'cat'" in message


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"freeze": "head"}, "freeze is 'head', which would leave nothing to train; 'all' trains the head alone"),
        ({"train_stages": ["haed"]}, "train_stages is 'haed', which is no stage of this network. Did you mean 'head'"),
        (
            {"freeze": "stem", "train_stages": ["head"]},
            "freeze is 'stem' and train_stages is 'head'; give one of the two",
        ),
        ({"start": "scratch"}, "a frozen part that never learned anything helps nobody; set freeze to 'none'"),
    ],
)
def test_a_choice_that_does_not_fit_is_refused_in_words(choices: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        plan(**choices)


def test_a_plan_survives_json_and_passes_over_fields_of_a_newer_version() -> None:
    made = plan(freeze="middle")
    wire = json.loads(json.dumps(made.to_dict()))
    assert TrainingPlan.from_dict(wire) == made
    assert TrainingPlan.from_dict({**wire, "from_the_future": 1}) == made


def test_pictures_lie_in_the_graphics_card_s_memory_where_they_take_little_of_it() -> None:
    card = replace(GPU, free_bytes=8 * 10**9)
    fits = plan(counted(9000, 1000, device=card), freeze="none")
    assert fits.pictures_on_device
    assert fits.reasons["pictures_on_device"] == (
        "All pictures lie in the graphics card's memory: 1.97 GB of the 8 GB that are free there."
    )
    too_many = plan(counted(10_000, 1000, device=card), freeze="none")
    assert not too_many.pictures_on_device
    assert too_many.reasons["pictures_on_device"] == (
        "Pictures are copied to the graphics card step by step: together they would take 2.16 GB of the 8 GB "
        "that are free there."
    )
    assert TrainingPlan.from_dict(fits.to_dict()) == fits


def test_where_steps_take_no_pictures_or_there_is_no_card_nothing_is_said_of_its_memory() -> None:
    card = replace(GPU, free_bytes=8 * 10**9)
    kept = {"freeze": "middle", "augment": "none"}
    here = counted(900, 100, device=card)
    for facts, choices in ((here, {}), (here, kept), (FACTS, {"freeze": "none"})):
        made = plan(facts, **choices)
        assert not made.pictures_on_device
        assert "pictures_on_device" not in made.reasons
