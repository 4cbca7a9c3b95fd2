"""What is said of choices that are passed over, and of harm that was done, in Chinese."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.training.test_plan_choices import TRANSFORMER
from tests.training.test_plan_reasons import FACTS, counted, plan
from tests.ui.test_said import in_chinese
from tl_core.config import RunConfig
from tl_core.errors import ConfigError
from tl_core.events import Warned
from tl_core.training.harm import told_of_harm
from tl_core.training.plan_values import PlanFacts
from tl_core.training.session import planned
from tl_core.training.unused import unused_by_split

EVEN = replace(FACTS, most_train=200)


@pytest.mark.parametrize(
    ("facts", "choices"),
    [
        (EVEN, {"freeze": "middle", "layer_decay": 0.5, "batch_size": 1, "mixup": 0.2, "class_balance": "weights"}),
        (FACTS, {"freeze": "none", "epochs": 5, "patience": 4}),
        (counted(90, 0, 10), {"freeze": "none", "patience": 2, "batch_norm": "train"}),
        (FACTS, {"freeze": "last", "gradual": "30:middle"}),
        (FACTS, {"preset": "better", "freeze": "stem", "gradual": "2:middle"}),
        (FACTS, {"preset": "better", "train_stages": ["last", "head"]}),
        (TRANSFORMER, {"preset": "instant", "lora_rank": 4, "flips": "both"}),
        (counted(90, 0, 10), {"preset": "best"}),
    ],
)
def test_every_reason_is_said_in_chinese(facts: PlanFacts, choices: dict[str, Any]) -> None:
    made, _ = planned(RunConfig.from_dict(choices), facts)
    for reason in made.reasons.values():
        in_chinese(reason)


@pytest.mark.parametrize("choices", [{"train_stages": ["head"]}, {"freeze": "none", "lora_rank": 4}])
def test_what_cannot_be_from_scratch_is_said_in_chinese(choices: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as problem:
        plan(TRANSFORMER, start="scratch", **choices)
    in_chinese(str(problem.value))


@pytest.mark.parametrize(("brought", "in_folds"), [(True, False), (False, True), (False, False)])
def test_what_has_no_say_in_who_judges_is_said_in_chinese(brought: bool, in_folds: bool) -> None:
    config = RunConfig(validation_share=0.3, measure="folds", repeats=3)
    said = unused_by_split(config, brought=brought, in_folds=in_folds, head_alone=True)
    assert said
    for reason in said.values():
        in_chinese(reason)


@pytest.mark.parametrize("batch_norm", ["keep", "train"])
def test_harm_is_said_in_chinese(batch_norm: str) -> None:
    made = plan(freeze="none", batch_norm=batch_norm)
    (event,) = told_of_harm(made, 1.0, 0.34, 9)
    assert isinstance(event, Warned)
    assert "34%" in in_chinese(event.message)
