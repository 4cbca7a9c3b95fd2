"""Steps that are read late ask their tensors for no number, and what feeds them stays where the pictures are.

Made with torch's stand-ins for tensors, which know their shape and device and have no numbers: a card need not be here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from small_training import digits_data, small_network, small_plan
from torch import Tensor, nn
from torch._subclasses.fake_tensor import DataDependentOutputException, FakeTensorMode

from tl_core.data.tensors import normalised
from tl_core.training.augment import STRENGTHS, Flips, draws, varied
from tl_core.training.averaging import Averaged
from tl_core.training.engine import Engine
from tl_core.training.losses import Objective, targets_of
from tl_core.training.mixing import Mixture, mixed
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.stepping import Stepper
from tl_core.training.streams import made_by
from tl_core.training.trainee import Trainee, as_it_is

PICTURES, SIDE, CLASSES = 48, 40, 5


@pytest.fixture
def no_numbers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever asks a tensor for a number gets an error."""
    monkeypatch.setattr(Tensor, "pin_memory", lambda own: own)  # the stand-ins have no memory to pin
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield


def planned(optimizer: str) -> TrainingPlan:
    data, network = digits_data(40, 10), small_network()
    return small_plan(data, network, freeze="none", optimizer=optimizer, mixup=0.4, cutmix=1.0, batch_size=PICTURES)


PLANS = {optimizer: planned(optimizer) for optimizer in ("adamw", "sgd")}


def fed(strength: str, device: str, views: Any, mixture: Mixture | None) -> Tensor:
    squares = torch.empty(PICTURES, SIDE, SIDE, 3, dtype=torch.uint8, device=device)
    scale = torch.empty(3 * SIDE, device=device)
    numbers = draws(0, views.tolist(), list(range(PICTURES)))
    seen = varied(squares, numbers, STRENGTHS[strength], size=SIDE, flips=Flips(True, True))
    return mixed(normalised(seen, scale, scale), mixture)


def steps(plan: TrainingPlan, strength: str, *, reads_late: bool = True) -> Stepper:
    """Two steps that learn from varied, blended pictures; with class weights and averaged weights."""
    part = nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, CLASSES)
    )
    averaged = Averaged(part, [name for name, _ in part.named_parameters()], 0.9)
    stepper = Stepper(plan, Engine("cpu", "fp32"), Objective(0.1, torch.empty(CLASSES)), averaged)
    stepper.reads_late = reads_late
    stepper.learn_also({"head": tuple(part.parameters())})
    positions = np.arange(PICTURES)
    trainee = Trainee(part, lambda _, *seen: fed(strength, "cpu", *seen), as_it_is, as_it_is, ())  # type: ignore[arg-type]
    for batch in (1, 2):
        views = np.full(PICTURES, batch)
        made_by(stepper.make(trainee, positions, positions % CLASSES, views, epoch=1, batch=batch))
    return stepper


@pytest.mark.usefixtures("no_numbers")
@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("box", [None, (1, 2, 20, 30)], ids=["mixed up", "pasted"])
def test_what_a_card_is_fed_and_judged_by_is_made_on_the_card(
    strength: str, box: tuple[int, int, int, int] | None
) -> None:
    mixture, labels = Mixture(np.arange(PICTURES)[::-1].copy(), 0.7, box), np.arange(PICTURES) % CLASSES
    pictures = fed(strength, "cuda", np.full(PICTURES, 1), mixture)
    assert (pictures.shape, pictures.device.type) == ((PICTURES, 3, SIDE, SIDE), "cuda")
    logits, weights = torch.empty(PICTURES, CLASSES, device="cuda"), torch.empty(CLASSES, device="cuda")
    losses = Objective(0.1, weights).losses(logits, targets_of(labels, mixture, "cuda"))
    assert (losses.shape, losses.device.type) == ((PICTURES,), "cuda")


@pytest.mark.usefixtures("no_numbers")
@pytest.mark.parametrize("optimizer", PLANS)
@pytest.mark.parametrize("strength", STRENGTHS)
def test_steps_that_are_read_late_are_made_without_any_number_of_theirs(strength: str, optimizer: str) -> None:
    stepper = steps(PLANS[optimizer], strength)
    assert stepper.step == 2
    with pytest.raises(DataDependentOutputException, match="local_scalar"):
        stepper.read()


@pytest.mark.usefixtures("no_numbers")
def test_steps_that_are_read_at_once_ask_for_a_number() -> None:
    with pytest.raises(DataDependentOutputException, match="local_scalar"):
        steps(PLANS["adamw"], "gentle", reads_late=False)
