"""What must hold for every family of networks: parted anywhere it answers as the whole, and nothing is lost."""

from __future__ import annotations

import pytest
import timm.layers
import torch
from torch import nn
from torchvision.ops import StochasticDepth

from tests.backbones.networks import CLASSES, pictures, random_network, state_kept
from tl_core.backbones.catalogue import everything
from tl_core.backbones.record import OWN, TORCHVISION
from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork, stage_network

QUICK = {
    "tf_efficientnet_lite0": 64,
    "mobilenetv3_small_100": 64,
    "torchvision/resnet18": 64,
    "torchvision/mobilenet_v3_small": 64,
    "convnext_atto": 64,
    "vit_small_patch14_dinov2.lvd142m": 56,
    "swin_tiny_patch4_window7_224": 56,
    "torchvision/regnet_y_400mf": 64,
    "torchvision/alexnet": 64,
    "torchvision/squeezenet1_1": 64,
    "thaw/mlp_28": 28,
    "thaw/cnn_28": 28,
}
# Beyond torchvision's whole registry and all that is recommended: families that only timm has.
LONG = {
    "densenet121": 64,
    "mobilenetv4_conv_small": 64,
    "convnextv2_nano": 64,
    "vit_base_patch16_siglip_224": 64,
    "eva02_tiny_patch14_224": 56,
    "vit_small_patch16_dinov3": 64,
    "tiny_vit_5m_224": 224,
}
SIZES = {  # the smallest picture that a network takes, where that is not 64
    "torchvision/inception_v3": 128, "torchvision/maxvit_t": 224, "torchvision/vit_h_14": 56,
    "tiny_vit_5m_224.dist_in22k_ft_in1k": 224, "swin_tiny_patch4_window7_224": 56,
    "vit_small_patch14_dinov2.lvd142m": 56, "vit_base_patch14_dinov2.lvd142m": 56,
    "vit_large_patch14_dinov2.lvd142m": 56, "eva02_base_patch14_448.mim_in22k_ft_in22k_in1k": 56,
    "torchvision/squeezenet1_1": 64, "thaw/mlp_28": 28, "thaw/cnn_28": 28,
}  # fmt: skip
REGISTRIES = {
    record.name: SIZES.get(record.name, 64)
    for record in everything()
    if record.recommended or record.name.startswith((TORCHVISION, OWN))
}
BEYOND = {**REGISTRIES, **LONG}
EVERY = [
    *(pytest.param(item, id=item[0]) for item in QUICK.items()),
    *(pytest.param(item, id=item[0], marks=pytest.mark.long) for item in BEYOND.items() if item[0] not in QUICK),
]
CUTS_TRIED = 3


@pytest.fixture(scope="module", params=EVERY)
def staged(request: pytest.FixtureRequest) -> StagedNetwork:
    return stage_network(random_network(*request.param))


