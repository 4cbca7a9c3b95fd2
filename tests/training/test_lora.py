"""LoRA: only its additions and the head learn, merged answers are the applied ones, and a plain network is saved."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from small_training import TRANSFORMER, digits_data, run, small_network, small_plan
from torch.nn.utils import parametrize

from tl_core.backbones.build import build_network
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.data.tensors import to_batch
from tl_core.errors import ConfigError
from tl_core.evaluation.predictor import Predictor
from tl_core.training.learning import prepare
from tl_core.training.lora import LowRank, add_lora, left_out, lora_layers, lora_sizes, merge_lora

PICTURES = torch.randn(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def attention_of_torchs_own() -> StagedNetwork:
    """torchvision's ViT keeps query, key and value in one parameter of torch's own attention."""
    torch.manual_seed(0)
    network = build_network("torchvision/vit_b_32", 3, pretrained=False, image_size=32)
    del network.module.encoder.layers[2:]
    return stage_network(network)


def stirred(network: StagedNetwork, rank: int) -> int:
    """Gives every stage additions that are more than nothing; how many layers have one."""
    for stage in network.stages[:-1]:
        add_lora(network, stage.name, rank)
    additions = [child for child in network.network.module.modules() if isinstance(child, LowRank)]
    for addition in additions:
        torch.nn.init.normal_(addition.up, std=0.1)
    return len(additions)


@pytest.mark.parametrize("make", [lambda: small_network(backbone=TRANSFORMER), attention_of_torchs_own])
def test_merged_answers_are_the_applied_ones_in_the_network_and_in_its_parts(make: object) -> None:
    network: StagedNetwork = make()  # type: ignore[operator]
    module, middle = network.network.module, network.stages[len(network.stages) // 2].name
    prefix, rest = network.cut(middle, train=False)
    names, plain = set(module.state_dict()), module(PICTURES).detach()
    assert stirred(network, 3) >= 4
    applied, in_parts = module(PICTURES).detach(), rest(prefix(PICTURES)).detach()
    merge_lora(module)
    merged = module(PICTURES).detach()
    assert (applied - plain).abs().max() > 0.01
    torch.testing.assert_close(merged, applied, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(in_parts, applied, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(rest(prefix(PICTURES)).detach(), merged, atol=1e-5, rtol=1e-5)
    assert set(module.state_dict()) == names
    assert not any(parametrize.is_parametrized(child) for child in module.modules())


def reads_past_its_layers() -> StagedNetwork:
    """BEiT takes the weight of query, key and value out of its layer, to give it a bias of its own."""
    torch.manual_seed(0)
    network = build_network("beit_base_patch16_224", 3, pretrained=False, image_size=32)
    del network.module.blocks[2:]
    return stage_network(network)


def test_layers_whose_weight_is_read_past_them_have_no_addition_and_the_plan_says_so() -> None:
    network = reads_past_its_layers()
    assert left_out(network) == 2
    data = digits_data(32, 12)
    plan = small_plan(data, network, freeze="none", lora_rank=2)
    assert "the weights of 2 layers" in plan.reasons["lora_rank"]
    learning = prepare(plan, network)
    assert not any("qkv" in name for name in learning.names)
    learning.thaw(plan.trained)
    part = network.whole(train=True)
    part(PICTURES).square().sum().backward()
    module = network.network.module
    assert {name for name, value in module.named_parameters() if value.grad is not None} == set(learning.names)
    assert "lora_rank" not in small_plan(data, network, freeze="none").reasons
    assert left_out(small_network(backbone=TRANSFORMER)) == 0


def test_additions_beside_layers_that_are_read_past_merge_into_the_same_answers() -> None:
    network = reads_past_its_layers()
    module = network.network.module
    assert stirred(network, 3) == 6
    applied = network.whole(train=False)(PICTURES).detach()
    merge_lora(module)
    torch.testing.assert_close(module(PICTURES).detach(), applied, atol=1e-5, rtol=1e-5)


def test_fresh_additions_change_nothing() -> None:
    network = small_network(backbone=TRANSFORMER)
    before = network.network.module(PICTURES).detach()
    for stage in network.stages[:-1]:
        add_lora(network, stage.name, 4)
    torch.testing.assert_close(network.network.module(PICTURES).detach(), before)


def test_only_additions_and_the_head_take_gradients() -> None:
    data, network = digits_data(32, 12), small_network(backbone=TRANSFORMER)
    first = network.stages[0].name
    plan = small_plan(data, network, freeze=first, lora_rank=2)
    learning = prepare(plan, network)
    learning.thaw(plan.trained)
    module = network.network.module
    module(to_batch(data.squares[:4], plan.preprocessing)).square().sum().backward()
    with_gradient = {name for name, value in module.named_parameters() if value.grad is not None}
    head = set(network.parameter_names("head"))
    assert with_gradient == set(learning.names)
    assert head < with_gradient
    assert all(name.endswith((".down", ".up")) for name in with_gradient - head)
    assert sum(module.get_parameter(name).numel() for name in with_gradient) == plan.trainable_parameters


def test_the_layers_are_those_of_attention_and_mlp() -> None:
    network = small_network(backbone=TRANSFORMER)
    paths = {id(module): path for path, module in network.network.module.named_modules()}
    found = {paths[id(layer)] for stage in network.stages[:-1] for layer, _ in lora_layers(network, stage.name)}
    assert {"blocks.0.attn.qkv", "blocks.0.attn.proj", "blocks.0.mlp.fc1", "blocks.0.mlp.fc2"} <= found
    assert network.network.classifier not in found
    assert lora_sizes(small_network()) == {}


def test_a_run_with_lora_saves_a_plain_network_that_answers_as_it_was_measured(tmp_path: Path) -> None:
    data, network = digits_data(64, 20), small_network(backbone=TRANSFORMER)
    names = set(network.network.module.state_dict())
    plan = small_plan(data, network, freeze="none", lora_rank=4, epochs=2, augment="none", learning_rate=3e-3)
    before = network.network.module.blocks[0].attn.qkv.weight.detach().clone()
    bias = network.network.module.blocks[0].attn.qkv.bias.detach().clone()
    events = run(tmp_path, data, network, plan)
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    answers = predictor.probabilities(data.squares[data.val.positions]).argmax(axis=1)
    assert events[-1].result["correct"] == int((answers == data.val.labels).sum())
    saved = predictor._module.state_dict()
    assert set(saved) == names
    assert torch.linalg.matrix_rank(saved["blocks.0.attn.qkv.weight"] - before, rtol=1e-4) <= 4
    assert not torch.equal(saved["blocks.0.attn.qkv.weight"], before)
    assert torch.equal(saved["blocks.0.attn.qkv.bias"], bias)


def test_lora_without_attention_or_without_a_stage_that_learns_is_refused_in_words() -> None:
    data = digits_data(32, 12)
    with pytest.raises(ConfigError, match="lora_rank is 4, but LoRA is for transformers, and this network has no att"):
        small_plan(data, small_network(), freeze="none", lora_rank=4)
    with pytest.raises(ConfigError, match="lora_rank is 4, but no stage with attention learns; set freeze to 'none'"):
        small_plan(data, small_network(backbone=TRANSFORMER), freeze="all", lora_rank=4)
