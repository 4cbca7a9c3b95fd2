"""Networks of timm's kind in any repository of the Hugging Face hub, named `hf-hub:OWNER/NAME`.

What such a repository says of itself was written by a stranger: only an architecture that timm has, a size and a
normalisation are taken from it, each checked; nothing in it is run.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tl_core.backbones import weights
from tl_core.backbones.libraries import timm
from tl_core.backbones.network import Network
from tl_core.backbones.record import HUB
from tl_core.backbones.timm_networks import timm_network
from tl_core.errors import WeightsError

CONFIG = "config.json"
MAX_CONFIG_BYTES = 10 * 2**20  # ImageNet-21k's class names make 2 MB
SIZES = (28, 1024)  # pixels; RunConfig's own bounds
HINT = "Choose another network, or download its weights and give the file with the setting 'weights'."


def hub_network(name: str, num_classes: int | None, image_size: int | None, *, pretrained: bool) -> Network:
    """The network of a repository, under the name of its architecture: a saved model needs no hub.

    Raises WeightsError where the repository cannot be reached or holds no network of timm's kind.
    """
    repository = name.removeprefix(HUB)
    config = _checked(name, _read(name, weights.hub_path(name, repository, (CONFIG,))))
    state = weights.hub_state(name, repository, None) if pretrained else None
    return timm_network(config.architecture, num_classes, state, image_size or config.input_size[-1], config=config)


def _read(name: str, path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > MAX_CONFIG_BYTES:
            raise ValueError("it is too large")
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"The {CONFIG} of '{name}' cannot be read: {error}.", HINT) from error
    if not isinstance(values, dict):
        raise WeightsError(f"The {CONFIG} of '{name}' holds no settings.", HINT)
    return values


def _checked(name: str, values: dict[str, Any]) -> Any:
    """The settings that timm keeps in `pretrained_cfg`, older ones at the top. Raises WeightsError for strange ones."""
    settings = values.get("pretrained_cfg", values)
    architecture = values.get("architecture")
    if not isinstance(architecture, str) or not isinstance(settings, dict) or not timm.is_model(architecture):
        raise WeightsError(f"'{name}' holds no network that timm knows.", HINT)
    if values.get("model_args"):
        raise WeightsError(f"'{name}' changes the architecture '{architecture}', which Thaw does not follow.", HINT)
    own = timm.get_pretrained_cfg(architecture, allow_unregistered=True)
    found = {key: settings.get(key) or getattr(own, key, None) for key in ("input_size", "mean", "std")}
    classes = values.get("num_classes", settings.get("num_classes"))
    if not (_is_size(found["input_size"]) and _are_numbers(found["mean"]) and _are_numbers(found["std"], above=0.0)):
        raise WeightsError(f"The size or the normalisation in the {CONFIG} of '{name}' is none.", HINT)
    if not isinstance(classes, int) or isinstance(classes, bool) or not 0 <= classes <= 10**6:
        raise WeightsError(f"The number of classes in the {CONFIG} of '{name}' is none.", HINT)
    crop = settings.get("crop_pct")
    return SimpleNamespace(
        **found,
        architecture=architecture,
        num_classes=classes,
        crop_pct=crop if isinstance(crop, float) and 0.5 <= crop <= 1 else None,
        interpolation=settings.get("interpolation"),
    )


def _is_size(value: Any) -> bool:
    whole = isinstance(value, list | tuple) and len(value) == 3 and all(type(number) is int for number in value)
    return whole and value[0] == 3 and all(SIZES[0] <= side <= SIZES[1] for side in value[1:])


def _are_numbers(value: Any, *, above: float = -math.inf) -> bool:
    numbers = isinstance(value, list | tuple) and len(value) == 3 and all(type(one) in (int, float) for one in value)
    return numbers and all(math.isfinite(one) and above < one < 1000 for one in value)
