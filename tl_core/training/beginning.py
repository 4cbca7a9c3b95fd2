"""What a training begins with: pretrained weights, an earlier run's model, a person's own file, or chance.

Knows where each comes from and what to say about it; nothing of stages, plans and steps. The network's own head is
always new.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import torch

from tl_core.backbones.build import Network, build_network
from tl_core.backbones.fetch import fetch_pretrained
from tl_core.backbones.here import needs_no_fetching
from tl_core.backbones.network import replace_head
from tl_core.backbones.own_weights import load_own_weights
from tl_core.backbones.record import OWN
from tl_core.config import PRETRAINED, STARTS, RunConfig
from tl_core.errors import ConfigError, TrainingError
from tl_core.events import Event, Phase
from tl_core.export.described import model_path
from tl_core.export.loading import load_network
from tl_core.training.metrics import Clock, Pace

MEGABYTE = 10**6


def begin(config: RunConfig, num_classes: int, *, empty: bool = False) -> Network:
    """The network that the settings ask for, with a new head, its random parts from the seed.

    `empty` leaves pretrained weights out, because they are not here yet. Raises ConfigError, WeightsError, RunError or
    BundleError for what cannot be begun with.
    """
    torch.manual_seed(config.seed)
    if config.weights:
        return _own_file(config, num_classes)
    if config.start not in STARTS:
        return _earlier_run(config, num_classes)
    pretrained = config.start == PRETRAINED and not empty
    network = build_network(config.backbone, num_classes, pretrained=pretrained, image_size=config.image_size)
    return replace(network, origin=({"from": config.start, "backbone": config.backbone},))


def is_here(config: RunConfig) -> bool:
    """Whether nothing has to be fetched before this training can begin."""
    fetches = config.start == PRETRAINED and not config.weights and not config.backbone.startswith(OWN)
    return not fetches or needs_no_fetching(config.backbone)


def fetched(config: RunConfig, *, should_stop: Callable[[], bool], clock: Clock) -> Iterator[Event]:
    """Brings the pretrained weights here, in phases counted in megabytes. A wish to stop raises TrainingError."""
    pace = Pace(clock)
    yield Phase("fetching", 0, 0)
    for progress in fetch_pretrained(config.backbone):
        if should_stop():
            raise TrainingError(
                "It was stopped while the weights were fetched, so there is no model yet.",
                "Start it again: the download goes on where it was stopped.",
            )
        is_whole, total = progress.done == progress.total, -(-progress.total // MEGABYTE)
        done = total if is_whole else progress.done // MEGABYTE
        if total and (pace.due() or is_whole):
            yield Phase("fetching", done, total, seconds_left=pace.left(done, total))


def _own_file(config: RunConfig, num_classes: int) -> Network:
    if config.start != PRETRAINED:
        raise ConfigError(
            f"weights names a file and start is '{config.start}': only one can be begun with.", "Leave one of them out."
        )
    path = Path(config.weights).expanduser()
    network = build_network(config.backbone, num_classes, pretrained=False, image_size=config.image_size)
    told = load_own_weights(network, path)
    return replace(network, origin=({"from": "weights", "file": path.name, "backbone": config.backbone},), told=told)


def _earlier_run(config: RunConfig, num_classes: int) -> Network:
    """A chain of transfers: the earlier model without its head, under the normalisation that it learned with."""
    path = Path(config.start).expanduser()
    model, network = load_network(path, image_size=config.image_size)
    replace_head(network.module, network.classifier, num_classes)
    size, own = network.preprocessing.image_size, model.preprocessing
    preprocessing = replace(own, image_size=size, resize_size=round(own.resize_size * size / own.image_size), part=None)
    earlier = model_path(path)
    step = {
        "from": "run",
        "run": earlier.parent.name if earlier.name == "model" else earlier.name,
        "backbone": model.backbone,
        "classes": list(model.classes),
    }
    return replace(network, preprocessing=preprocessing, origin=(*model.origin, step))
