"""What a stage makes of a picture, as small maps: convolutions, tokens, the channels that tell most, none at last."""

from __future__ import annotations

import base64

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn

from tests.backbones.networks import own_network, random_network
from tl_core.backbones.feature_maps import LARGEST_SIDE, feature_maps
from tl_core.backbones.stages import stage_network
from tl_core.errors import ConfigError


def square(size: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)


def shapes(name: str, image_size: int) -> dict[str, set[tuple[int, ...]]]:
    staged = stage_network(random_network(name, image_size))
    picture = square(staged.network.preprocessing.resize_size)
    return {
        stage.name: {one.pixels.shape for one in feature_maps(staged, stage.name, picture)} for stage in staged.stages
    }


def test_a_convolutional_network_has_maps_of_each_stage_but_the_head() -> None:
    found = shapes("torchvision/resnet18", 128)
    assert found == {
        "conv1": {(32, 32)}, "layer1": {(32, 32)}, "layer2": {(16, 16)}, "layer3": {(8, 8)}, "layer4": {(4, 4)},
        "head": set(),
    }  # fmt: skip


def test_tokens_become_a_grid_without_the_class_token() -> None:
    found = shapes("vit_small_patch14_dinov2.lvd142m", 56)
    assert set.union(*(sizes for name, sizes in found.items() if name != "head")) == {(4, 4)}
    assert found["head"] == set()


def test_a_network_with_the_channels_last_is_turned() -> None:
    assert shapes("torchvision/swin_t", 64)["features.3"] == {(8, 8)}


class Stripes(nn.Module):
    """Channel 0 flat, 1 its input's red, 2 the same twice as strong, 3 faint stripes."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 4, 1, stride=2, bias=False)
        self.body = nn.Conv2d(4, 4, 1, stride=2)
        self.fc = nn.Linear(4, 2)
        with torch.no_grad():
            self.stem.weight.zero_()
            self.stem.weight[1, 0] = 1
            self.stem.weight[2, 0] = 2
            self.stem.weight[3, 1] = 0.1

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        result: torch.Tensor = self.fc(self.body(self.stem(x)).mean((2, 3)))
        return result


def test_the_channels_that_vary_most_are_shown_once_and_a_flat_one_never() -> None:
    staged = stage_network(own_network(Stripes(), "fc"))
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[:, :8, 0] = 255
    picture[::4, :, 1] = 200
    first, second = feature_maps(staged, "stem", picture)
    assert (first.channel, second.channel) == (2, 3)
    assert first.pixels[:, :4].min() == 255
    assert first.pixels[:, 4:].max() == 0
    assert second.pixels[::2].min() == 255


def test_a_large_map_is_made_small_and_travels_as_bytes() -> None:
    staged = stage_network(own_network(Stripes(), "fc", image_size=160))
    (first, *_) = feature_maps(staged, "stem", square(160), count=1)
    assert first.pixels.shape == (LARGEST_SIDE, LARGEST_SIDE)
    told = first.to_dict()
    assert (told["width"], told["height"], told["channel"]) == (LARGEST_SIDE, LARGEST_SIDE, first.channel)
    assert base64.b64decode(told["pixels"]) == first.pixels.tobytes()


def test_an_unknown_stage_is_refused() -> None:
    staged = stage_network(own_network(Stripes(), "fc"))
    with pytest.raises(ConfigError, match=r"'own' has no stage called 'steem'. Did you mean 'stem'"):
        feature_maps(staged, "steem", square(16))
