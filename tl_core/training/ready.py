"""A network that was built and staged before anybody knew the run: what a worker in reserve has ready.

It holds published weights alone, nothing of a person's. Knows when a run may have it; what a run is, `session` knows.
"""

from __future__ import annotations

from pathlib import Path

from tl_core.backbones.stages import StagedNetwork
from tl_core.config import PRETRAINED, RunConfig
from tl_core.errors import UserError
from tl_core.training.beginning import is_here
from tl_core.training.device import device_facts, use_threads
from tl_core.training.engine import Engine
from tl_core.training.frozen_engine import engine_for, load_engines
from tl_core.training.head_phase import head_prefix
from tl_core.training.surroundings import staged

FEWEST_CLASSES = 2
MANY = 10_000  # pictures: so many that the fastest engine is looked for


class ReadyNetwork:
    """Owns one staged network until a run takes it: a network learns in its place, so it is given away once."""

    def __init__(self, config: RunConfig, network: StagedNetwork | None) -> None:
        self._config = config
        self._network = network

    def __call__(self, config: RunConfig, num_classes: int) -> StagedNetwork | None:
        """The network with a new head, if it is the very one that these settings begin with; else None."""
        network = self._network
        if network is None or not self._fits(config, network):
            return None
        self._network = None
        device = next(network.network.module.parameters()).device
        found = network.for_classes(num_classes)
        Engine(device.type, "fp32").place_network(found.network.module)
        return found

    def _fits(self, config: RunConfig, network: StagedNetwork) -> bool:
        usual = network.network.preprocessing.image_size
        same = (config.backbone, config.start, config.weights) == (self._config.backbone, PRETRAINED, "")
        return same and config.image_size in (None, usual)


def ready_network(cache: Path, *, compares_engines: bool = True) -> ReadyNetwork:
    """The network that a person who chose nothing begins with, and in `cache` the engine that runs it fastest.

    While all cores are busy for the very run that waits, engines are better compared when they are free; another than
    PyTorch is only loaded then. None where the network's weights are not here.
    """
    config = RunConfig()
    device = device_facts()
    use_threads(device.threads)
    network = None
    if is_here(config):
        try:
            network = staged(config, FEWEST_CLASSES, device)
            if compares_engines:
                precision = "bf16" if device.native_bf16 else "fp32"
                prefix = head_prefix(network).module
                engine_for(network.network, prefix, device, precision=precision, pictures=MANY, cache=cache)
            else:
                load_engines()
        except UserError:  # a run that wants it meets the same, and says it
            network = None
    return ReadyNetwork(config, network)
