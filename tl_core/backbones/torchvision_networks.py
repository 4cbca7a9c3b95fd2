"""Networks of torchvision by their builders' names, empty or filled with a state dict under torchvision's own names.

Knows what is particular to its networks: sizes, auxiliary heads, SqueezeNet's end. Fetches nothing.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from tl_core.backbones.libraries import torchvision
from tl_core.backbones.network import Network, classifier_of, replace_head
from tl_core.backbones.record import TORCHVISION
from tl_core.backbones.weights import State
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError

# torchvision's helpers in training only; without them the names of all other tensors stay the same.
_AUXILIARY = ("AuxLogits.", "aux1.", "aux2.")


def default_weights(name: str) -> Any:
    """torchvision's record of the weights that its own documentation recommends; `.url` is where they lie."""
    return torchvision.models.get_model_weights(name.removeprefix(TORCHVISION)).DEFAULT


def torchvision_network(name: str, num_classes: int | None, state: State | None, image_size: int | None) -> Network:
    """The network `torchvision/NAME`; `state` has its 1000 ImageNet outputs."""
    key = name.removeprefix(TORCHVISION)
    preset = default_weights(name).transforms()
    own_size = preset.crop_size[0]
    size = image_size or own_size
    module = _module(key, size, own_size, filled=state is not None)
    if state is not None:
        state = adapted(key, state)
        if key.startswith("vit_") and size != own_size:
            state = torchvision.models.vision_transformer.interpolate_embeddings(size, module.patch_size, state)
        module.load_state_dict(state, strict=True)
    classifier = classifier_of(name, module)
    if num_classes is not None:
        replace_head(module, classifier, num_classes)
    preprocessing = Preprocessing(
        size,
        round(preset.resize_size[0] * size / own_size),
        preset.interpolation.value if preset.interpolation.value in ("bilinear", "bicubic") else "bilinear",
        tuple(preset.mean),
        tuple(preset.std),
    )
    return Network(name, module, classifier, preprocessing)


def adapted(key: str, state: State) -> State:
    """torchvision's state dict under the names and shapes of the network as `torchvision_network` builds it."""
    for tensor in [tensor for tensor in state if tensor.startswith(_AUXILIARY)]:
        del state[tensor]
    if key.startswith("squeezenet") and "classifier.1.weight" in state:
        state["classifier.3.weight"] = torch.flatten(state.pop("classifier.1.weight"), 1)
        state["classifier.3.bias"] = state.pop("classifier.1.bias")
    return state


def _module(key: str, size: int, own_size: int, *, filled: bool) -> Any:
    options: dict[str, Any] = {}
    if key in ("googlenet", "inception_v3"):
        # With weights torchvision turns the input into the statistics they were trained with; a saved model and the
        # one it came from must not differ, so it is always so.
        options = {"aux_logits": False, "transform_input": True, "init_weights": not filled}
    if size != own_size and key.startswith("maxvit"):
        raise ConfigError(f"'{TORCHVISION}{key}' takes only pictures of {own_size}, not of {size}.")
    if key.startswith("vit_"):
        options = {"image_size": size}  # the builder's own is 224 even where the weights' is not
    try:
        module = torchvision.models.get_model(key, weights=None, **options)
    except AssertionError as error:
        raise ConfigError(f"'{TORCHVISION}{key}' cannot take pictures of {size} by {size}: {error}") from error
    if key.startswith("squeezenet"):
        module.classifier = _linear_end(module.classifier[1])
    return module


def _linear_end(last: nn.Conv2d) -> nn.Module:
    """Pool, then a Linear, in place of SqueezeNet's 1 x 1 convolution, ReLU and pooling.

    Without the ReLU the two are the same function of the same weights, and the features before it can be kept.
    """
    linear = nn.Linear(last.in_channels, last.out_channels)
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), linear)
