"""What every run with some settings reads before its head is fitted: decoded squares, features of the last stage.

Where only the head learns, those that it is measured on, too. Made by the run's own steps, so under the run's own keys.
Knows no label, no head and no run; it can be left, or asked to stop, at any point, and what was made is kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TypeVar

from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset
from tl_core.events import Event, Phase
from tl_core.training.device_feed import DevicePictures
from tl_core.training.folds import measures_in_folds
from tl_core.training.frozen_engine import with_engine
from tl_core.training.head_phase import head_prefix
from tl_core.training.learning import hold
from tl_core.training.pictures import rows_of
from tl_core.training.prefix import prefix_features
from tl_core.training.scored_features import features_in_full
from tl_core.training.session import plan_facts, planned
from tl_core.training.splitting import split_pictures
from tl_core.training.streams import retold
from tl_core.training.surroundings import read_for
from tl_core.training.workplace import Workplace

Made = TypeVar("Made")


def prepared(config: RunConfig, dataset: Dataset, network: StagedNetwork, place: Workplace) -> Iterator[Phase]:
    """Progress, "reading" and then "features". `network` is the one that the settings ask for, on its device.

    Raises UserError kinds where a run could not begin either.
    """
    index = split_pictures(config, dataset.index)
    in_folds = measures_in_folds(config, dataset.index)
    plan, _ = planned(config, plan_facts(index, network, place.device, place.cache), in_folds=in_folds)
    plan = with_engine(plan, head_prefix(network).module, place.cache)
    if plan.start == "scratch" or plan.batch_norm == "reestimated":
        return  # there are no features worth a head, or they are those of other running averages
    data = yield from only_phases(read_for(plan, index, dataset, place))
    if place.should_stop():
        return
    hold(network)
    prefix = head_prefix(network)
    computing = prefix_features(
        prefix,
        plan,
        data,
        rows_of((data.train, data.val)),
        cache=place.cache,
        feed=DevicePictures(plan, data),
        first=(),
        should_stop=place.should_stop,
        clock=place.clock,
    )
    kept = yield from only_phases(computing)
    plan = replace(plan, frozen_engine=kept.engine)  # as the run goes on
    if plan.method == "head" and len(data.measured(plan.measured_on)) and not place.should_stop():
        in_full = features_in_full(
            plan, prefix, data, cache=place.cache, should_stop=place.should_stop, clock=place.clock
        )
        yield from only_phases(in_full)


def only_phases(events: Generator[Event, None, Made]) -> Generator[Phase, None, Made]:
    """What is made of them in the end; warnings are for the run, which meets them again."""
    return retold(events, lambda event: event if isinstance(event, Phase) else None)
