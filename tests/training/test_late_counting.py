"""Losses that are read some time after their steps are those that are read at once; what went wrong keeps its name."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_training import Ticking, digits_data, files_in, small_network, small_plan
from torch import Tensor, nn

from tl_core.errors import TrainingError
from tl_core.events import EpochDone, Event, StepDone
from tl_core.training.checkpointing import Checkpointing
from tl_core.training.counting import Computed, Counted, Counting
from tl_core.training.engine import Engine
from tl_core.training.fed_part import make_trainee
from tl_core.training.finetune import FineTuning
from tl_core.training.how_far import Best
from tl_core.training.learning import prepare
from tl_core.training.loop import begun
from tl_core.training.losses import Objective
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.stepping import Stepper
from tl_core.training.streams import made_by
from tl_core.training.trainee import Trainee, as_it_is

FEATURES = torch.randn(48, 6, generator=torch.Generator().manual_seed(0))
LABELS = np.arange(48) % 3


@pytest.fixture(scope="module")
def plan() -> TrainingPlan:
    return small_plan(digits_data(40, 10), small_network(), freeze="none", epochs=2, learning_rate=0.05)


def made(plan: TrainingPlan, *, reads_late: bool, nothing_in: int = 0) -> tuple[Stepper, Tensor]:
    """Three steps that nobody has read; the pictures of step `nothing_in` are no numbers. And the weights."""
    torch.manual_seed(0)
    part = nn.Linear(6, 3)

    def feed(positions: Any, _views: Any = None, _mixture: Any = None) -> Tensor:
        return FEATURES[torch.from_numpy(positions)] * (float("nan") if positions[0] == nothing_in * 16 - 16 else 1.0)

    stepper = Stepper(plan, Engine("cpu", "fp32"), Objective(0.1), None)
    stepper.reads_late = reads_late
    stepper.learn_also({"head": tuple(part.parameters())})
    for number in (1, 2, 3):
        rows = np.arange(number * 16 - 16, number * 16)
        trainee = Trainee(part, feed, feed, as_it_is, ())
        made_by(stepper.make(trainee, rows, LABELS[rows], np.ones(16, dtype=np.int64), epoch=1, batch=number))
    return stepper, part.weight.detach()


def test_steps_that_are_read_late_are_the_very_steps(plan: TrainingPlan) -> None:
    at_once, weights = made(plan, reads_late=False)
    late, same = made(plan, reads_late=True)
    counted = late.read()
    assert [(step.step, step.pictures) for step in counted] == [(1, 16), (2, 16), (3, 16)]
    assert counted == at_once.read()
    assert len({step.loss for step in counted}) == 3
    assert torch.equal(weights, same)
    assert late.read() == []


@pytest.mark.parametrize("step", [1, 2])
def test_a_loss_that_is_no_number_is_told_by_the_step_that_it_came_in_however_late_it_is_read(
    plan: TrainingPlan, step: int
) -> None:
    said = rf"The loss became nan in step {step} of {plan.steps}: with the learning rate 0.05"
    with pytest.raises(TrainingError, match=said):
        made(plan, reads_late=False, nothing_in=step)
    late, _ = made(plan, reads_late=True, nothing_in=step)
    with pytest.raises(TrainingError, match=said) as error:
        late.read()
    assert error.value.hint == "Choose a smaller learning rate, for example 0.005."


def test_a_processor_s_losses_are_read_at_once_and_a_card_s_late(plan: TrainingPlan) -> None:
    kinds = {
        device: Stepper(plan, Engine(device, "fp32"), Objective(0.1), None).reads_late for device in ("cpu", "cuda")
    }
    assert kinds == {"cpu": False, "cuda": True}


def test_what_was_counted_comes_in_order_and_once() -> None:
    counting = Counting()
    for step in (4, 5):
        counting.add(Computed(step, 8, torch.tensor(step / 2), torch.tensor(step)))
    assert counting.read() == [Counted(4, 8, 2.0, 4), Counted(5, 8, 2.5, 5)]
    assert counting.read() == []


def as_made(trainee: Trainee) -> Trainee:
    return trainee


def tuned(
    folder: Path,
    plan: TrainingPlan,
    *,
    reads_late: bool,
    stops_after: int = 1000,
    watched: Callable[[Trainee], Trainee] = as_made,
) -> list[Any]:
    """The events of a fine-tuning after its first model; it is asked to stop after so many questions."""
    data, network, asked = digits_data(40, 10), small_network(), iter(range(1000))
    place: dict[str, Any] = {"should_stop": lambda: False, "clock": Ticking(0.0)}
    made_by(begun(plan, data, network, files_in(folder), **place))
    learning = prepare(plan, network)

    def make(now: TrainingPlan) -> Generator[Event, None, Trainee | None]:
        trainee = yield from make_trainee(
            now, data=data, network=network, files=files_in(folder), mirror=False, **place
        )
        return None if trainee is None else watched(trainee)

    checkpoints = Checkpointing(folder / "checkpoints", place["clock"])
    tuning = FineTuning(plan, data, network.network.module, learning, make, checkpoints=checkpoints)
    tuning.stepper.reads_late = reads_late
    place["should_stop"] = lambda: next(asked) >= stops_after
    return list(tuning.run(Best({}, -1.0, 9.0), **place))


def test_epochs_that_are_read_late_say_the_same_of_themselves(tmp_path: Path, plan: TrainingPlan) -> None:
    at_once, late = (tuned(tmp_path / str(reads), plan, reads_late=reads) for reads in (False, True))
    epochs = [event for event in late if isinstance(event, EpochDone)]
    assert epochs == [event for event in at_once if isinstance(event, EpochDone)]
    assert len({epoch.train_loss for epoch in epochs}) == 2
    assert [event.step for event in late if isinstance(event, StepDone)] == [1, 6]


def test_a_stop_does_not_keep_weights_that_grew_without_bound(tmp_path: Path, plan: TrainingPlan) -> None:
    wild = replace(plan, learning_rate=1e30, gradient_clip=1e30, warmup_epochs=0.0)
    with pytest.raises(TrainingError, match="The loss became nan in step 2"):
        tuned(tmp_path, wild, reads_late=True, stops_after=3)


def test_while_a_step_is_made_it_is_told_which_pictures_come_next(tmp_path: Path, plan: TrainingPlan) -> None:
    told: list[list[int]] = []
    fed: list[list[int]] = []

    def watched(made_part: Trainee) -> Trainee:
        def feed(positions: Any, views: Any, mixture: Any) -> Tensor:
            fed.append(positions.tolist())
            return made_part.train_feed(positions, views, mixture)

        return replace(made_part, train_feed=feed, expect=lambda positions: told.append(positions.tolist()))

    tuned(tmp_path, plan, reads_late=False, watched=watched)
    epochs = [fed[: plan.steps_per_epoch], fed[plan.steps_per_epoch :]]
    assert [len(epoch) for epoch in epochs] == [3, 3]
    assert told == [*epochs[0][1:], *epochs[1][1:]]