def _cuts(staged: StagedNetwork) -> list[str]:
    """The first stage, the last one before the head, and some between; every one in the long tests."""
    names = [stage.name for stage in staged.stages[:-1]]
    places = range(0, len(names), 1 if staged.network.name in LONG else max(1, len(names) // CUTS_TRIED))
    return list(dict.fromkeys([*(names[place] for place in places), names[-1]]))


def test_a_prefix_and_its_suffix_answer_as_the_whole_network_at_any_batch_size(staged: StagedNetwork) -> None:
    batches = [pictures(staged.network, count) for count in (1, 4)]
    with torch.no_grad():
        wanted = [staged.network.module(batch) for batch in batches]
        for name in _cuts(staged):
            prefix, suffix = staged.cut(name, train=False)
            torch.testing.assert_close([suffix(prefix(batch)) for batch in batches], wanted, atol=1e-5, rtol=1e-5)
        whole = staged.whole(train=False)
        torch.testing.assert_close([whole(batch) for batch in batches], wanted, atol=1e-5, rtol=1e-5)


def test_every_parameter_belongs_to_exactly_one_stage(staged: StagedNetwork) -> None:
    listed = [name for stage in staged.stages for name in staged.parameter_names(stage.name)]
    sizes = {name: parameter.numel() for name, parameter in staged.network.module.named_parameters()}
    assert sorted(listed) == sorted(sizes)
    for stage in staged.stages:
        assert stage.parameters == sum(sizes[name] for name in staged.parameter_names(stage.name)) > 0
    classifier = staged.network.classifier
    assert staged.parameter_names(HEAD) == (f"{classifier}.weight", f"{classifier}.bias")


def test_the_stages_have_names_titles_and_shares_of_their_own(staged: StagedNetwork) -> None:
    assert staged.has_cuts
    assert len(staged.stages) >= 3
    assert staged.stages[-1].name == HEAD
    assert staged.stages[-1].output_shape == (CLASSES,)
    assert len({stage.name for stage in staged.stages}) == len({stage.title for stage in staged.stages})
    assert len({stage.name for stage in staged.stages}) == len(staged.stages)
    assert sum(stage.share for stage in staged.stages) == pytest.approx(1)
    assert all(0 < stage.share < 1 for stage in staged.stages)


def test_the_cut_before_the_head_gives_one_row_of_features_a_picture(staged: StagedNetwork) -> None:
    classifier = staged.network.module.get_submodule(staged.network.classifier)
    with torch.no_grad():
        features = staged.cut(staged.stages[-2].name, train=False)[0](pictures(staged.network, 3))
    assert features.shape == (3, classifier.in_features)
    assert staged.stages[-2].output_shape == (classifier.in_features,)


def test_gradients_reach_exactly_what_comes_after_the_cut(staged: StagedNetwork) -> None:
    middle = staged.stages[len(staged.stages) // 2]
    with state_kept(staged.network.module):
        prefix, suffix = staged.cut(middle.name, train=True)
        with torch.no_grad():
            features = prefix(pictures(staged.network, 4))
        suffix(features).square().sum().backward()
        reached = {name for name, one in staged.network.module.named_parameters() if one.grad is not None}
    later = staged.stages[staged.stages.index(middle) + 1 :]
    assert reached == {name for stage in later for name in staged.parameter_names(stage.name)}


def test_the_parts_hold_the_very_parameters_and_buffers_of_the_network(staged: StagedNetwork) -> None:
    prefix, suffix = staged.cut(staged.stages[1].name, train=True)
    own = {id(tensor) for tensor in (*staged.network.module.parameters(), *staged.network.module.buffers())}
    assert {id(tensor) for tensor in (*prefix.parameters(), *suffix.parameters())} <= own
    # Where the code asks for a buffer's size while it is traced (DINOv3), fx keeps constants made of it.
    buffers = [*prefix.named_buffers(), *suffix.named_buffers()]
    assert {id(tensor) for name, tensor in buffers if "_tensor_constant" not in name} <= own
    assert {id(one) for one in prefix.parameters()}.isdisjoint({id(one) for one in suffix.parameters()})


def test_a_frozen_prefix_stays_in_eval_and_keeps_its_statistics_whoever_calls_train(staged: StagedNetwork) -> None:
    prefix, suffix = staged.cut(staged.stages[-2].name, train=True)
    before = {name: buffer.clone() for name, buffer in staged.network.module.named_buffers()}
    batch = pictures(staged.network, 4)
    with torch.no_grad():
        wanted = prefix(batch)
        staged.network.module.train()
        suffix.train()
        prefix.train()
        assert torch.equal(prefix(batch), wanted)
    assert not any(module.training for module in prefix.modules())
    assert all(torch.equal(buffer, before[name]) for name, buffer in staged.network.module.named_buffers())
    staged.network.module.eval()


def test_dropout_and_drop_path_act_in_a_part_that_trains_and_vanish_in_scoring(staged: StagedNetwork) -> None:
    kinds = (nn.Dropout, StochasticDepth, timm.layers.DropPath)
    is_noisy = any(_noise(module) > 0 for module in staged.network.module.modules() if isinstance(module, kinds))
    batch = pictures(staged.network, 4)
    with state_kept(staged.network.module), torch.no_grad():
        wanted = staged.network.module(batch)
        prefix, suffix = staged.cut(staged.stages[0].name, train=True)
        features = prefix(batch)
        answers = []
        for seed in range(2):
            torch.manual_seed(seed)
            answers.append(suffix(features))
        assert torch.equal(*answers) != is_noisy
    with torch.no_grad():
        torch.testing.assert_close(suffix.eval()(features), wanted, atol=1e-5, rtol=1e-5)


def _noise(module: nn.Module) -> float:
    rate = getattr(module, "p", None) or getattr(module, "drop_prob", None) or 0.0
    return float(rate)
