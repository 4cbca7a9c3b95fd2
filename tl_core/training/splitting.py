"""Which pictures teach and which judge in a run: by what came with them and by the settings. Knows no network.

How a split is cut, `data.splits` knows; how folds are made, `folds`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tl_core.config import RunConfig
from tl_core.data.columns import SPLIT_CODES
from tl_core.data.index import ImageIndex, Records
from tl_core.data.splits import assign_splits, check_classes
from tl_core.training.closed_form import fits_head_alone
from tl_core.training.folds import measures_in_folds

VALIDATION_SHARE = 0.2
LEARNS_FROM_ALL = (
    "Pictures to test with came with the others, and a head in closed form needs none set aside to be chosen by: "
    "it learns from all of the others."
)


def validation_share(config: RunConfig) -> float:
    return VALIDATION_SHARE if config.validation_share is None else config.validation_share


def learns_from_all(config: RunConfig, index: ImageIndex) -> bool:
    """Whether nothing is set aside to choose by: a head in closed form is chosen by leaving each picture out in turn,
    so where pictures to test with came, setting others aside would only cost accuracy.
    """
    by_hand = config.validation_share is not None or config.measure == "split"
    brings_test, brings_validation = bool(index.of_split("test")), bool(index.of_split("val"))
    return fits_head_alone(config) and brings_test and not brings_validation and not by_hand


def split_pictures(config: RunConfig, index: ImageIndex) -> ImageIndex:
    """Every picture on its side, as the settings say. Raises DataError where that cannot be."""
    if measures_in_folds(config, index) or learns_from_all(config, index):
        check_classes(index)
        brought = index.columns.split
        split = np.where(brought < 0, SPLIT_CODES["train"], brought).astype(brought.dtype)
        return ImageIndex(index.classes, Records(index.columns.with_(split=split)))
    return assign_splits(
        index,
        validation_share=validation_share(config),
        seed=config.seed,
        used_in=config.used_in,
        group_by=config.group_by,
    )


def head_alone(config: RunConfig) -> RunConfig:
    """The settings as far as they say who judges, with nothing learning but the head."""
    return replace(config, preset="instant")


def more_than_head(config: RunConfig) -> RunConfig:
    """The same with more than the head learning, which is never measured in folds."""
    return replace(config, preset="better", measure=None if config.measure == "folds" else config.measure)
