"""Stages and parts in detail, on networks small enough to write down."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
import torch.nn.functional as F
from timm.layers import register_notrace_module
from torch import nn

from tests.backbones.networks import own_network, pictures, random_network, state_kept
from tl_core.backbones import probing, tracing
from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.backbones.titles import LADDER, titles
from tl_core.errors import ConfigError


class Windows(nn.Module):
    """Counts rows with the batch, as Swin does, and reads a parameter directly, as a ViT does."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 4, 4)
        self.positions = nn.Parameter(torch.randn(4, 8))
        self.blocks = nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 8))
        self.head = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        x = self.stem(x)  # (batch, 8, 4, 4)
        batch = x.shape[0]
        x = x.view(batch, 8, 4, 4).permute(0, 2, 3, 1).reshape(batch * 4, 4, 8) + self.positions
        if mask is not None:
            x = x * mask
        x = self.blocks(x).reshape(batch, 16, 8)
        return self.head(F.dropout(x.mean(1), 0.5, self.training))


class Remembering(nn.Module):
    """Keeps in eval what it made of a parameter, as TinyViT does, and forgets it when training begins."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(4))
        self.kept: torch.Tensor | None = None

    def train(self, mode: bool = True) -> Remembering:
        self.kept = None if mode else self.kept
        return super().train(mode)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            return x + self.table[:, None, None]
        self.kept = self.table[:, None, None] if self.kept is None else self.kept
        return x + self.kept


class Undecided(nn.Module):
    """Asks what is in its tensors, which no trace can follow."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 4, 4)
        self.norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 4, 2)
        self.head = nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.first(x))
        if isinstance(x, torch.Tensor) and x.dim() == 3:
            x = x[None]
        for _ in range(len(x[0])):
            x = x + 0
        return self.head(self.second(x).mean((2, 3)))


@pytest.fixture(scope="module")
def windows() -> StagedNetwork:
    torch.manual_seed(0)
    return stage_network(own_network(Windows(), "head"))


@pytest.fixture(scope="module")
def mobile() -> StagedNetwork:
    return stage_network(random_network("torchvision/mobilenet_v3_small", 64))


def test_rows_counted_before_a_cut_grow_with_the_batch_after_it(windows: StagedNetwork) -> None:
    assert [stage.name for stage in windows.stages] == ["stem", "blocks.0", "blocks.1", HEAD]
    prefix, suffix = windows.cut("blocks.0", train=False)
    with torch.no_grad():
        for count in (1, 2, 7):
            batch = pictures(windows.network, count)
            assert prefix(batch).shape == (4 * count, 4, 8)
            torch.testing.assert_close(suffix(prefix(batch)), windows.network.module(batch))


def test_a_parameter_that_is_read_directly_belongs_to_the_stage_that_uses_it(windows: StagedNetwork) -> None:
    assert windows.parameter_names("stem") == ("positions", "stem.weight", "stem.bias")
    assert windows.module_names("blocks.0") == ("blocks.0",)
    assert windows.module_names(HEAD) == ("head",)


def test_functional_dropout_goes_with_the_head_and_acts_only_in_training(windows: StagedNetwork) -> None:
    prefix, suffix = windows.cut("blocks.1", train=True)
    with torch.no_grad():
        features = prefix(pictures(windows.network, 64))
        assert features.shape == (64, 8)
        assert not torch.equal(suffix(features), suffix(features))
        suffix.eval()
        assert torch.equal(suffix(features), windows.network.module.head(features))
        _, scoring = windows.cut("blocks.1", train=False)
        assert torch.equal(scoring.train()(features), windows.network.module.head(features))


def test_dropout_modules_act_in_training_are_gone_in_scoring_and_leave_cached_features_alone() -> None:
    staged = stage_network(random_network("torchvision/efficientnet_b0", 64))  # its last dropout works in place
    prefix, suffix = staged.cut(staged.stages[-2].name, train=True)
    with torch.no_grad():
        features = prefix(pictures(staged.network, 16))
        kept = features.clone()
        assert not torch.equal(suffix(features), suffix(features))
        assert torch.equal(suffix.eval()(features), suffix.eval()(features))
    assert torch.equal(features, kept)


def test_drop_path_acts_in_a_suffix_that_trains_and_vanishes_in_scoring() -> None:
    staged = stage_network(random_network("torchvision/swin_t", 64))
    batch = pictures(staged.network, 8)
    with torch.no_grad():
        wanted = staged.network.module(batch)
        prefix, suffix = staged.cut("features.5", train=True)
        features = prefix(batch)
        assert not torch.equal(suffix(features), suffix(features))
        torch.testing.assert_close(suffix.eval()(features), wanted, atol=1e-5, rtol=1e-5)


