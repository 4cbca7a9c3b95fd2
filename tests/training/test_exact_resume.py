"""A training that was interrupted and went on equals, to the bit, one that was not: at every place it can be."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from small_training import TRANSFORMER, Ticking, digits_data, facts_of, files_in, small_network, small_plan

from tl_core.backbones.stages import StagedNetwork
from tl_core.config import RunConfig
from tl_core.events import CandidateDone, EpochDone, Event, Finished, StepDone, Stopped
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder
from tl_core.training.loop import carry_out
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.session import planned

STOP_POINTS = 20
FIRST = "adamw, average, varied views"
WAYS: dict[str, dict[str, Any]] = {
    "adamw, average, varied views": {"freeze": "blocks.2", "augment": "gentle", "ema_decay": 0.9},
    "plateau, everything learns": {"freeze": "none", "augment": "none", "schedule": "plateau", "learning_rate": 0.01},
    "momentum, mixup, sampling": {"freeze": "blocks.3", "optimizer": "sgd", "mixup": 0.4, "class_balance": "sampling"},
    "gradual, rmsprop": {"freeze": "all", "gradual": "2:conv_head,3:blocks.4", "optimizer": "rmsprop"},
    "batch norms follow, adagrad": {"freeze": "blocks.4", "batch_norm": "train", "optimizer": "adagrad"},
}


def choices_of(way: str) -> dict[str, Any]:
    return {"epochs": 3, "learning_rate": 1e-3, "augment": "none", **WAYS[way]}


def dropping(network: StagedNetwork) -> StagedNetwork:
    """With dropout before the head, whose random numbers have a state."""
    network.network.module.drop_rate = 0.3
    return type(network)(network.network, network._contents, network._scoring)


def carried_out(
    folder: Path,
    data: TrainingData,
    plan: TrainingPlan,
    network: StagedNetwork,
    *,
    stops_after: int | None = None,
    kept: Checkpoint | None = None,
    candidates: tuple[TrainingPlan, ...] = (),
) -> list[Event]:
    """The events of a training that is asked to stop after so many steps of its own, if any."""
    events: list[Event] = []
    stream = carry_out(
        plan, data, network, files_in(folder), clock=Ticking(0.3), started=0.0, candidates=candidates, kept=kept,
        should_stop=lambda: stops_after == sum(isinstance(event, StepDone) for event in events),
    )  # fmt: skip
    for event in stream:
        events.append(event)
    return events


def told(events: list[Event]) -> list[Event]:
    """Epochs and candidates without what depends on the clock."""
    epochs = [replace(event, images_per_second=0.0) for event in events if isinstance(event, EpochDone)]
    return [*epochs, *(replace(event, seconds=0.0) for event in events if isinstance(event, CandidateDone))]


def weights_of(folder: Path) -> dict[str, torch.Tensor]:
    return safetensors.torch.load_file(folder / "model" / "model.safetensors")


def last_of(folder: Path) -> Checkpoint:
    found, damaged = CheckpointFolder(folder / "checkpoints").last_sound()
    assert found is not None
    assert damaged == 0
    return found


def assert_same_bits(one: Path, other: Path) -> None:
    first, second = weights_of(one), weights_of(other)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def assert_goes_on(folder: Path, whole: list[Event], before: list[Event], after: list[Event], kept: Checkpoint) -> None:
    """What was told before the checkpoint and after it is what was told without any."""
    done = [event for event in told(before) if not isinstance(event, EpochDone) or event.epoch <= kept.state["epoch"]]
    assert sorted(map(repr, done + told(after))) == sorted(map(repr, told(whole)))
    assert isinstance(after[-1], Finished)
    assert isinstance(whole[-1], Finished)
    assert after[-1].result == whole[-1].result
    assert_same_bits(folder / "whole", folder / "parts")


@pytest.mark.parametrize("way", WAYS)
def test_stopped_in_the_middle_of_an_epoch_it_ends_with_the_same_bits(tmp_path: Path, way: str) -> None:
    data = digits_data(72, 24)
    plan = small_plan(data, small_network(), **choices_of(way))
    whole = carried_out(tmp_path / "whole", data, plan, dropping(small_network()))
    stopped = carried_out(tmp_path / "parts", data, plan, dropping(small_network()), stops_after=12)
    assert isinstance(stopped[-1], Stopped)
    kept = last_of(tmp_path / "parts")
    assert (kept.state["epoch"], kept.state["batch"]) == (2, 2)
    after = carried_out(tmp_path / "parts", data, plan, dropping(small_network()), kept=kept)
    assert_goes_on(tmp_path, whole, stopped, after, kept)


def test_stopped_twenty_times_on_its_way_it_ends_with_the_same_bits(tmp_path: Path) -> None:
    data = digits_data(64, 20)
    plan = small_plan(data, small_network(), **(choices_of(FIRST) | {"batch_size": 8}))
    whole = carried_out(tmp_path / "whole", data, plan, dropping(small_network()))
    kept, told_so_far, places = None, [], set()
    for _ in range(STOP_POINTS):
        part = carried_out(tmp_path / "parts", data, plan, dropping(small_network()), stops_after=1, kept=kept)
        assert isinstance(part[-1], Stopped)
        kept = last_of(tmp_path / "parts")
        told_so_far += part
        places.add((kept.state["epoch"], kept.state["batch"]))
    assert len(places) == STOP_POINTS
    after = carried_out(tmp_path / "parts", data, plan, dropping(small_network()), kept=kept)
    assert kept is not None
    assert_goes_on(tmp_path, whole, told_so_far, after, kept)


def test_additions_of_low_rank_go_on_in_a_transformer(tmp_path: Path) -> None:
    data = digits_data(48, 20)
    lora = {"freeze": "blocks.0", "lora_rank": 2, "epochs": 2, "learning_rate": 1e-3, "augment": "none"}
    plan = small_plan(data, small_network(backbone=TRANSFORMER), **lora)
    whole = carried_out(tmp_path / "whole", data, plan, small_network(backbone=TRANSFORMER))
    part = carried_out(tmp_path / "parts", data, plan, small_network(backbone=TRANSFORMER), stops_after=4)
    kept = last_of(tmp_path / "parts")
    assert (kept.state["epoch"], kept.state["batch"]) == (1, 1)
    after = carried_out(tmp_path / "parts", data, plan, small_network(backbone=TRANSFORMER), kept=kept)
    assert_goes_on(tmp_path, whole, part, after, kept)


@pytest.mark.parametrize("steps", [5, 13])
def test_a_preset_goes_on_within_the_candidate_that_was_under_way(tmp_path: Path, steps: int) -> None:
    data = digits_data(64, 40)
    choices = {"preset": "best", "batch_size": 16, "epochs": 2, "learning_rate": 3e-3, "augment": "none"}
    config = RunConfig.from_dict({"backbone": small_network().network.name, **choices})
    plan, candidates = planned(config, facts_of(data, small_network()))
    run = partial(carried_out, data=data, plan=plan, candidates=candidates)
    whole = run(tmp_path / "whole", network=small_network())
    part = run(tmp_path / "parts", network=small_network(), stops_after=steps)
    assert isinstance(part[-1], Stopped)
    kept = last_of(tmp_path / "parts")
    after = run(tmp_path / "parts", network=small_network(), kept=kept)
    before = int(kept.state["epochs_before"]) + int(kept.state["epoch"])
    done = [one for one in told(part) if isinstance(one, CandidateDone) or one.epoch <= before]
    again = told(after)
    assert sorted(map(repr, dict.fromkeys(done + again))) == sorted(map(repr, told(whole)))
    assert after[-1].result == whole[-1].result
    assert_same_bits(tmp_path / "whole", tmp_path / "parts")


def test_killed_between_two_checkpoints_it_makes_the_same_steps_again(tmp_path: Path) -> None:
    data = digits_data(72, 24)
    plan = small_plan(data, small_network(), **choices_of(FIRST))
    whole = carried_out(tmp_path / "whole", data, plan, dropping(small_network()))
    files, now = files_in(tmp_path / "parts"), [0.0]
    stream = carry_out(
        plan, data, dropping(small_network()), files, should_stop=lambda: False, clock=lambda: now[0], started=0.0
    )
    for event in stream:
        now[0] += 31.0 * isinstance(event, StepDone)  # every other step a checkpoint is due
        if now[0] >= 9 * 31.0:
            break
    stream.close()
    kept = last_of(tmp_path / "parts")
    assert (kept.state["epoch"], kept.state["batch"]) == (1, 2)
    after = carried_out(tmp_path / "parts", data, plan, dropping(small_network()), kept=kept)
    assert told(after) == told(whole)[2:]
    assert_same_bits(tmp_path / "whole", tmp_path / "parts")
