"""Make a network by name, with or without pretrained weights, and a classifier for the person's own classes.

Names are timm's own, or `torchvision/NAME`. Knows where weights belong; `weights` and `bundled` know where they come
from. Training, freezing and stages are not known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import timm
import torchvision
from torch import nn
from torchvision.models.vision_transformer import interpolate_embeddings

from tl_core.backbones import weights
from tl_core.backbones.bundled import lite0_state
from tl_core.backbones.catalogue import BUNDLED, TORCHVISION, check_name, record_of
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError, WeightsError

IMAGENET_CLASSES = 1000
# torchvision's helpers in training only; without them the names of all other tensors stay the same.
_AUXILIARY = ("AuxLogits.", "aux1.", "aux2.")


@dataclass(frozen=True, slots=True)
class Network:
    """A network, the dotted path of its last Linear, and how a picture becomes its input."""

    name: str
    module: nn.Module
    classifier: str
    preprocessing: Preprocessing


def build_network(name: str, num_classes: int | None, *, pretrained: bool, image_size: int | None = None) -> Network:
    """The network called `name` in eval mode on the CPU; `num_classes=None` keeps its ImageNet outputs.

    The new classifier is random; everything else is pretrained, or random with `pretrained=False`. `image_size=None`
    takes the backbone's own. Raises ConfigError for a name, a size or a network that does not fit, WeightsError if
    pretrained weights are neither here nor to be had.
    """
    check_name(name)
    if num_classes is not None and num_classes < 1:
        raise ConfigError(f"num_classes is {num_classes}; a network needs at least one class.")
    make = _torchvision_network if name.startswith(TORCHVISION) else _timm_network
    network = make(name, num_classes, pretrained, image_size)
    network.module.eval()
    return network


def _timm_network(name: str, num_classes: int | None, pretrained: bool, image_size: int | None) -> Network:
    config = timm.get_pretrained_cfg(name)
    if config is None:
        raise ConfigError(f"timm describes no pretrained network called '{name}'.", "Choose another backbone.")
    own_size = int(config.input_size[-1])
    size = image_size or _usual_size(name) or own_size
    options: dict[str, Any] = {"img_size": size} if config.fixed_input_size and size != own_size else {}
    outputs = num_classes if num_classes is not None else config.num_classes or IMAGENET_CLASSES
    if pretrained and name == BUNDLED:
        module = timm.create_model(name, pretrained=False)
        module.load_state_dict(lite0_state(), strict=True)
        if num_classes is not None:
            module.reset_classifier(num_classes)
    else:
        module = _timm_module(name, outputs, _timm_state(name, config) if pretrained else None, options)
    return Network(name, module, _classifier_of(name, module), _timm_preprocessing(config, size))


def _timm_module(name: str, outputs: int, state: weights.State | None, options: dict[str, Any]) -> Any:
    if state is not None:
        # timm adapts what it is given: other positions for another size, no classifier for other classes.
        options = {**options, "pretrained_cfg_overlay": {"state_dict": state}}
    try:
        module = timm.create_model(name, pretrained=state is not None, num_classes=outputs, **options)
    except (TypeError, AssertionError, ValueError) as error:
        if "img_size" not in options:
            raise
        size = options["img_size"]
        raise ConfigError(
            f"'{name}' cannot take pictures of {size} by {size}: {error}", "Leave image_size out."
        ) from error
    if state is not None:
        module.pretrained_cfg.pop("state_dict", None)  # or the whole checkpoint stays in memory
    return module


def _timm_state(name: str, config: Any) -> weights.State:
    if config.hf_hub_id:
        return weights.hub_state(name, config.hf_hub_id, config.hf_hub_filename)
    if config.url:
        return weights.url_state(name, config.url)
    raise WeightsError(
        f"timm has no pretrained weights for '{name}'.",
        "Choose another backbone, or start from scratch (the setting 'start').",
    )


def _timm_preprocessing(config: Any, size: int) -> Preprocessing:
    crop = config.crop_pct or 0.875
    interpolation = config.interpolation if config.interpolation in ("bilinear", "bicubic") else "bicubic"
    mean, std = tuple(map(float, config.mean)), tuple(map(float, config.std))
    return Preprocessing(size, round(size / crop), interpolation, mean, std)  # type: ignore[arg-type]


def _torchvision_network(name: str, num_classes: int | None, pretrained: bool, image_size: int | None) -> Network:
    key = name.removeprefix(TORCHVISION)
    source = torchvision.models.get_model_weights(key).DEFAULT
    preset = source.transforms()
    own_size = preset.crop_size[0]
    size = image_size or own_size
    module = _torchvision_module(key, size, own_size, pretrained)
    if pretrained:
        state = weights.url_state(name, source.url)
        if key.startswith("vit_") and size != own_size:
            state = interpolate_embeddings(size, module.patch_size, state)
        for tensor in [tensor for tensor in state if tensor.startswith(_AUXILIARY)]:
            del state[tensor]
        module.load_state_dict(state, strict=True)
    classifier = _classifier_of(name, module)
    if num_classes is not None:
        _replace(module, classifier, num_classes)
    preprocessing = Preprocessing(
        size,
        round(preset.resize_size[0] * size / own_size),
        preset.interpolation.value if preset.interpolation.value in ("bilinear", "bicubic") else "bilinear",
        tuple(preset.mean),
        tuple(preset.std),
    )
    return Network(name, module, classifier, preprocessing)


def _torchvision_module(key: str, size: int, own_size: int, pretrained: bool) -> Any:
    options: dict[str, Any] = {}
    if key in ("googlenet", "inception_v3"):
        # With weights torchvision turns the input into the statistics they were trained with; a saved model and the
        # one it came from must not differ, so it is always so.
        options = {"aux_logits": False, "transform_input": True, "init_weights": not pretrained}
    if size != own_size and key.startswith("maxvit"):
        raise ConfigError(f"'{TORCHVISION}{key}' takes only pictures of {own_size}, not of {size}.")
    if key.startswith("vit_"):
        options = {"image_size": size}  # the builder's own is 224 even where the weights' is not
    try:
        return torchvision.models.get_model(key, weights=None, **options)
    except AssertionError as error:
        raise ConfigError(f"'{TORCHVISION}{key}' cannot take pictures of {size} by {size}: {error}") from error


def _classifier_of(name: str, module: Any) -> str:
    """The dotted path of the one Linear that gives the answer. Raises ConfigError where it is something else."""
    answering = module.get_classifier() if hasattr(module, "get_classifier") else module
    within = set(answering.modules()) if isinstance(answering, nn.Module) else set()
    paths = [path for path, child in module.named_modules() if child in within and isinstance(child, nn.Linear)]
    if not paths:
        raise ConfigError(
            f"'{name}' does not end in one linear layer, so its head cannot be replaced.", "Choose another backbone."
        )
    path: str = paths[-1]
    return path


def _replace(module: nn.Module, path: str, num_classes: int) -> None:
    old = module.get_submodule(path)
    assert isinstance(old, nn.Linear)
    module.set_submodule(path, nn.Linear(old.in_features, num_classes, bias=True))


def _usual_size(name: str) -> int | None:
    """A recommended network's size where it is not the one of its checkpoint (DINOv2's 518 is slow on a laptop)."""
    record = record_of(name)
    return record.image_size if record else None
