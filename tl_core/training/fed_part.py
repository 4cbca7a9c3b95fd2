"""The part of a network that a plan lets learn, and what it is fed: pictures, or what the frozen part says of them.

Knows plans, cuts and where features are kept; neither steps nor epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from tl_core.backbones.stages import StagedNetwork
from tl_core.events import Event, Warned
from tl_core.training.device_feed import DeviceFeatures, DevicePictures
from tl_core.training.engine import MEMORY_ERRORS, Engine, is_out_of_memory
from tl_core.training.frozen_engine import frozen_part
from tl_core.training.kept_views import KeptViews
from tl_core.training.metrics import Clock
from tl_core.training.norms import awake_norms, resting_norms
from tl_core.training.pictures import Part, TrainingData, TrainingFiles, rows_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Prefix, prefix_features
from tl_core.training.trainee import Trainee, as_it_is, keep_awake, picture_feed, through

ShouldStop = Callable[[], bool]


def make_trainee(
    plan: TrainingPlan,
    *,
    data: TrainingData,
    network: StagedNetwork,
    files: TrainingFiles,
    mirror: bool,
    should_stop: ShouldStop,
    clock: Clock,
) -> Generator[Event, None, Trainee | None]:
    """What learns and what it is fed; the frozen prefix runs once where the plan says so. None after a stop."""
    engine, pictures = Engine(plan.device, plan.precision), DevicePictures(plan, data)
    resting, awake = resting_norms(plan, network), tuple(awake_norms(plan, network).values())
    views = picture_feed(pictures.views(mirror=mirror))
    if plan.cut is None or not network.has_cuts:
        whole = network.whole(train=True, frozen=plan.frozen)
        keep_awake(whole, awake)
        yield from held_on_device(plan, engine, pictures, (data.train, data.val))
        return Trainee(whole, views, pictures, as_it_is, resting, expect=pictures.expect)
    beyond = [name for name in plan.frozen if name not in frozen_prefix(plan)]
    prefix, part = network.cut(plan.cut, train=True, frozen=beyond)
    as_they_are = plan.prefix_cached and plan.augment == "none"
    frozen = Prefix(prefix, plan.cut, plan.precision)
    kept = yield from prefix_features(
        frozen,
        plan,
        data,
        rows_of((data.train, data.val) if as_they_are else (data.val,)),
        cache=files.cache,
        feed=pictures,
        first=(),
        should_stop=should_stop,
        clock=clock,
    )
    if should_stop():
        return None
    plan = replace(plan, frozen_engine=kept.engine)  # one that failed is not tried again
    feed = DeviceFeatures(plan, kept)
    if plan.prefix_cached and not as_they_are:
        turns = KeptViews(frozen, plan, data, mirror=mirror, cache=files.cache, should_stop=should_stop, clock=clock)
        return Trainee(part, turns, feed, as_it_is, resting, turns.prepare)
    if plan.prefix_cached:
        told = lambda positions, _views, _mixture: feed(positions)  # noqa: E731
        return Trainee(part, told, feed, as_it_is, resting, expect=feed.expect)
    yield from held_on_device(plan, engine, pictures, (data.train,))
    fast = frozen_part(prefix, plan, cache=files.cache)
    if fast.told:
        yield Warned(fast.told)
    return Trainee(part, views, feed, through(engine, fast.module), resting, expect=pictures.expect)


def held_on_device(
    plan: TrainingPlan, engine: Engine, pictures: DevicePictures, parts: tuple[Part, ...]
) -> Iterator[Event]:
    """Pictures that every epoch asks for lie in the device's memory, where the plan found room for them."""
    if not plan.pictures_on_device:
        return
    try:
        pictures.rows.hold(rows_of(parts))
    except MEMORY_ERRORS as error:
        if not is_out_of_memory(error):
            raise
        engine.let_go()
        yield Warned(
            "The graphics card's memory no longer has room for all pictures, so they are copied there step by step."
        )


def frozen_prefix(plan: TrainingPlan) -> tuple[str, ...]:
    names = [stage.name for stage in plan.stages]
    return tuple(names[: names.index(plan.cut) + 1]) if plan.cut else ()
