"""Networks of timm by name, empty or filled with a state dict under timm's own names. Fetches nothing."""

from __future__ import annotations

from typing import Any

from tl_core.backbones.catalogue import record_of
from tl_core.backbones.libraries import timm
from tl_core.backbones.network import Network, classifier_of
from tl_core.backbones.weights import State
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError

IMAGENET_CLASSES = 1000


def timm_config(name: str) -> Any:
    """timm's description of a network's weights: size, mean, where they lie. Raises ConfigError if there is none."""
    config = timm.get_pretrained_cfg(name)
    if config is None:
        raise ConfigError(f"timm describes no pretrained network called '{name}'.", "Choose another backbone.")
    return config


def timm_network(
    name: str, num_classes: int | None, state: State | None, image_size: int | None, *, config: Any = None
) -> Network:
    """`config` is what goes with `state`; timm's own for `name` where it is left out."""
    own = timm_config(name)
    size = image_size or _usual_size(name) or int((config or own).input_size[-1])
    options: dict[str, Any] = {"img_size": size} if own.fixed_input_size and size != own.input_size[-1] else {}
    outputs = num_classes if num_classes is not None else (config or own).num_classes or IMAGENET_CLASSES
    if state is not None:
        # timm adapts what it is given: other positions for another size, no classifier for other classes.
        overlay = {"state_dict": state, **({"num_classes": config.num_classes} if config else {})}
        options = {**options, "pretrained_cfg_overlay": overlay}
    try:
        module = timm.create_model(name, pretrained=state is not None, num_classes=outputs, **options)
    except (TypeError, AssertionError, ValueError) as error:
        if "img_size" not in options:
            raise
        raise ConfigError(
            f"'{name}' cannot take pictures of {size} by {size}: {error}", "Leave image_size out."
        ) from error
    module.pretrained_cfg.pop("state_dict", None)  # or the whole checkpoint stays in memory
    return Network(name, module, classifier_of(name, module), _preprocessing(config or own, size))


def _preprocessing(config: Any, size: int) -> Preprocessing:
    crop = config.crop_pct or 0.875
    interpolation = config.interpolation if config.interpolation in ("bilinear", "bicubic") else "bicubic"
    mean, std = tuple(map(float, config.mean)), tuple(map(float, config.std))
    return Preprocessing(size, round(size / crop), interpolation, mean, std)  # type: ignore[arg-type]


def _usual_size(name: str) -> int | None:
    """A recommended network's size where it is not the one of its checkpoint (DINOv2's 518 is slow on a laptop)."""
    record = record_of(name)
    return record.image_size if record and record.recommended else None
