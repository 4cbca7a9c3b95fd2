"""What is counted before a training is what it then finds in the cache, and what it then writes there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_training import BACKBONE, CPU, digits_data, facts_of, files_in, run, small_network

from tl_core.backbones.stage import HEAD
from tl_core.caching.limits import kept_files
from tl_core.caching.shards import SUFFIX, TAIL
from tl_core.config import RunConfig
from tl_core.training.estimate_disk import run_bytes
from tl_core.training.made import Made, ToWrite
from tl_core.training.parts_ahead import parts_ahead
from tl_core.training.pictures import TrainingData
from tl_core.training.plan import make_plan
from tl_core.training.plan_values import DeviceFacts, TrainingPlan
from tl_core.training.rows_ahead import RowsAhead, cuts_of

BF16 = replace(CPU, native_bf16=True)
HALF = "blocks.1"
# Squares are read from files before a training has these pictures; here they lie in memory.
READ = 34 * 34 * 3 + 36


def plan_of(data: TrainingData, device: DeviceFacts, **choices: Any) -> TrainingPlan:
    config = RunConfig.from_dict({"backbone": BACKBONE, "batch_size": 16, **choices})
    return make_plan(config, facts_of(data, small_network(), device=device))


def look_of(data: TrainingData, folder: Path, precision: str) -> RowsAhead:
    cache, network = files_in(folder).cache, small_network()
    sides = {name: tuple(data.content_hashes[at] for at in getattr(data, name).positions) for name in
             ("train", "val", "test")}  # fmt: skip
    parts = parts_ahead(network, CPU, precision=precision, engine="torch", cache=cache)
    return RowsAhead(cache, [sides], parts, "torch")


def written(folder: Path) -> int:
    """Bytes of rows, without what a file has but once."""
    return sum(item.size - TAIL.size for item in kept_files(files_in(folder).cache, f"*{SUFFIX}"))


@pytest.mark.parametrize(
    ("device", "choices"),
    [
        (CPU, {"freeze": "all"}),
        (BF16, {"freeze": "all"}),
        (BF16, {"freeze": HALF, "augment": "none", "epochs": 1}),
        (CPU, {"freeze": HALF, "augment": "gentle", "cached_views": 2, "epochs": 3}),
        (BF16, {"freeze": HALF, "augment": "gentle", "cached_views": 0, "epochs": 1}),
        (BF16, {"freeze": HALF, "augment": "none", "epochs": 2, "gradual": "2:blocks.1"}),
    ],
)
def test_a_training_writes_the_rows_that_were_counted_and_a_second_one_finds_them(
    tmp_path: Path, device: DeviceFacts, choices: dict[str, Any]
) -> None:
    data = digits_data(60, 20)
    plan = plan_of(data, device, **choices)
    look = look_of(data, tmp_path, plan.precision)
    before = look(plan)
    assert before.made._replace(scored=0.0) == Made()
    run(tmp_path, data, small_network(), plan)
    assert sum(before.to_write) - 80 * READ == written(tmp_path)
    assert look(plan) == before  # one look for all plans; the next is another's
    after = look_of(data, tmp_path, plan.precision)(plan)
    assert after.to_write == ToWrite(first=80 * READ)
    assert after.made.seen == 1.0
    assert after.made.scored == (1.0 if plan.method == "head" else 0.0)
    assert after.made.judged == (1.0 if cuts_of(plan) else 0.0)
    assert after.made.learned == (1.0 if cuts_of(plan) and plan.prefix_cached else 0.0)
    assert after.held == written(tmp_path)


def test_a_network_that_cannot_be_cut_keeps_nothing_at_the_line_of_ice(tmp_path: Path) -> None:
    data, plan = digits_data(60, 20), plan_of(digits_data(60, 20), CPU, freeze=HALF, augment="none", epochs=1)
    look = look_of(data, tmp_path, plan.precision)
    whole = RowsAhead(tmp_path, look._sides, {HEAD: look._parts[HEAD]}, "torch")
    assert look(plan).to_write.remembered > 0
    assert whole(plan).to_write == look(plan).to_write._replace(remembered=0)


def test_a_training_from_other_running_averages_finds_nothing(tmp_path: Path) -> None:
    data = digits_data(60, 20)
    plan = plan_of(data, CPU, freeze="all")
    run(tmp_path, data, small_network(), plan)
    look = look_of(data, tmp_path, plan.precision)
    assert look(replace(plan, batch_norm="reestimated")).made.seen == 0.0


def test_pictures_that_came_later_are_still_to_be_made(tmp_path: Path) -> None:
    data = digits_data(60, 20)
    run(tmp_path, data, small_network(), plan_of(data, CPU, freeze="all"))
    more = digits_data(80, 20)
    found = look_of(more, tmp_path, "fp32")(plan_of(more, CPU, freeze="all"))
    assert found.made.seen == pytest.approx(0.8)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_a_run_keeps_about_the_bytes_in_its_folder_that_were_said(tmp_path: Path, optimizer: str) -> None:
    data = digits_data(60, 20)
    plan = plan_of(data, CPU, freeze="none", augment="none", epochs=4, optimizer=optimizer)
    run(tmp_path, data, small_network(), plan)
    files = files_in(tmp_path)
    (model,) = files.model.rglob("*.safetensors")
    states = [path.stat().st_size for path in files.checkpoints.glob("*-state.safetensors")]
    assert len(states) == 2
    assert model.stat().st_size + sum(states) == pytest.approx(run_bytes([plan]), rel=0.1)
