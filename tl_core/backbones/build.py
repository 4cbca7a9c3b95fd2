"""Make a network by name, with or without pretrained weights, and a classifier for the person's own classes.

Names are timm's own, `torchvision/NAME`, `thaw/NAME` or `hf-hub:OWNER/NAME`. Knows who builds which and where its
weights come from; training, freezing and stages are not known here.
"""

from __future__ import annotations

from tl_core.backbones import weights
from tl_core.backbones.bundled import bundled_state
from tl_core.backbones.catalogue import check_name
from tl_core.backbones.hub_networks import hub_network
from tl_core.backbones.network import Network
from tl_core.backbones.reaching import NONE_HINT
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.record import HUB, OWN, TORCHVISION
from tl_core.backbones.small import CLASSES, HALF, IMAGE_SIZE, SMALL
from tl_core.backbones.timm_networks import timm_config, timm_network
from tl_core.backbones.torchvision_networks import default_weights, torchvision_network
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError, WeightsError

__all__ = ("Network", "build_network")


def build_network(name: str, num_classes: int | None, *, pretrained: bool, image_size: int | None = None) -> Network:
    """The network called `name` in eval mode on the CPU; `num_classes=None` keeps its ImageNet outputs.

    The new classifier is random; everything else is pretrained, or random with `pretrained=False`. `image_size=None`
    takes the backbone's own. Raises ConfigError for a name, a size or a network that does not fit, WeightsError if
    pretrained weights are neither here nor to be had.
    """
    check_name(name)
    if num_classes is not None and num_classes < 1:
        raise ConfigError(f"num_classes is {num_classes}; a network needs at least one class.")
    if name.startswith(HUB):
        network = hub_network(name, num_classes, image_size, pretrained=pretrained)
    else:
        network = network_with(name, num_classes, pretrained_state(name) if pretrained else None, image_size)
    network.module.eval()
    return network


def network_with(name: str, num_classes: int | None, state: weights.State | None, image_size: int | None) -> Network:
    """The network called `name`, filled with `state` (random where it is None) but for a classifier of other classes.

    A `state` of another picture size than `image_size` is adapted where timm and torchvision can.
    """
    if name.startswith(TORCHVISION):
        return torchvision_network(name, num_classes, state, image_size)
    if name.startswith(OWN):
        return _own_network(name, num_classes, image_size)
    return timm_network(name, num_classes, state, image_size)


def pretrained_state(name: str) -> weights.State:
    """The pretrained tensors of a network of timm or torchvision, fetched where they are not here yet."""
    if name in BUNDLED:
        return bundled_state(name)
    if name.startswith(TORCHVISION):
        return weights.url_state(name, default_weights(name).url)
    if name.startswith(OWN):
        raise WeightsError(f"'{name}' has no pretrained weights.", NONE_HINT)
    config = timm_config(name)
    if config.hf_hub_id:
        return weights.hub_state(name, config.hf_hub_id, config.hf_hub_filename)
    if config.url:
        return weights.url_state(name, config.url)
    raise WeightsError(f"'{name}' has no pretrained weights.", NONE_HINT)


def _own_network(name: str, num_classes: int | None, image_size: int | None) -> Network:
    size = image_size or IMAGE_SIZE
    module = SMALL[name](CLASSES if num_classes is None else num_classes, size)
    return Network(name, module, "classifier", Preprocessing(size, size, "bilinear", HALF, HALF))
