"""What questions about a dataset and a network have in common: reading the request, what makes two of them the same.

Knows no answer. Torch is loaded with the first network that is asked for.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tl_core.backbones.here import check_here
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.data.store import DATASET_FILE
from tl_core.errors import DataError
from tl_core.jobs.kept_hints import contents_key

if TYPE_CHECKING:
    from tl_core.backbones.stages import StagedNetwork
    from tl_core.training.plan_values import DeviceFacts

Request = dict[str, Any]
# What changes what a network sees, or who is left out together: with the same of these a probe is the same.
SEEING = ("backbone", "start", "weights", "image_size", "part", "used_in", "group_by")


def settings_of(request: Request) -> RunConfig:
    return RunConfig.from_dict(dict(request.get("settings") or {}))


def changed(folder: Path) -> int:
    """When the dataset last became another, in nanoseconds. Raises DataError where there is none."""
    try:
        return os.stat(folder / DATASET_FILE).st_mtime_ns
    except OSError as error:
        raise DataError("These pictures are no longer here.", "Choose others, or bring them in again.") from error


def seeing(settings: RunConfig) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in SEEING}


def splitting(settings: RunConfig) -> list[Any]:
    return [settings.validation_share, settings.seed, settings.used_in, settings.group_by, settings.measure]


def own_weights(settings: RunConfig) -> list[Any]:
    """A file of a person's own is told apart by its date."""
    try:
        found = os.stat(settings.weights) if settings.weights else None
    except OSError:
        found = None
    return [found.st_size, found.st_mtime_ns] if found else []


def must_be_here(settings: RunConfig) -> None:
    if settings.start == "pretrained" and not settings.weights:
        check_here(settings.backbone)


def contents_of(dataset: Dataset) -> str:
    return contents_key(
        [(record.sha256, record.label, record.split or "", record.near) for record in dataset.index.records]
    )


def staged_for(settings: RunConfig, dataset: Dataset) -> tuple[StagedNetwork, DeviceFacts]:
    from tl_core.training.device import device_facts, use_threads
    from tl_core.training.surroundings import staged

    device = device_facts()
    use_threads(device.threads)
    return staged(settings, len(dataset.index.classes), device), device
