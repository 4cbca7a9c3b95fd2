"""Features from the cache are those that the frozen part computes, for every view, to within what 16 bits can hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_training import Ticking, digits_data, run, small_network, small_plan

from tl_core.backbones.stages import StagedNetwork
from tl_core.caching.limits import kept_files
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Kept, Prefix, prefix_features
from tl_core.training.views import one_view, view_name

SIXTEEN_BITS = 2.0**-8  # the largest relative error of a number rounded to bfloat16
CUT = "blocks.2"


def kept_view(
    cache: Path, plan: TrainingPlan, data: TrainingData, network: StagedNetwork, number: int, *, mirror: bool = True
) -> tuple[Kept, int]:
    """The features of a view, and how many had to be computed."""
    prefix, _ = network.cut(CUT, train=True)
    passing = prefix_features(
        Prefix(prefix, CUT, plan.precision),
        plan,
        data,
        data.train.positions,
        cache=cache,
        feed=one_view(plan, data, number, mirror=mirror),
        first=(),
        should_stop=lambda: False,
        clock=Ticking(),
        view=view_name(plan, number, mirror=mirror),
    )
    known: list[int] = []
    while True:
        try:
            event = next(passing)
        except StopIteration as end:
            kept: Kept = end.value
            return kept, len(data.train) - known[0]
        known.append(getattr(event, "done", -1))


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return digits_data(40, 10)


@pytest.fixture(scope="module")
def network() -> StagedNetwork:
    return small_network()


def planned(data: TrainingData, network: StagedNetwork, precision: str, **choices: Any) -> TrainingPlan:
    plan = small_plan(data, network, freeze=CUT, augment="strong", flips="both", **choices)
    return replace(plan, precision=precision)


def computed(plan: TrainingPlan, data: TrainingData, network: StagedNetwork, number: int) -> torch.Tensor:
    """The same view through the network itself, as it was built, in 32 bits."""
    prefix, _ = network.cut(CUT, train=True)
    with torch.inference_mode():
        output: torch.Tensor = prefix(one_view(plan, data, number, mirror=True)(data.train.positions))
    return output


@pytest.mark.parametrize("number", [1, 2])
def test_a_kept_view_is_what_the_frozen_part_computes(
    tmp_path: Path, data: TrainingData, network: StagedNetwork, number: int
) -> None:
    plan = planned(data, network, "fp32")
    kept, made = kept_view(tmp_path, plan, data, network, number)
    assert made == len(data.train)
    truth = computed(plan, data, network, number)
    torch.testing.assert_close(kept.feed(data.train.positions), truth, rtol=1e-4, atol=1e-4 * float(truth.abs().max()))


def test_a_view_kept_in_16_bits_is_what_the_frozen_part_computes_to_within_their_rounding(
    tmp_path: Path, data: TrainingData, network: StagedNetwork
) -> None:
    plan = planned(data, network, "bf16")
    kept, _ = kept_view(tmp_path, plan, data, network, 1)
    truth = computed(plan, data, network, 1)
    error = (kept.feed(data.train.positions) - truth).norm() / truth.norm()
    assert 0 < error < 4 * SIXTEEN_BITS
    assert kept.rows.dtype == np.int16


def test_views_are_found_again_each_for_itself_and_only_new_pictures_are_computed(
    tmp_path: Path, data: TrainingData, network: StagedNetwork
) -> None:
    plan = planned(data, network, "fp32")
    fewer = replace(data, train=data.train.within(np.arange(len(data.squares)) < 30))
    made = [kept_view(tmp_path, plan, some, network, number)[1] for some in (fewer, data) for number in (1, 2, 1)]
    assert made == [30, 30, 0, 10, 10, 0]


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"augment": "gentle"}, {"flips": "horizontal"}],
    ids=str,
)
def test_a_view_by_other_settings_is_another_one(
    tmp_path: Path, data: TrainingData, network: StagedNetwork, change: dict[str, Any]
) -> None:
    plan = planned(data, network, "fp32")
    kept_view(tmp_path, plan, data, network, 1)
    other = replace(plan, **change)
    assert view_name(other, 1, mirror=True) != view_name(plan, 1, mirror=True)
    assert kept_view(tmp_path, other, data, network, 1)[1] == len(data.train)
    assert kept_view(tmp_path, plan, data, network, 1, mirror=False)[1] == len(data.train)


def test_pictures_as_they_are_have_no_view_and_share_their_features() -> None:
    data, network = digits_data(20, 10), small_network()
    plan = replace(planned(data, network, "fp32"), augment="none")
    assert view_name(plan, 1, mirror=True) == view_name(plan, 2, mirror=False) == ""


def test_filling_a_view_in_two_goes_changes_no_number(
    tmp_path: Path, data: TrainingData, network: StagedNetwork
) -> None:
    plan = planned(data, network, "fp32")
    fewer = replace(data, train=data.train.within(np.arange(len(data.squares)) % 3 == 0))
    kept_view(tmp_path / "parts", plan, fewer, network, 1)
    in_parts, _ = kept_view(tmp_path / "parts", plan, data, network, 1)
    at_once, _ = kept_view(tmp_path / "at once", plan, data, network, 1)
    torch.testing.assert_close(
        in_parts.feed(data.train.positions), at_once.feed(data.train.positions), rtol=1e-5, atol=1e-5
    )


def test_damaged_features_are_computed_again_while_they_are_read(
    tmp_path: Path, data: TrainingData, network: StagedNetwork
) -> None:
    plan = planned(data, network, "fp32")
    before = kept_view(tmp_path, plan, data, network, 1)[0].feed(data.train.positions)
    (item,) = kept_files(tmp_path)
    content = bytearray(item.path.read_bytes())
    content[10] ^= 255
    item.path.write_bytes(bytes(content))
    kept, made = kept_view(tmp_path, plan, data, network, 1)
    assert made == 0
    torch.testing.assert_close(kept.feed(data.train.positions), before, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-3), ("bf16", 4 * SIXTEEN_BITS)])
def test_a_training_from_kept_features_ends_where_one_without_them_ends(
    tmp_path: Path, data: TrainingData, precision: str, tolerance: float
) -> None:
    losses = []
    for cached in (True, False):
        network = small_network()
        plan = replace(small_plan(data, network, freeze=CUT, augment="none", epochs=3), precision=precision)
        assert plan.prefix_cached
        plan = replace(plan, prefix_cached=cached)
        events = run(tmp_path / str(cached), data, network, plan)
        losses.append([event.train_loss for event in events if event.kind == "epoch_done"])  # type: ignore[attr-defined]
    kept, computed_anew = losses
    assert kept == pytest.approx(computed_anew, rel=tolerance)
    assert len(kept) == 4


@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 1e-3), ("bf16", 4 * SIXTEEN_BITS)])
def test_a_training_from_kept_views_ends_where_one_ends_that_computes_the_same_views_each_time(
    tmp_path: Path, data: TrainingData, precision: str, tolerance: float
) -> None:
    results = []
    for kept in (True, False):
        network = small_network()
        plan = planned(data, network, precision, cached_views=2, epochs=4)
        assert plan.prefix_cached
        events = run(tmp_path / str(kept), data, network, replace(plan, prefix_cached=kept))
        epochs = [event for event in events if event.kind == "epoch_done"]
        results.append([loss for epoch in epochs for loss in (epoch.train_loss, epoch.val_loss)])  # type: ignore[attr-defined]
    from_cache, computed_anew = results
    assert from_cache == pytest.approx(computed_anew, rel=tolerance)
    assert len(set(from_cache)) == len(from_cache) == 2 * (1 + 4)  # the head, then four epochs
    shards = len(kept_files(tmp_path / "True" / "cache"))
    assert shards == len(kept_files(tmp_path / "False" / "cache")) + 2  # what one keeps of its views the other lacks
