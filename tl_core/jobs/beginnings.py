"""Whether a run can begin with what its settings name, before it has a folder. Reads names and small files; torch-free.

How a beginning is loaded it does not know (`training.beginning`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tl_core.backbones.catalogue import check_name
from tl_core.backbones.reaching import check_can_be_had
from tl_core.backbones.stage import Stage
from tl_core.backbones.weights_file import check_weights_file
from tl_core.config import DEFAULT_BACKBONE, PRETRAINED, STARTS, RunConfig
from tl_core.errors import ConfigError, RunError
from tl_core.export.described import described, model_path
from tl_core.jobs.layers_cache import read_layers
from tl_core.jobs.workspace import IDENTIFIER
from tl_core.training.freezing import resolve_freezing


def checked_beginning(config: RunConfig, runs: Path) -> RunConfig:
    """`config` with the backbone of the run that it starts from, and paths that hold in another folder, too.

    `runs` holds the person's runs: one of them stays an identifier. Raises ConfigError for a backbone that nobody knows
    or that is not the run's, RunError, BundleError or WeightsError for what cannot be begun with.
    """
    check_name(config.backbone)
    if config.weights:
        path = Path(config.weights).expanduser().absolute()
        check_weights_file(path)
        config = replace(config, weights=str(path))
    elif config.start == PRETRAINED:
        check_can_be_had(config.backbone)
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
    """Raises ConfigError for stages that the network does not have, where its stages were worked out before."""
    layers = read_layers(cache, config.backbone, config.image_size)
    if layers is None or config.preset is not None:
        return  # the worker finds out, which takes torch; a preset freezes as it likes
    _freezing, problems = resolve_freezing(config, [Stage.from_dict(layer) for layer in layers])
    if problems:
        raise ConfigError.from_problems(problems)


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
