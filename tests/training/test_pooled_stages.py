"""Every stage of a network in one pass, pooled: against what hooks hear of the network's own code."""

from __future__ import annotations

import pytest
import torch
from small_training import TRANSFORMER, small_network
from torch import Tensor, nn

from tests.backbones.networks import own_network
from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.training.pooled_stages import pooled_stages


@pytest.fixture(scope="module")
def network() -> StagedNetwork:
    return small_network(3)


def heard(network: StagedNetwork, pictures: Tensor) -> dict[str, Tensor]:
    """What the last module of each stage says in the network's own code."""
    outputs: dict[str, Tensor] = {}
    module = network.network.module.eval()
    hooks = []
    for stage in network.stages:
        if stage.name != HEAD:
            last = module.get_submodule(network.module_names(stage.name)[-1])
            hooks.append(last.register_forward_hook(lambda _m, _i, out, name=stage.name: outputs.update({name: out})))
    with torch.no_grad():
        module(pictures)
    for hook in hooks:
        hook.remove()
    return outputs


def test_every_stage_is_pooled_as_the_network_itself_runs_it(network: StagedNetwork) -> None:
    pictures = torch.randn(3, 3, 32, 32)
    stages = pooled_stages(network)
    with torch.no_grad():
        rows = stages.part(pictures)
    assert rows.shape == (3, stages.width)
    for reading in stages.readings:
        (way,) = reading.ways
        expected = heard(network, pictures)[reading.stage]
        mean = expected.mean(dim=(2, 3)) if expected.ndim == 4 else expected
        assert torch.allclose(rows[:, way], mean, atol=1e-5), reading.stage


def test_a_transformer_is_read_by_the_mean_of_its_tokens_and_by_the_first() -> None:
    network = small_network(3, backbone=TRANSFORMER)
    pictures = torch.randn(2, 3, 32, 32)
    stages = pooled_stages(network)
    with torch.no_grad():
        rows = stages.part(pictures)
    inside = heard(network, pictures)
    for reading in [reading for reading in stages.readings if len(reading.ways) == 2]:
        tokens, (mean, first) = inside[reading.stage], reading.ways
        if tokens.ndim == 3:
            assert torch.allclose(rows[:, mean], tokens.mean(dim=1), atol=1e-5)
            assert torch.allclose(rows[:, first], tokens[:, 0], atol=1e-5)
    assert any(len(reading.ways) == 2 for reading in stages.readings)


class Counting(nn.Module):
    """Walks over the rows of a tensor, which no trace can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 4, 4, 4), nn.Conv2d(4, 6, 2)
        self.classifier = nn.Linear(6, 2)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for _ in range(len(x[0])):
            x = x + 0
        result: Tensor = self.classifier(self.second(x).mean(dim=(2, 3)))
        return result


def test_a_network_that_cannot_be_cut_is_listened_to() -> None:
    network = stage_network(own_network(Counting(), "classifier"))
    assert not network.has_cuts
    stages = pooled_stages(network)
    pictures = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        rows = stages.part(pictures)
    assert [reading.stage for reading in stages.readings] == ["first", "second"]
    assert rows.shape == (2, stages.width) == (2, 4 + 6 + 6)
    assert torch.allclose(rows[:, -stages.features :], rows[:, 4:10])
