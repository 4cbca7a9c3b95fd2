"""Brings a backbone's pretrained weights to this computer, telling how far it is. Knows which files a name means."""

from __future__ import annotations

from collections.abc import Iterator

from tl_core.backbones import weights
from tl_core.backbones.catalogue import check_name
from tl_core.backbones.fetching import Progress
from tl_core.backbones.here import hub_filenames
from tl_core.backbones.recommended import BUNDLED
from tl_core.backbones.record import HUB, OWN, TORCHVISION
from tl_core.backbones.timm_networks import timm_config
from tl_core.backbones.torchvision_networks import default_weights


def fetch_pretrained(name: str) -> Iterator[Progress]:
    """Does nothing where the weights are here, or where there are none to fetch (then building says so).

    Raises ConfigError for an unknown name, WeightsError when they cannot be had.
    """
    check_name(name)
    if name in BUNDLED or name.startswith(OWN):
        return
    if name.startswith(TORCHVISION):
        yield from weights.url_fetching(name, default_weights(name).url)
        return
    if name.startswith(HUB):
        yield from weights.hub_fetching(name, name.removeprefix(HUB), hub_filenames(None))
        return
    config = timm_config(name)
    if config.hf_hub_id:
        yield from weights.hub_fetching(name, config.hf_hub_id, hub_filenames(config.hf_hub_filename))
    elif config.url:
        yield from weights.url_fetching(name, config.url)
