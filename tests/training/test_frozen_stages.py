"""Frozen means frozen: for every way to freeze, weights and buffers of frozen stages are the same bits afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import TRANSFORMER, Ticking, digits_data, run, small_network, small_plan

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.tensors import to_batch
from tl_core.training.norms import norms_of, reestimate
from tl_core.training.plan_values import TrainingPlan

State = dict[str, torch.Tensor]
STAGES = ("conv_stem", "blocks.0", "blocks.1", "blocks.2", "blocks.3", "conv_head")


def state(network: StagedNetwork) -> State:
    return {name: value.clone() for name, value in network.network.module.state_dict().items()}


def changed(network: StagedNetwork, before: State) -> set[str]:
    after = network.network.module.state_dict()
    assert after.keys() == before.keys()
    return {name for name, value in after.items() if not torch.equal(value, before[name])}


def owned(network: StagedNetwork, stages: tuple[str, ...]) -> set[str]:
    """The parameters of some stages and the running averages that lie beside them."""
    names = {name for stage in stages for name in network.parameter_names(stage)}
    beside = {name.rpartition(".")[0] for name in names}
    every = network.network.module.state_dict()
    return {name for name in every if name in names or name.rpartition(".")[0] in beside}


def trained(folder: Path, *, backbone: str | None = None, **choices: Any) -> tuple[TrainingPlan, StagedNetwork, State]:
    """A short real training; the network before it, with the head that was fitted left out of the comparison."""
    data = digits_data(32, 12)
    network = small_network() if backbone is None else small_network(backbone=backbone)
    before = state(network)
    plan = small_plan(data, network, epochs=2, learning_rate=1e-2, **choices)
    run(folder, data, network, plan)
    return plan, network, before


WAYS: tuple[dict[str, Any], ...] = (
    {"freeze": "blocks.0"},
    {"freeze": "blocks.3"},
    {"freeze": "none"},
    {"train_stages": [STAGES[0]]},
    {"train_stages": ["blocks.1"]},
    {"train_stages": [STAGES[-1]]},
    {"train_stages": ["blocks.0", "blocks.2", "head"]},
    {"freeze": "blocks.3", "gradual": "2:blocks.1"},
    {"freeze": "blocks.3", "augment": "gentle"},
    {"freeze": "blocks.1", "mixup": 0.4, "ema_decay": 0.9},
)


@pytest.mark.parametrize("way", WAYS, ids=str)
def test_what_is_frozen_keeps_its_bits_and_what_trains_changes(tmp_path: Path, way: dict[str, Any]) -> None:
    plan, network, before = trained(tmp_path, **{"augment": "none", **way})
    moved = changed(network, before)
    never = tuple(stage.name for stage in plan.stages if stage.name not in plan.ever_trained and stage.name != "head")
    assert not moved & owned(network, never)
    for stage in plan.ever_trained:
        assert moved & owned(network, (stage,)), stage
    assert not any("running" in name or "num_batches" in name for name in moved)


def test_a_head_alone_leaves_the_whole_network_as_it_was(tmp_path: Path) -> None:
    plan, network, before = trained(tmp_path, freeze="all")
    assert changed(network, before) == owned(network, ("head",))
    assert plan.method == "head"


def test_the_head_itself_can_stay_as_it_was_fitted(tmp_path: Path) -> None:
    data, heads = digits_data(48, 16), []
    for name, choices in (("fitted", {"freeze": "all"}), ("frozen", {"train_stages": ["blocks.1"]})):
        network = small_network()
        run(tmp_path / name, data, network, small_plan(data, network, epochs=1, augment="none", **choices))
        heads.append(network.network.module.get_submodule(network.network.classifier).weight.detach().clone())
    assert torch.equal(*heads)


@pytest.mark.parametrize("way", [{"train_stages": ["blocks.0"]}, {"train_stages": ["blocks.1", "head"]}], ids=str)
def test_a_transformers_frozen_stages_keep_their_bits(tmp_path: Path, way: dict[str, Any]) -> None:
    plan, network, before = trained(tmp_path, backbone=TRANSFORMER, augment="none", **way)
    frozen = tuple(stage for stage in plan.frozen if stage != "head")
    assert not changed(network, before) & owned(network, frozen)


def test_batch_norms_of_frozen_stages_can_learn_while_all_else_there_stays(tmp_path: Path) -> None:
    plan, network, before = trained(tmp_path, freeze="blocks.2", augment="none", batch_norm="train")
    assert (plan.cut, plan.prefix_cached, plan.batch_norm) == (None, False, "trained")
    frozen = owned(network, plan.frozen)
    norms = {name for name in frozen if name.rpartition(".")[0] in norms_of(network, plan.frozen)}
    moved = changed(network, before)
    assert moved & frozen == norms
    assert len(norms) > 10
    learned = sum(before[name].numel() for name, _ in network.network.module.named_parameters() if name in moved)
    head = sum(value.numel() for value in network.network.module.get_submodule("classifier").parameters())
    assert plan.trainable_parameters == learned + (0 if "classifier.weight" in moved else head)


def test_batch_norms_can_learn_with_the_head_alone(tmp_path: Path) -> None:
    plan, network, before = trained(tmp_path, freeze="all", batch_norm="train")
    moved = changed(network, before)
    assert plan.method == "fine-tune"
    assert owned(network, ("head",)) < moved
    assert not any("conv" in name.rpartition(".")[0].rpartition(".")[2] for name in moved)


def test_a_running_average_measured_anew_is_the_mean_over_the_new_pictures() -> None:
    data, network = digits_data(64, 16), small_network()
    plan = small_plan(data, network, freeze="all", batch_norm="reestimate")
    list(reestimate(plan, data, network, should_stop=lambda: False, clock=Ticking()))
    module = network.network.module
    pictures = to_batch(data.squares[data.train.positions], plan.preprocessing)
    with torch.no_grad():
        seen = module.conv_stem(pictures)  # (64, channels, h, w): two batches of 32, each with the same weight
    assert torch.allclose(module.bn1.running_mean, seen.mean(dim=(0, 2, 3)), atol=1e-5)
    assert not any(child.training for child in module.modules())
    assert module.bn1.momentum is not None


def test_running_averages_measured_anew_are_then_kept(tmp_path: Path) -> None:
    data, network = digits_data(48, 16), small_network()
    plan = small_plan(data, network, freeze="blocks.2", epochs=1, augment="none", batch_norm="reestimate")
    before = state(network)
    run(tmp_path / "two", data, network, plan)
    once = small_network()
    run(tmp_path / "one", data, once, small_plan(data, once, freeze="all", batch_norm="reestimate"))
    after, moved = state(network), changed(network, before)
    assert not {name for name in moved & owned(network, plan.frozen) if "running" not in name and "num" not in name}
    assert any("running_mean" in name for name in moved)
    assert all(torch.equal(value, after[name]) for name, value in state(once).items() if "running" in name)