def test_frozen_stages_inside_a_part_that_trains_keep_their_statistics(mobile: StagedNetwork) -> None:
    frozen = ("features.9", "features.10")
    module = mobile.network.module
    with state_kept(module):
        _, suffix = mobile.cut("features.8", train=True, frozen=frozen)
        before = {name: buffer.clone() for name, buffer in module.named_buffers()}
        features = mobile.cut("features.8", train=False)[0](pictures(mobile.network, 4))
        suffix.train()(features)
        moved = {name for name, buffer in module.named_buffers() if not torch.equal(buffer, before[name])}
    assert moved
    assert {name.split(".")[1] for name in moved} == {"11", "12"}
    module.eval()


def test_the_whole_network_trains_but_for_its_frozen_stages(mobile: StagedNetwork) -> None:
    names = [stage.name for stage in mobile.stages[:-1]]
    module = mobile.network.module
    with state_kept(module), torch.no_grad():
        before = {name: buffer.clone() for name, buffer in module.named_buffers()}
        mobile.whole(train=True, frozen=names)(pictures(mobile.network, 4))
        assert all(torch.equal(buffer, before[name]) for name, buffer in module.named_buffers())
        mobile.whole(train=True)(pictures(mobile.network, 4))
        assert not torch.equal(module.features[0][1].running_mean, before["features.0.1.running_mean"])
    module.eval()


def test_a_step_of_an_optimizer_shows_in_the_parts_and_in_the_network(mobile: StagedNetwork) -> None:
    with state_kept(mobile.network.module):
        prefix, suffix = mobile.cut("features.12", train=True)
        features = prefix(pictures(mobile.network, 4)).detach()
        optimizer = torch.optim.SGD(suffix.parameters(), lr=0.5)
        suffix(features).square().sum().backward()
        optimizer.step()
        with torch.no_grad():
            after = mobile.network.module.eval()(pictures(mobile.network, 4))
            torch.testing.assert_close(suffix.eval()(features), after, atol=1e-5, rtol=1e-5)


def test_an_unknown_stage_is_answered_with_the_nearest_name_and_the_list(mobile: StagedNetwork) -> None:
    with pytest.raises(ConfigError, match=r"has no stage called 'feature.9'. Did you mean 'features.9'\?") as told:
        mobile.cut("feature.9", train=False)
    assert "features.0, features.1," in told.value.hint
    with pytest.raises(ConfigError, match="Nothing comes after 'head'"):
        mobile.cut(HEAD, train=False)


def test_a_network_that_cannot_be_traced_keeps_its_named_parts_and_has_no_cut() -> None:
    staged = stage_network(own_network(Undecided(), "head"))
    assert not staged.has_cuts
    assert [stage.name for stage in staged.stages] == ["first", "second", HEAD]
    assert staged.parameter_names("first") == ("first.weight", "first.bias", "norm.weight", "norm.bias")
    assert staged.module_names("first") == ("first", "norm")
    assert [stage.output_shape for stage in staged.stages] == [(4, 4, 4), (4, 3, 3), (2,)]
    assert sum(stage.share for stage in staged.stages) == pytest.approx(1)
    with pytest.raises(ConfigError, match="'own' cannot be parted after 'first': it has no cut points"):
        staged.cut("first", train=False)
    with torch.no_grad():
        staged.whole(train=True, frozen=("first",))(pictures(staged.network, 4))
    assert staged.network.module.norm.num_batches_tracked == 0


@pytest.mark.parametrize(("room", "ours"), [(tracing, "_path"), (probing, "_is_unknown"), (tracing, "_defaults")])
def test_a_fault_of_our_own_is_not_taken_for_a_network_that_cannot_be_traced(
    monkeypatch: pytest.MonkeyPatch, room: ModuleType, ours: str
) -> None:
    def faulty(*arguments: object) -> None:
        raise TypeError(f"{len(arguments)} arguments")

    monkeypatch.setattr(room, ours, faulty)
    with pytest.raises(TypeError, match="arguments"):
        stage_network(own_network(Windows(), "head"))


def test_tracing_leaves_no_tensor_without_content_in_a_network_that_remembers() -> None:
    register_notrace_module(Remembering)
    body = nn.Sequential(nn.Conv2d(3, 4, 4, 4), Remembering(), nn.Conv2d(4, 4, 4), nn.Flatten(), nn.Linear(4, 2))
    staged = stage_network(own_network(body, "4"))
    prefix, suffix = staged.cut("1", train=False)
    assert body[1].kept is None
    with torch.no_grad():
        batch = pictures(staged.network, 3)
        torch.testing.assert_close(suffix(prefix(batch)), body(batch))


def test_titles_are_told_apart_and_climb_the_ladder() -> None:
    for count in range(1, 40):
        assert len(set(titles(count))) == count
    assert titles(5) == LADDER
    assert titles(2) == (LADDER[0], LADDER[-1])
    assert titles(6)[:2] == ("edges and colours 1", "edges and colours 2")
