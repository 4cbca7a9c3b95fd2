"""Varied views that take turns: what the frozen part says of them is kept, and a training from it ends the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_training import CPU, Ticking, digits_data, facts_of, run, small_network, small_plan

from tests.ui.test_said import in_chinese
from tl_core.backbones.stage import HEAD, Stage
from tl_core.config import RunConfig
from tl_core.events import EpochDone, Event, Phase, Stopped
from tl_core.training.batches import balanced_batches, views_of
from tl_core.training.kept_views import KeptViews
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import PlanFacts, TrainingPlan
from tl_core.training.prefix import Prefix
from tl_core.training.views import one_view

CUT = "blocks.2"
CHOICES: dict[str, Any] = {"freeze": CUT, "augment": "strong", "flips": "both"}


def losses(events: list[Event]) -> list[float]:
    return [event.train_loss for event in events if isinstance(event, EpochDone)]


def computed(events: list[Event]) -> int:
    """Features that were computed: of each pass over pictures those that it did not begin with."""
    count, before = 0, None
    for event in events:
        if isinstance(event, Phase) and event.name == "features":
            count += event.done - before if before is not None else 0
            before = None if event.done == event.total else event.done
    return count


@pytest.mark.parametrize("views", [1, 3, 8])
def test_a_training_from_kept_views_ends_where_one_that_computes_the_same_views_ends(
    tmp_path: Path, views: int
) -> None:
    data = digits_data(40, 10)
    plan = small_plan(data, small_network(), **CHOICES, epochs=3, cached_views=views)
    assert (plan.prefix_cached, plan.cached_views) == (True, views)
    kept = losses(run(tmp_path / "kept", data, small_network(), plan))
    anew = losses(run(tmp_path / "anew", data, small_network(), replace(plan, prefix_cached=False)))
    assert kept == pytest.approx(anew, rel=1e-3)
    assert len(kept) == 4


def test_as_many_views_as_epochs_are_those_that_each_epoch_has_anew(tmp_path: Path) -> None:
    data, network = digits_data(40, 10), small_network()
    kept = small_plan(data, network, **CHOICES, epochs=3, cached_views=3)
    new = small_plan(data, network, **CHOICES, epochs=3, cached_views=0)
    assert not new.prefix_cached
    own = losses(run(tmp_path / "kept", data, network, kept))
    assert own == pytest.approx(losses(run(tmp_path / "new", data, small_network(), new)), rel=1e-3)


def test_each_view_is_computed_once_and_never_again_by_the_next_run(tmp_path: Path) -> None:
    data = digits_data(40, 10)
    plan = small_plan(data, small_network(), **CHOICES, epochs=5, cached_views=2)
    head_and_validation = len(data.train) + 2 * len(data.val)
    first = computed(run(tmp_path, data, small_network(), plan))
    assert first == head_and_validation + 2 * len(data.train)
    more = replace(plan, cached_views=3)
    assert computed(run(tmp_path, data, small_network(), more)) == len(data.train)
    assert computed(run(tmp_path, data, small_network(), plan)) == 0


def test_a_stop_while_a_view_is_computed_leaves_a_model(tmp_path: Path) -> None:
    data, network = digits_data(60, 20), small_network()
    plan = small_plan(data, network, **CHOICES, epochs=4, cached_views=4)
    asked = iter([*[False] * 12, *[True] * 1000])
    events = run(tmp_path, data, network, plan, should_stop=lambda: next(asked))
    assert isinstance(events[-1], Stopped)
    assert events[-1].result["images"] == 20


def test_a_batch_of_several_views_has_each_picture_in_its_own(tmp_path: Path) -> None:
    data, network = digits_data(20, 5), small_network()
    plan = small_plan(data, network, **CHOICES, epochs=3, cached_views=3)
    prefix, _ = network.cut(CUT, train=True)
    kept = KeptViews(
        Prefix(prefix, CUT, "fp32"),
        plan,
        data,
        mirror=True,
        cache=tmp_path,
        should_stop=lambda: False,
        clock=Ticking(),
    )
    views, pictures = np.array([3, 1, 3, 2, 1]), np.array([4, 4, 0, 9, 1])
    list(kept.prepare(views))
    for feature, view, picture in zip(kept(pictures, views, None), views.tolist(), pictures, strict=True):
        with torch.inference_mode():
            truth = prefix(one_view(plan, data, view, mirror=True)(np.array([picture])))[0]
        torch.testing.assert_close(feature, truth, rtol=1e-3, atol=1e-3 * float(truth.abs().max()))


def test_views_take_turns_and_a_picture_that_comes_again_is_seen_in_the_next_one() -> None:
    labels = np.array([0] * 9 + [1])
    batches = balanced_batches(labels, 4, seed=0, epoch=3)
    order, views = np.concatenate(batches), np.concatenate(views_of(batches, 3, among=2))
    assert views[order == 9].tolist() == [1, 2, 1, 2, 1]
    assert set(views[order != 9].tolist()) == {1}
    assert [int(views_of([np.array([0])], epoch, among=2)[0][0]) for epoch in (1, 2, 3, 4)] == [1, 2, 1, 2]


def facts(**changes: Any) -> PlanFacts:
    stages = (
        Stage("stem", "stem", 100, 0.2, (8, 16, 16)),
        Stage("middle", "middle", 100, 0.6, (16, 8, 8)),
        Stage("last", "last", 100, 0.2, (32,)),
        Stage(HEAD, "head", 100, 0.0, (10,)),
    )
    own = facts_of(digits_data(200, 40), small_network())
    return replace(own, stages=stages, **changes)


def planned(here: PlanFacts, **choices: Any) -> TrainingPlan:
    return make_plan(RunConfig.from_dict({"freeze": "middle", "epochs": 10, "augment": "gentle", **choices}), here)


def test_the_plan_keeps_as_many_views_as_pay_and_fit_and_says_why() -> None:
    here = facts()
    plan = planned(here)
    assert (plan.cached_views, plan.prefix_cached) == (4, True)
    assert plan.reasons["cached_views"].startswith("4 views of every picture take turns")
    assert planned(here, epochs=3).cached_views == 3
    few = planned(here, freeze="stem")
    assert (few.cached_views, few.prefix_cached) == (0, False)
    assert few.reasons["cached_views"].endswith("the frozen stages are only 20% of the work.")
    size = 200 * 16 * 8 * 8 * 4  # bytes of a view
    assert planned(replace(here, cache_bytes=4 * size)).cached_views == 2
    full = planned(replace(here, cache_bytes=size))
    assert full.cached_views == 0
    assert "no room" in full.reasons["cached_views"]
    fast = planned(replace(here, device=replace(CPU, device="cuda")))
    assert (fast.cached_views, fast.prefix_cached) == (0, False)
    assert planned(replace(here, has_cuts=False)).cached_views == 0


def test_what_the_disk_may_not_hold_is_not_remembered_and_the_plan_says_so() -> None:
    here, row = facts(), 16 * 8 * 8 * 4  # bytes
    fits = planned(replace(here, cache_bytes=240 * row), augment="none")
    assert (fits.prefix_cached, fits.cut) == (True, "middle")
    large = planned(replace(here, cache_bytes=239 * row), augment="none")
    assert (large.prefix_cached, large.cut) == (False, "middle")
    assert large.reasons["prefix_cached"].startswith("The frozen stages run at every step: what they say of all")
    in_chinese(large.reasons["prefix_cached"])
    nothing = planned(replace(here, cache_bytes=39 * row), augment="none")
    assert (nothing.prefix_cached, nothing.cut) == (False, None)


def test_frozen_stages_behind_one_that_learns_are_said_to_run_at_every_step() -> None:
    plan = make_plan(RunConfig.from_dict({"train_stages": ["stem", "head"]}), facts())
    assert not plan.prefix_cached
    assert plan.reasons["prefix_cached"].startswith("The first stage learns")
    in_chinese(plan.reasons["prefix_cached"])


def test_stages_that_thaw_later_need_room_for_larger_maps() -> None:
    here, row = facts(), 8 * 16 * 16 * 4  # of the stem's output, which is larger than the middle's
    choices = {"freeze": "middle", "gradual": "5:middle", "augment": "none"}
    assert planned(replace(here, cache_bytes=240 * row), **choices).prefix_cached
    assert not planned(replace(here, cache_bytes=239 * row), **choices).prefix_cached


def test_more_kept_views_than_fit_become_fewer_and_it_is_said() -> None:
    size = 200 * 16 * 8 * 8 * 4  # bytes of a view
    few = planned(replace(facts(), cache_bytes=int(2.5 * size)), cached_views=8)
    assert (few.cached_views, few.prefix_cached) == (2, True)
    assert few.reasons["cached_views"].startswith("cached_views '8' becomes 2: each kept view takes 0.0 GB")
    in_chinese(few.reasons["cached_views"])


def test_kept_views_chosen_by_hand_stay_and_are_told_of_where_they_are_no_use() -> None:
    here = facts()
    asked = planned(here, augment=None, cached_views=2)
    assert (asked.cached_views, asked.augment) == (2, "gentle")
    assert "cached_views" not in asked.reasons
    assert planned(here, cached_views=0).prefix_cached is False
    plain = planned(here, augment="none", cached_views=2)
    assert (plain.cached_views, plain.prefix_cached) == (0, True)
    assert "augment is 'none'" in plain.reasons["cached_views"]
    blended = planned(here, mixup=0.2, cached_views=2)
    assert blended.cached_views == 0
    assert blended.reasons["cached_views"] == "cached_views '2' is not used: no frozen part is kept."
