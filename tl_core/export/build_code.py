"""The Python that makes a model's empty architecture without Thaw, for the README inside a bundle. Runs none of it."""

from __future__ import annotations

from typing import Any

from tl_core.backbones.record import OWN, TORCHVISION
from tl_core.export.model_config import ModelConfig

# The same as `backbones.small` builds; a test holds the state dicts equal.
OWN_NETWORKS = {
    f"{OWN}mlp_28": """\
from collections import OrderedDict
from torch import nn
model = nn.Sequential(OrderedDict(
    flatten=nn.Flatten(),
    hidden1=nn.Sequential(nn.Linear({pixels}, 256), nn.ReLU()),
    hidden2=nn.Sequential(nn.Linear(256, 128), nn.ReLU()),
    classifier=nn.Linear(128, {num_classes}),
))""",
    f"{OWN}cnn_28": """\
from collections import OrderedDict
from torch import nn
def convolution(inputs, outputs):
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()
model = nn.Sequential(OrderedDict(
    conv1=nn.Sequential(*convolution(3, 16), nn.MaxPool2d(2)),
    conv2=nn.Sequential(*convolution(16, 32), nn.MaxPool2d(2)),
    conv3=nn.Sequential(*convolution(32, 64)),
    pool=nn.AdaptiveAvgPool2d(1),
    flatten=nn.Flatten(),
    classifier=nn.Linear(64, {num_classes}),
))""",
}


def library_of(backbone: str) -> str:
    """The package that has the architecture."""
    return "torchvision" if backbone.startswith(TORCHVISION) else "torch" if backbone.startswith(OWN) else "timm"


def build_lines(config: ModelConfig, module: Any) -> str:
    """The Python that makes `model`, of timm or torchvision alone, with the same state dict as `module`."""
    name, num_classes = config.backbone, len(config.classes)
    if name.startswith(OWN):
        return OWN_NETWORKS[name].format(pixels=3 * config.preprocessing.image_size**2, num_classes=num_classes)
    arguments = f"num_classes={num_classes}"
    if library_of(name) == "timm":
        arguments += _timm_size(config.preprocessing.image_size, module)
        return f'model = timm.create_model("{name}", {arguments})'
    arguments += _torchvision_size(module)
    if hasattr(module, "aux_logits"):  # GoogLeNet and Inception
        arguments += ", aux_logits=False, transform_input=True, init_weights=False"
    line = f'model = torchvision.models.get_model("{name.removeprefix("torchvision/")}", {arguments})'
    if "maxvit" in name:  # the only one whose own classifier has no bias, and ours has
        line += f"\nmodel.classifier[-1] = torch.nn.Linear(model.classifier[-1].in_features, {num_classes})"
    if "squeezenet" in name:  # Thaw ends it in a Linear behind the pooling, so that its features can be kept
        line += (
            "\nmodel.classifier = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), "
            f"torch.nn.Dropout(0.5), torch.nn.Linear(512, {num_classes}))"
        )
    return line


def _timm_size(image_size: int, module: Any) -> str:
    """Needed where the weights' shapes hang on the picture's size, as in transformers, and it is not the usual one."""
    settings = getattr(module, "pretrained_cfg", None) or {}
    usual = settings.get("input_size", (3, image_size, image_size))[-1]
    return f", img_size={image_size}" if settings.get("fixed_input_size") and image_size != usual else ""


def _torchvision_size(module: Any) -> str:
    size = getattr(module, "image_size", 224)  # only its vision transformers have one
    return f", image_size={size}" if size != 224 else ""
