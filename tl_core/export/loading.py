"""From a model folder or a bundle to a network with its weights in, strictly. Knows no picture and no score."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

from tl_core.backbones.build import Network, build_network
from tl_core.errors import BundleError, ConfigError, RunError
from tl_core.export.bundle import open_model
from tl_core.export.manifest import CONFIG
from tl_core.export.members import EXPORT_AGAIN
from tl_core.export.model_config import REMEDY, ModelConfig

SHOWN_DIFFERENCES = 5


def model_path(path: Path) -> Path:
    """A run's folder -> the model inside it; a model's folder or a bundle -> itself.

    Raises RunError for a run that has no model (yet).
    """
    if (path / "model").is_dir() and not (path / "model.safetensors").exists():
        return path / "model"
    if (path / "events.jsonl").exists() or ((path / CONFIG).exists() and (path / "label.json").exists()):
        raise RunError(f"The run '{path.name}' has no model.", "Wait until it has finished, or train again.")
    return path


def load_network(path: Path) -> tuple[ModelConfig, Network]:
    """Open, build and fill; the network is in eval mode. Raises BundleError that lists what does not fit."""
    source = model_path(path)
    config, weights = open_model(source)
    size = config.preprocessing.image_size
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
    differences = list(_differences(wanted, weights))
    if differences:
        more = len(differences) - SHOWN_DIFFERENCES
        text = "; ".join(differences[:SHOWN_DIFFERENCES]) + (f"; and {more} more" if more > 0 else "")
        raise BundleError(f"The weights of the model '{shown}' do not fit {config.backbone}: {text}.", EXPORT_AGAIN)
    # safetensors keeps no module versions; without them torchvision's MNASNet takes the weights for an older layout.
    state = OrderedDict(weights)
    state._metadata = getattr(wanted, "_metadata", {})  # type: ignore[attr-defined]
    network.module.load_state_dict(state, strict=True)


def _differences(wanted: Mapping[str, torch.Tensor], found: Mapping[str, torch.Tensor]) -> Iterator[str]:
    for name, tensor in wanted.items():
        if name not in found:
            yield f"'{name}' is missing"
        elif found[name].shape != tensor.shape:
            yield f"'{name}' is {_shape(found[name])} instead of {_shape(tensor)}"
        elif found[name].is_floating_point() != tensor.is_floating_point() or found[name].is_complex():
            yield f"'{name}' holds {_kind(found[name])} instead of {_kind(tensor)}"
    for name in found:
        if name not in wanted:
            yield f"'{name}' is too much"


def _shape(tensor: torch.Tensor) -> str:
    return " x ".join(str(size) for size in tensor.shape) or "a single number"


def _kind(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")
