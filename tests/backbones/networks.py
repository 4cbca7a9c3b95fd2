"""Networks for the tests: real ones of each family with random weights, at the smallest size that they take."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from tl_core.backbones.build import Network, build_network
from tl_core.data.preprocessing import Preprocessing

CLASSES = 5


def random_network(name: str, image_size: int) -> Network:
    """Seeded random weights; running statistics and scales that are no zeros and ones, so that a mix-up shows."""
    torch.manual_seed(0)
    network = build_network(name, CLASSES, pretrained=False, image_size=image_size)
    with torch.no_grad():
        for tensor_name, tensor in network.module.state_dict().items():
            if tensor_name.endswith("running_mean"):
                tensor.normal_(0, 0.1)
            if tensor_name.endswith((".gamma", "layer_scale")):
                tensor.uniform_(0.5, 1)
    return network


def pictures(network: Network, count: int) -> torch.Tensor:
    size = network.preprocessing.image_size
    return torch.randn(count, 3, size, size, generator=torch.Generator().manual_seed(1))


def own_network(module: nn.Module, classifier: str, image_size: int = 16) -> Network:
    """A module written in a test, as a Network."""
    half = (0.5, 0.5, 0.5)
    return Network("own", module.eval(), classifier, Preprocessing(image_size, image_size, "bilinear", half, half))


@contextmanager
def state_kept(module: nn.Module) -> Iterator[None]:
    """Running statistics that a test moves are put back, because the network is shared by the tests."""
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    yield
    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            tensor.copy_(before[name])
    module.zero_grad(set_to_none=True)
