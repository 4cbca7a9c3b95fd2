"""The training loop on real scans of digits: golden losses, its events, its stops, and what it leaves behind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_training import Ticking, digits_data, run, small_network, small_plan

from tl_core.backbones.stages import StagedNetwork
from tl_core.errors import ConfigError, TrainingError
from tl_core.evaluation.predictor import Predictor
from tl_core.events import EpochDone, Event, Finished, Phase, Planned, StepDone
from tl_core.training.capturing import part_of
from tl_core.training.checkpoint import load_tensors
from tl_core.training.checkpoint_files import CheckpointFolder
from tl_core.training.plan_values import TrainingPlan

# float32 on a CPU: other instruction sets and other versions of torch add up in another order.
TOLERANCE = 0.02


def of(events: list[Event], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def norms(network: StagedNetwork) -> dict[str, torch.Tensor]:
    state = network.network.module.state_dict()
    return {name: value.clone() for name, value in state.items() if "running" in name or "num_batches" in name}


def test_with_everything_frozen_the_head_is_fitted_once_and_measured_on_the_test_pictures(tmp_path: Path) -> None:
    data, network = digits_data(200, 40, 60), small_network()
    plan = small_plan(data, network, freeze="all")
    events = run(tmp_path, data, network, plan)
    assert isinstance(events[0], Planned)
    assert TrainingPlan.from_dict(events[0].plan) == plan
    assert isinstance(events[-1], Finished)
    (epoch,) = of(events, EpochDone)
    assert (epoch.epoch, epoch.epochs) == (0, 0)
    assert epoch.val_accuracy > 0.8
    assert events[-1].result["measured_on"] == "test"
    assert events[-1].result["images"] == 60
    phases = [phase.name for phase in of(events, Phase)]
    assert list(dict.fromkeys(phases)) == ["features", "head", "saving", "scoring"]


def test_the_result_is_what_the_saved_model_answers(tmp_path: Path) -> None:
    data, network = digits_data(200, 40, 60), small_network()
    events = run(tmp_path, data, network, small_plan(data, network, freeze="all"))
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    answers = predictor.probabilities(data.squares[data.test.positions]).argmax(axis=1)
    assert events[-1].result["correct"] == int((answers == data.test.labels).sum())
    assert predictor.config.result == events[-1].result
    assert events[-1].result["accuracy"] > 0.8


@pytest.mark.parametrize(
    ("choices", "losses"),
    [
        ({"freeze": "blocks.1", "augment": "none"}, (0.4918, 0.4097)),
        ({"freeze": "none", "augment": "gentle"}, (1.2309, 1.1719)),
    ],
    ids=["frozen prefix, features once", "everything trains, varied views"],
)
def test_the_losses_of_a_fine_tuning_are_the_golden_ones(
    tmp_path: Path, choices: dict[str, Any], losses: tuple[float, ...]
) -> None:
    data, network = digits_data(160, 40), small_network()
    plan = small_plan(data, network, epochs=2, learning_rate=1e-4, **choices)
    epochs = of(run(tmp_path, data, network, plan), EpochDone)
    assert [epoch.epoch for epoch in epochs] == [0, 1, 2]
    assert [epoch.train_loss for epoch in epochs[1:]] == pytest.approx(losses, rel=TOLERANCE)


def test_the_same_seed_gives_the_same_run_and_another_seed_another(tmp_path: Path) -> None:
    data = digits_data(64, 20)
    seen = []
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        network = small_network()
        plan = small_plan(data, network, freeze="blocks.2", epochs=1, augment="gentle", seed=seed)
        seen.append([epoch.train_loss for epoch in of(run(tmp_path / folder, data, network, plan), EpochDone)])
    assert seen[0] == seen[1]
    assert seen[0][1] != seen[2][1]


def test_features_computed_once_train_like_features_computed_at_every_step(tmp_path: Path) -> None:
    data = digits_data(64, 20)
    losses = []
    for name, cached in (("kept", True), ("again", False)):
        network = small_network()
        plan = replace(small_plan(data, network, freeze="blocks.2", epochs=2, augment="none"), prefix_cached=cached)
        losses.append([epoch.train_loss for epoch in of(run(tmp_path / name, data, network, plan), EpochDone)])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


@pytest.mark.parametrize("choices", [{"freeze": "blocks.2"}, {"train_stages": ["blocks.2", "head"]}])
def test_frozen_weights_and_running_statistics_are_the_same_bits_afterwards(
    tmp_path: Path, choices: dict[str, Any]
) -> None:
    data, network = digits_data(64, 20), small_network()
    plan = replace(small_plan(data, network, epochs=1, augment="gentle", **choices), batch_norm="updated")
    trained = {name for stage in plan.trained for name in network.parameter_names(stage)}
    before = {name: value.clone() for name, value in network.network.module.state_dict().items()}
    run(tmp_path, data, network, plan)
    after = network.network.module.state_dict()
    owners = {name.rpartition(".")[0] for name in trained}
    changed = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert {name.rpartition(".")[0] for name in changed} <= owners
    assert any("running_mean" in name for name in changed)
    assert any("conv" in name for name in changed)


def test_kept_batch_norms_leave_their_statistics_alone_where_they_train(tmp_path: Path) -> None:
    data, network = digits_data(64, 20), small_network()
    before = norms(network)
    plan = small_plan(data, network, freeze="none", epochs=1)
    assert plan.batch_norm == "kept"
    run(tmp_path, data, network, plan)
    assert all(torch.equal(value, before[name]) for name, value in norms(network).items())


def test_dropout_acts_while_training_and_is_gone_when_scoring(tmp_path: Path) -> None:
    data = digits_data(48, 20)
    losses = []
    for name, rate in (("without", 0.0), ("with", 0.9)):
        network = small_network()
        network.network.module.drop_rate = rate
        restaged = type(network)(network.network, network._contents, network._scoring)
        plan = small_plan(data, restaged, freeze="blocks.4", epochs=1, learning_rate=1e-8)
        epochs = of(run(tmp_path / name, data, restaged, plan), EpochDone)
        losses.append((epochs[1].train_loss, epochs[1].val_loss))
    assert losses[1][0] > losses[0][0] + 0.05
    assert losses[1][1] == pytest.approx(losses[0][1], rel=1e-3)


def test_from_scratch_it_learns_from_equal_chances(tmp_path: Path) -> None:
    data, network = digits_data(120, 40, classes=2), small_network(classes=2)
    plan = small_plan(data, network, start="scratch", freeze="none", epochs=3, augment="none")
    epochs = of(run(tmp_path, data, network, plan), EpochDone)
    assert epochs[0].val_loss == pytest.approx(np.log(2))
    assert epochs[-1].train_loss < 0.6
    assert plan.batch_norm == "updated"


def test_steps_are_reported_by_the_clock_and_at_least_once_an_epoch(tmp_path: Path) -> None:
    data = digits_data(160, 20)
    counts = {}
    for seconds in (0.0001, 10.0):
        network = small_network()
        plan = small_plan(data, network, freeze="blocks.4", epochs=2)
        events = run(tmp_path / str(seconds), data, network, plan, clock=Ticking(seconds))
        counts[seconds] = [event.epoch for event in of(events, StepDone)]
    assert counts[0.0001] == [1, 2]
    assert counts[10.0] == [1] * 10 + [2] * 10


def test_the_best_epoch_is_restored_where_validation_can_tell_and_the_last_stays_elsewhere(tmp_path: Path) -> None:
    data = digits_data(96, 210)
    results = {}
    for keep in (True, False):
        network = small_network()
        # so large a rate that fine-tuning is worse than the head, epoch 0
        plan = small_plan(data, network, freeze="blocks.4", epochs=2, learning_rate=0.5)
        assert plan.keep_best
        events = run(tmp_path / str(keep), data, network, replace(plan, keep_best=keep, patience=None))
        results[keep] = (of(events, EpochDone), events[-1].result["accuracy"])
    epochs, accuracy = results[True]
    assert accuracy == pytest.approx(max(epoch.val_accuracy for epoch in epochs), abs=0.01)
    epochs, accuracy = results[False]
    assert accuracy == pytest.approx(epochs[-1].val_accuracy, abs=0.01)
    assert accuracy < epochs[0].val_accuracy


def test_it_stops_early_when_nothing_gets_better_and_the_head_is_not_counted(tmp_path: Path) -> None:
    data, network = digits_data(96, 210), small_network()
    plan = small_plan(data, network, freeze="blocks.4", epochs=12, learning_rate=0.5, patience=2)
    events = run(tmp_path, data, network, plan)
    epochs = of(events, EpochDone)[1:]
    best = max(epochs, key=lambda epoch: (epoch.val_accuracy, -epoch.val_loss))
    assert epochs[-1].epoch == best.epoch + 2 < 12
    assert isinstance(events[-1], Finished)
    assert events[-1].epochs == epochs[-1].epoch


def test_the_last_weights_are_kept_with_their_epoch_and_nothing_that_is_frozen(tmp_path: Path) -> None:
    data, network = digits_data(96, 40), small_network()
    plan = small_plan(data, network, freeze="blocks.4", epochs=2, learning_rate=1e-4, ema_decay=0)
    run(tmp_path, data, network, plan)
    folder = CheckpointFolder(tmp_path / "checkpoints")
    found, damaged = folder.last_sound()
    assert found is not None
    assert (found.state["epoch"], found.state["batch"], damaged) == (2, 0, 0)
    weights = part_of(load_tensors(folder.path / found.files["state"]), "weights/")
    state = network.network.module.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in weights.items())
    assert weights
    assert not any(name.startswith("blocks") for name in weights)


def test_a_learning_rate_that_explodes_is_named_in_words(tmp_path: Path) -> None:
    data, network = digits_data(64, 20), small_network()
    # each step takes 100 times the weights away from the weights: they grow 99-fold
    choices = {"optimizer": "sgd", "weight_decay": 10.0, "learning_rate": 10.0, "warmup_epochs": 0.0}
    plan = small_plan(data, network, freeze="none", epochs=5, **choices)
    with pytest.raises(TrainingError, match=r"with the learning rate 10\b.*for example 1\."):
        run(tmp_path, data, network, plan)


def test_one_picture_of_each_class_is_measured_by_leaving_each_out(tmp_path: Path) -> None:
    data, network = digits_data(10, 0), small_network()
    plan = small_plan(data, network, freeze="all")
    assert plan.measured_on == "cross-validation"
    events = run(tmp_path, data, network, plan)
    assert events[-1].result["measured_on"] == "cross-validation"
    assert events[-1].result["images"] == 10
    with pytest.raises(ConfigError, match="nothing can measure a fine-tuning"):
        small_plan(data, network, freeze="none")


def test_a_second_run_finds_the_features_of_the_first(tmp_path: Path) -> None:
    data = digits_data(64, 20)
    starts = []
    for _ in range(2):
        network = small_network()
        events = run(tmp_path, data, network, small_plan(data, network, freeze="all"))
        starts.append(next(phase.done for phase in of(events, Phase) if phase.name == "features"))
    assert starts == [0, 84]
