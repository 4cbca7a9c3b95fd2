"""The ImageNet weights that arrive as Python packages, under timm's names.

Knows three checkpoints: EfficientNet-Lite0, -Lite1 and -Lite2, ports of Google's TensorFlow weights
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite). Their tensors correspond to those of
timm's `tf_efficientnet_lite0` to `2` one to one, in order and shape; no name is equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import torch

from tl_core.backbones.here import bundled_file
from tl_core.backbones.recommended import BUNDLED
from tl_core.errors import WeightsError

# How many blocks each of the seven groups has: EfficientNet-B0's (arXiv 1905.11946, table 1) times a depth of 1.0, 1.1
# and 1.2, rounded up; the Lite versions leave the first and the last group as they are.
_BLOCKS_IN_GROUP = {
    "tf_efficientnet_lite0": (1, 2, 2, 3, 3, 4, 1),
    "tf_efficientnet_lite1": (1, 3, 3, 4, 4, 5, 1),
    "tf_efficientnet_lite2": (1, 3, 3, 4, 4, 5, 1),
}
_CONVOLUTION = ("weight",)
_NORM = ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
_LINEAR = ("weight", "bias")
# The first block does not expand, so its parts are numbered one lower in timm.
_FIRST_BLOCK = (
    ("_depthwise_conv", "conv_dw", _CONVOLUTION),
    ("_bn1", "bn1", _NORM),
    ("_project_conv", "conv_pw", _CONVOLUTION),
    ("_bn2", "bn2", _NORM),
)
_BLOCK = (
    ("_expand_conv", "conv_pw", _CONVOLUTION),
    ("_bn0", "bn1", _NORM),
    ("_depthwise_conv", "conv_dw", _CONVOLUTION),
    ("_bn1", "bn2", _NORM),
    ("_project_conv", "conv_pwl", _CONVOLUTION),
    ("_bn2", "bn3", _NORM),
)


def timm_names(name: str) -> dict[str, str]:
    """The package's name of every tensor of the bundled network `name` -> timm's, in the checkpoint's order."""
    return dict(_pairs(_BLOCKS_IN_GROUP[name]))


def _pairs(blocks_in_group: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    yield from _tensors("_conv_stem", "conv_stem", _CONVOLUTION)
    yield from _tensors("_bn0", "bn1", _NORM)
    number = 0
    for group, count in enumerate(blocks_in_group):
        for index in range(count):
            for theirs, ours, tensors in _FIRST_BLOCK if number == 0 else _BLOCK:
                yield from _tensors(f"_blocks.{number}.{theirs}", f"blocks.{group}.{index}.{ours}", tensors)
            number += 1
    yield from _tensors("_conv_head", "conv_head", _CONVOLUTION)
    yield from _tensors("_bn1", "bn2", _NORM)
    yield from _tensors("_fc", "classifier", _LINEAR)


def _tensors(theirs: str, ours: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((f"{theirs}.{name}", f"{ours}.{name}") for name in names)


def bundled_state(name: str) -> dict[str, torch.Tensor]:
    """The tensors of the bundled network `name` with its 1000 ImageNet outputs, under timm's names.

    Raises WeightsError if they are missing or damaged.
    """
    path = _file(name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    # The file's name carries the first eight digits of its hash, as torch.hub's files do.
    if not digest.startswith(path.stem.rpartition("-")[2]):
        raise WeightsError(
            f"The weights of '{name}' in '{path}' are damaged: their hash begins with {digest[:8]}.",
            f"Install the package {BUNDLED[name].package} again.",
        )
    state = torch.load(path, map_location="cpu", weights_only=True)
    names = timm_names(name)
    if list(state) != list(names):
        raise WeightsError(
            f"The weights of '{name}' in '{path}' are those of another version: {len(state)} tensors.",
            f"Install {BUNDLED[name].package} 0.1.0.",
        )
    return {names[theirs]: tensor for theirs, tensor in state.items()}


def _file(name: str) -> Path:
    path = bundled_file(name)
    if path is None:
        raise WeightsError(
            f"The package {BUNDLED[name].package}, which brings the weights of '{name}', is not installed.",
            "Install what requirements.txt names, or start app.py, which does it.",
        )
    return path
