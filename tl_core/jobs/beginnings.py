"""Whether a run can begin with what its settings name, before it has a folder. Reads names and small files; torch-free.

How a beginning is loaded it does not know (`training.beginning`).
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from pathlib import Path

from tl_core.backbones.catalogue import check_name
from tl_core.config import DEFAULT_BACKBONE, RunConfig
from tl_core.errors import ConfigError, RunError, WeightsError
from tl_core.export.described import described, model_path
from tl_core.jobs.layers_cache import read_layers
from tl_core.jobs.workspace import IDENTIFIER

STARTS = ("pretrained", "scratch")
FREEZES = ("all", "none")


def checked_beginning(config: RunConfig, runs: Path) -> RunConfig:
    """`config` with the backbone of the run that it starts from, and paths that hold in another folder, too.

    `runs` holds the person's runs: one of them stays an identifier. Raises ConfigError for a backbone that nobody knows
    or that is not the run's, RunError, BundleError or WeightsError for what cannot be begun with.
    """
    check_name(config.backbone)
    if config.weights:
        config = replace(config, weights=str(_weights_file(config.weights)))
    if config.start in STARTS:
        return config
    model = described(start_path(config.start, runs))
    if config.backbone not in (model.backbone, DEFAULT_BACKBONE):
        raise ConfigError(
            f"backbone is '{config.backbone}', but the run to start from has '{model.backbone}'.",
            "Leave the backbone out.",
        )
    folder = Path(config.start).expanduser().absolute()
    own = folder.parent == runs.absolute() and IDENTIFIER.match(folder.name)
    start = config.start if IDENTIFIER.match(config.start) else folder.name if own else str(folder)
    return replace(config, start=start, backbone=model.backbone)


def check_stages(config: RunConfig, cache: Path) -> None:
    """Raises ConfigError for a stage that the network does not have, where its stages were worked out before."""
    layers = read_layers(cache, config.backbone, config.image_size)
    if layers is None:
        return  # the worker finds out, which takes torch
    names = [str(layer["name"]) for layer in layers]
    asked = [*(config.train_stages or ()), *([] if config.freeze in FREEZES else [config.freeze])]
    unknown = [name for name in asked if name not in names]
    if unknown:
        near = difflib.get_close_matches(unknown[0], names, n=1)
        raise ConfigError(
            f"'{config.backbone}' has no stage called '{unknown[0]}'."
            + (f" Did you mean '{near[0]}'?" if near else ""),
            f"Its stages are {', '.join(names)}.",
        )


def start_path(start: str, runs: Path) -> Path:
    """The folder or bundle that `start` means: an identifier among `runs`, or a path. Raises RunError if it is none."""
    path = runs / start if IDENTIFIER.match(start) else Path(start).expanduser()
    if not path.exists():
        raise RunError(
            f"There is no run or model '{start}' to start from.",
            "Use start 'pretrained' or 'scratch', or a run's identifier, a model's folder or a bundle.",
        )
    model_path(path)
    return path


def _weights_file(weights: str) -> Path:
    path = Path(weights).expanduser().absolute()
    if not path.is_file():
        raise WeightsError(f"There is no weights file '{path}'.", "Check the path.")
    return path
