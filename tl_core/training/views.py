"""The varied looks at pictures whose features are kept: what makes one, and its name. Knows no network and no epoch.

A view is a function of the seed, its number and the picture alone, so it does not matter when it is computed.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np

from tl_core.training.augment import STRENGTHS
from tl_core.training.engine import Feed
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.trainee import view_feed

VIEWS_VERSION = 1  # of how pictures are varied by equal settings


def view_name(plan: TrainingPlan, number: int, *, mirror: bool) -> str:
    """Equal for two views that show every picture the same; "" where pictures stay as they are."""
    if plan.augment == "none":
        return ""
    strength = asdict(STRENGTHS[plan.augment])
    size, upside_down = plan.preprocessing.image_size, plan.flips == "both"
    return json.dumps([VIEWS_VERSION, plan.seed, number, size, mirror, upside_down, strength], sort_keys=True)


def one_view(plan: TrainingPlan, data: TrainingData, number: int, *, mirror: bool) -> Feed:
    """The network's input for the pictures in this view."""
    views = view_feed(plan, data, mirror=mirror)
    return lambda positions: views(positions, np.full(len(positions), number, dtype=np.int64))
