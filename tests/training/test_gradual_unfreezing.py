"""Stages that thaw later: said as events, learned from then on, with the frozen prefix cut where it ends by then."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import TRANSFORMER, digits_data, run, small_network, small_plan

from tl_core.errors import ConfigError
from tl_core.events import EpochDone, Event, Thawed, from_dict, to_dict
from tl_core.training.learning import as_of, prepare
from tl_core.training.optim import make_optimizer, parameter_groups


def losses(events: list[Event]) -> list[float]:
    return [event.train_loss for event in events if isinstance(event, EpochDone)]


def trained(folder: Path, **choices: Any) -> list[Event]:
    data, network = digits_data(32, 12), small_network()
    return run(folder, data, network, small_plan(data, network, augment="none", learning_rate=1e-3, **choices))


def test_a_thaw_is_said_before_its_epoch_and_survives_the_journal(tmp_path: Path) -> None:
    events = trained(tmp_path, freeze="all", epochs=3, gradual="3:blocks.2, 2:conv_head, 3:blocks.3")
    told = [event for event in events if isinstance(event, Thawed | EpochDone)]
    assert [(type(event).__name__, event.epoch) for event in told] == [
        ("EpochDone", 0), ("EpochDone", 1), ("Thawed", 2), ("EpochDone", 2), ("Thawed", 3), ("EpochDone", 3),
    ]  # fmt: skip
    thaws = [event for event in told if isinstance(event, Thawed)]
    assert [event.stages for event in thaws] == [("conv_head",), ("blocks.2", "blocks.3")]
    assert from_dict({**to_dict(thaws[1]), "stages": ["blocks.2", "blocks.3"]}) == thaws[1]


def test_what_thaws_in_the_first_epoch_trains_as_if_it_had_never_been_frozen(tmp_path: Path) -> None:
    early = trained(tmp_path / "early", freeze="blocks.3", epochs=2, gradual="1:blocks.3")
    plain = trained(tmp_path / "plain", freeze="blocks.2", epochs=2)
    assert losses(early) == losses(plain)


def test_until_its_epoch_a_stage_does_not_matter_and_then_it_does(tmp_path: Path) -> None:
    later = losses(trained(tmp_path / "later", freeze="blocks.3", epochs=3, gradual="3:blocks.3"))
    never = losses(trained(tmp_path / "never", freeze="blocks.3", epochs=3))
    assert later[:3] == never[:3]
    assert later[3] != never[3]


def test_the_frozen_prefix_ends_before_whatever_has_thawed() -> None:
    data, network = digits_data(32, 12), small_network()
    plan = small_plan(data, network, freeze="all", epochs=4, augment="none", gradual="2:conv_head,3:blocks.1")
    assert [as_of(plan, epoch).cut for epoch in (1, 2, 3, 4)] == ["conv_head", "blocks.4", "blocks.0", "blocks.0"]
    assert as_of(plan, 3).frozen == ("conv_stem", "blocks.0", "blocks.2", "blocks.3", "blocks.4")
    assert plan.ever_trained == ("blocks.1", "conv_head", "head")
    assert plan.trainable_parameters == sum(one.parameters for one in plan.stages if one.name in plan.ever_trained)


def test_what_the_optimizer_knows_of_others_stays_when_a_stage_thaws() -> None:
    data, network = digits_data(32, 12), small_network()
    plan = small_plan(data, network, freeze="all", epochs=3, gradual="2:conv_head")
    learning = prepare(plan, network)
    assert not any(parameter.requires_grad for parameter in network.network.module.parameters())
    head = learning.thaw(["head"])["head"]
    optimizer = make_optimizer(plan, {"head": head})
    for parameter in head:
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    known = {id(one): optimizer.state[one]["exp_avg"].clone() for one in head}
    for group in parameter_groups(plan, learning.thaw(["conv_head"])):
        optimizer.add_param_group(group)
    assert all(torch.equal(optimizer.state[one]["exp_avg"], known[id(one)]) for one in head)
    groups = itertools.chain.from_iterable(group["params"] for group in optimizer.param_groups)
    assert {id(one) for one in groups} == {id(one) for own in learning.parameters.values() for one in own}


def test_the_wait_for_something_better_begins_anew_with_a_thaw(tmp_path: Path) -> None:
    choices = {"freeze": "blocks.3", "epochs": 6, "patience": 2, "augment": "none", "optimizer": "sgd", "momentum": 0.0}
    choices |= {"learning_rate": 1e-8, "gradient_clip": 1e-3}  # steps too small to change a number
    counts = []
    for name, gradual in (("without", ""), ("with", "3:blocks.3")):
        data, network = digits_data(32, 12), small_network()
        counts.append(
            len(losses(run(tmp_path / name, data, network, small_plan(data, network, gradual=gradual, **choices))))
        )
    assert counts == [4, 5]  # the head, then 1 and two in vain; with a thaw 2 more from its epoch


def test_a_transformer_thaws_with_lora(tmp_path: Path) -> None:
    data, network = digits_data(32, 12), small_network(backbone=TRANSFORMER)
    names = [stage.name for stage in network.stages]
    plan = small_plan(
        data, network, freeze="all", epochs=2, augment="none", gradual=f"2:{names[-2]}", lora_rank=2, learning_rate=1e-2
    )
    before = {name: value.clone() for name, value in network.network.module.state_dict().items()}
    run(tmp_path, data, network, plan)
    after = network.network.module.state_dict()
    assert after.keys() == before.keys()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved & set(network.parameter_names(names[-2]))


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"gradual": "2:blocks.9"}, "gradual is 'blocks.9', which is no stage of this network"),
        ({"gradual": "2:head"}, "gradual thaws 'head' in epoch 2, but it trains from the start"),
        ({"gradual": "2:blocks.1,3:blocks.1"}, "gradual thaws 'blocks.1' twice"),
        ({"gradual": "9:blocks.1", "epochs": 4}, "gradual thaws 'blocks.1' in epoch 9, after the last of the 4 epochs"),
    ],
)
def test_a_thaw_that_cannot_be_is_refused_in_words(choices: dict[str, Any], message: str) -> None:
    data, network = digits_data(32, 12), small_network()
    with pytest.raises(ConfigError, match=message):
        small_plan(data, network, **choices)
