"""Two small networks of Thaw's own for pictures of 28 by 28, as textbooks begin with. They have random weights only."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from torch import nn

from tl_core.backbones.record import OWN

IMAGE_SIZE = 28
CLASSES = 10  # where nobody says how many: ten digits, ten kinds of clothes
HALF = (0.5, 0.5, 0.5)


def mlp(num_classes: int, image_size: int) -> nn.Module:
    """Two hidden layers on the pixels in a row (LeCun and others, "Gradient-based learning", 1998, section III)."""
    return nn.Sequential(
        OrderedDict(
            flatten=nn.Flatten(),
            hidden1=nn.Sequential(nn.Linear(3 * image_size * image_size, 256), nn.ReLU()),
            hidden2=nn.Sequential(nn.Linear(256, 128), nn.ReLU()),
            classifier=nn.Linear(128, num_classes),
        )
    )


def cnn(num_classes: int, image_size: int) -> nn.Module:
    """Three convolutions, each followed by batch norm; the picture is halved twice. Takes any size."""
    del image_size
    return nn.Sequential(
        OrderedDict(
            conv1=nn.Sequential(*_convolution(3, 16), nn.MaxPool2d(2)),
            conv2=nn.Sequential(*_convolution(16, 32), nn.MaxPool2d(2)),
            conv3=nn.Sequential(*_convolution(32, 64)),
            pool=nn.AdaptiveAvgPool2d(1),
            flatten=nn.Flatten(),
            classifier=nn.Linear(64, num_classes),
        )
    )


def _convolution(inputs: int, outputs: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()


SMALL: dict[str, Callable[[int, int], nn.Module]] = {f"{OWN}mlp_28": mlp, f"{OWN}cnn_28": cnn}
