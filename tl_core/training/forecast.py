"""What each freezing and each preset will cost here, from a plan's own choices and a measured speed. Knows no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from tl_core.backbones.stage import HEAD
from tl_core.config import PRESETS, RunConfig
from tl_core.errors import ConfigError
from tl_core.training.closed_form import fits_head_alone
from tl_core.training.estimate_disk import ANY_ROOM, Room, on_disk
from tl_core.training.estimate_values import Estimate, Speed, Workload, estimated
from tl_core.training.made import NOTHING_MADE, Ahead, Look, Made, nothing_known
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import PlanFacts, TrainingPlan
from tl_core.training.preset_lines import candidates_of

JUDGE = {"test": "test", "validation": "val", "cross-validation": ""}  # the split that a plan is measured on


class Sides(NamedTuple):
    """The facts with the pictures on the sides that they have where the head alone learns, and where more does."""

    head_alone: PlanFacts
    more: PlanFacts

    def of(self, config: RunConfig) -> PlanFacts:
        return self.head_alone if fits_head_alone(config) else self.more


@dataclass(frozen=True, slots=True)
class Kept:
    """How to `look` for what a plan finds made, and the room on the disk for what it would write."""

    look: Look = nothing_known
    room: Room = ANY_ROOM


NOTHING_KEPT = Kept()


@dataclass(frozen=True, slots=True)
class Forecast:
    """`chosen` is None where the settings contradict each other: making the plan says how. `lines` has each ice line
    that fits the other settings, by what `freeze` takes."""

    chosen: Estimate | None
    lines: dict[str, Estimate]
    presets: dict[str, Estimate]

    def to_dict(self) -> dict[str, Any]:
        return {
            "chosen": None if self.chosen is None else self.chosen.to_dict(),
            "lines": {name: line.to_dict() for name, line in self.lines.items()},
            "presets": {name: preset.to_dict() for name, preset in self.presets.items()},
        }


def forecast(config: RunConfig, sides: Sides, speed: Speed, kept: Kept = NOTHING_KEPT) -> Forecast:
    """For moving the ice line: everything at once, in a few milliseconds."""
    plain = replace(config, preset=None)
    body = [stage.name for stage in sides.more.stages if stage.name != HEAD]
    lines = {name: line_estimate(plain, name, sides, speed, kept) for name in ("none", *body[:-1], "all")}
    known = {name: line for name, line in lines.items() if line is not None}
    presets = {preset: preset_estimate(plain, preset, sides, speed, kept) for preset in PRESETS}
    offered = {name: preset for name, preset in presets.items() if preset is not None}
    chosen = offered.get(config.preset) if config.preset else plan_estimate(plain, sides, speed, kept)
    again = config.repeats
    every = {name: repeated(preset, again) for name, preset in offered.items()}
    return Forecast(None if chosen is None else repeated(chosen, again), known, every)


def repeated(once: Estimate, seeds: int) -> Estimate:
    """With other seeds the pictures need no second reading; the rest is done anew, and nothing of it stays."""
    return replace(
        once, total_seconds=once.total_seconds + (seeds - 1) * (once.total_seconds - once.first_model_seconds)
    )


def line_estimate(config: RunConfig, freeze: str, sides: Sides, speed: Speed, kept: Kept) -> Estimate | None:
    return plan_estimate(replace(config, freeze=freeze, train_stages=None, gradual=""), sides, speed, kept)


def plan_estimate(config: RunConfig, sides: Sides, speed: Speed, kept: Kept) -> Estimate | None:
    """None where no plan can be made of it."""
    plan = planned(config, sides)
    if plan is None:
        return None
    ahead = kept.look(plan)
    return with_disk(estimate_of(plan, speed, ahead.made), [plan], [ahead], kept.room)


def planned(config: RunConfig, sides: Sides) -> TrainingPlan | None:
    try:
        return make_plan(config, sides.of(config))
    except ConfigError:
        return None


def estimate_of(plan: TrainingPlan, speed: Speed, made: Made) -> Estimate:
    found = estimated(speed, workload_of(plan, made))
    return replace(found, trainable_parameters=plan.trainable_parameters, total_parameters=plan.total_parameters)


def with_disk(found: Estimate, plans: Sequence[TrainingPlan], aheads: Sequence[Ahead], room: Room) -> Estimate:
    disk = on_disk(plans, aheads, room)
    return replace(found, disk_bytes=disk.new, disk_missing_bytes=disk.missing)


def preset_estimate(config: RunConfig, preset: str, sides: Sides, speed: Speed, kept: Kept) -> Estimate | None:
    """All its candidates one after the other, the head alone first; the pictures are read once for all of them, and one
    model is measured in the end: where others were compared with the head, as it lies in its folder.
    """
    chosen = replace(config, preset=preset)
    facts = sides.of(chosen)
    own = Sides(facts, facts)  # candidates are compared on the same pictures
    candidates = [planned(candidate, own) for candidate in candidates_of(chosen, facts).values()]
    plans = [plan for plan in candidates if plan is not None]
    if not plans:
        return None
    aheads = [kept.look(plan) for plan in plans]
    if len(plans) > 1:
        aheads[0] = aheads[0]._replace(made=aheads[0].made._replace(scored=0.0))
    found = [estimate_of(plan, speed, ahead.made) for plan, ahead in zip(plans, aheads, strict=True)]
    first, scoring = found[0].first_model_seconds, found[0].total_seconds - found[0].first_model_seconds
    whole = replace(
        max(found, key=lambda one: one.trainable_parameters),
        first_model_seconds=first,
        total_seconds=first + scoring + sum(one.total_seconds - one.first_model_seconds - scoring for one in found),
        memory_bytes=max(one.memory_bytes for one in found),
    )
    return with_disk(whole, plans, aheads, kept.room)


def workload_of(plan: TrainingPlan, made: Made = NOTHING_MADE) -> Workload:
    return Workload(
        made=made,
        train=plan.pictures.get("train", 0),
        judged=plan.pictures.get("val", 0),
        trained=plan.ever_trained,
        epochs=plan.epochs,
        batch_size=plan.batch_size,
        augment=plan.augment,
        cached_views=plan.cached_views,
        optimizer=plan.optimizer,
        others=plan.pictures.get("test", 0),
        scored=plan.pictures.get(JUDGE[plan.measured_on], 0) * plan.test_views,
    )
