"""Varied views of pictures that take turns, fed to what learns as the frozen part's features, which are kept.

A view is computed when its first epoch comes, where no run has kept it before. Nothing comes of computing it earlier:
while an epoch trains, a processor has no idle time, and a graphics card takes new views in every epoch; before a run
begins, nobody knows its seed, where it is cut, or whether its pictures may be mirrored. Knows no step.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tl_core.events import Event
from tl_core.training.device_feed import DeviceFeatures
from tl_core.training.metrics import Clock
from tl_core.training.mixing import Mixture
from tl_core.training.pictures import Positions, TrainingData, rows_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Prefix, prefix_features
from tl_core.training.sending import sent
from tl_core.training.views import one_view, view_name


class KeptViews:
    """Owns where the features of each view lie that was wanted so far."""

    def __init__(
        self,
        prefix: Prefix,
        plan: TrainingPlan,
        data: TrainingData,
        *,
        mirror: bool,
        cache: Path,
        should_stop: Callable[[], bool],
        clock: Clock,
    ) -> None:
        self._prefix, self._plan, self._data, self._mirror = prefix, plan, data, mirror
        self._cache, self._should_stop, self._clock = cache, should_stop, clock
        self._kept: dict[int, DeviceFeatures] = {}

    def prepare(self, views: Positions) -> Generator[Event, None, None]:
        """After it these views can be fed, unless it was stopped."""
        for number in np.unique(views).tolist():
            if number in self._kept:
                continue
            kept = yield from prefix_features(
                self._prefix,
                self._plan,
                self._data,
                rows_of((self._data.train,)),
                cache=self._cache,
                feed=one_view(self._plan, self._data, number, mirror=self._mirror),
                first=(),
                should_stop=self._should_stop,
                clock=self._clock,
                view=view_name(self._plan, number, mirror=self._mirror),
            )
            if self._should_stop():
                return
            self._kept[number] = DeviceFeatures(self._plan, kept)

    def __call__(self, positions: Positions, views: Positions, _mixture: Mixture | None) -> Tensor:
        """The features of each picture in its view, in this order."""
        numbers = np.unique(views).tolist()
        if len(numbers) == 1:
            return self._kept[numbers[0]](positions)
        places = [np.flatnonzero(views == number) for number in numbers]
        features = [self._kept[number](positions[own]) for number, own in zip(numbers, places, strict=True)]
        order = torch.from_numpy(np.argsort(np.concatenate(places)))
        return torch.cat(features)[sent(order, features[0].device)]
