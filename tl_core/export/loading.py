"""From a model folder or a bundle to a network with its weights in, strictly. Knows no picture and no score."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

from tl_core.backbones.build import Network, build_network
from tl_core.backbones.differences import differences_in_words, fill
from tl_core.errors import BundleError, ConfigError
from tl_core.export.bundle import open_model
from tl_core.export.described import model_path
from tl_core.export.members import EXPORT_AGAIN
from tl_core.export.model_config import REMEDY, ModelConfig


def load_network(path: Path, *, image_size: int | None = None) -> tuple[ModelConfig, Network]:
    """Open, build and fill; the network is in eval mode. Raises BundleError that lists what does not fit.

    `image_size` builds it for pictures of another size than the model's own, which transformers' weights do not fit.
    """
    source = model_path(path)
    config, weights = open_model(source)
    size = image_size or config.preprocessing.image_size
    try:
        network = build_network(config.backbone, len(config.classes), pretrained=False, image_size=size)
    except ConfigError as error:
        raise BundleError(
            f"The model '{source.name}' needs the network '{config.backbone}', which this Thaw cannot build: {error}",
            "Use the version of Thaw that made it, or a newer one.",
        ) from error
    _fill(network, weights, config, source.name)
    network.module.eval()
    return config, network


def _fill(network: Network, weights: Mapping[str, torch.Tensor], config: ModelConfig, shown: str) -> None:
    wanted = network.module.state_dict()
    head = f"{network.classifier}.weight"
    outputs = weights[head].shape[0] if head in weights and weights[head].dim() == 2 else None
    if outputs is not None and outputs != len(config.classes):
        raise BundleError(
            f"The model '{shown}' names {len(config.classes)} classes, but its network answers {outputs}: "
            "the list of classes was changed by hand.",
            REMEDY,
        )
    text = differences_in_words(wanted, weights)
    if text:
        raise BundleError(f"The weights of the model '{shown}' do not fit {config.backbone}: {text}.", EXPORT_AGAIN)
    fill(network.module, weights)
