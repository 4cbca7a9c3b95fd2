"""Optimizers and schedules against torch's own on a problem small enough to follow, and the rates of stages."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from small_training import digits_data, small_network, small_plan
from torch import nn
from torch.optim import lr_scheduler

from tl_core.training.optim import make_optimizer, parameter_groups, scale_of, set_learning_rate
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.schedules import LAST_FACTOR, Rates, learning_rate_at

DATA, NETWORK = digits_data(160, 20), small_network()
# Each as torch makes it when it is asked for the same.
OWN: dict[str, Any] = {
    "adamw": lambda groups: torch.optim.AdamW(groups, lr=0.02),
    "adam": lambda groups: torch.optim.Adam(groups, lr=0.02),
    "sgd": lambda groups: torch.optim.SGD(groups, lr=0.02, momentum=0.7, nesterov=True),
    "rmsprop": lambda groups: torch.optim.RMSprop(groups, lr=0.02, momentum=0.7),
    "adagrad": lambda groups: torch.optim.Adagrad(groups, lr=0.02),
}


def plan(**choices: Any) -> TrainingPlan:
    return small_plan(DATA, NETWORK, **{"freeze": "none", "epochs": 5, "learning_rate": 0.02, **choices})


def descended(optimizer: torch.optim.Optimizer, layer: nn.Linear, steps: int = 12) -> torch.Tensor:
    """Where some steps on a bowl that is far steeper one way than the other lead."""
    target = torch.tensor([[1.0, -2.0, 0.5], [0.0, 3.0, -1.0]])
    for _ in range(steps):
        optimizer.zero_grad()
        loss = (torch.tensor([1.0, 10.0, 0.1]) * (layer.weight - target) ** 2).sum() + (layer.bias**2).sum()
        loss.backward()
        optimizer.step()
    return torch.cat([layer.weight.detach().flatten(), layer.bias.detach()])


def layer() -> nn.Linear:
    torch.manual_seed(3)
    return nn.Linear(3, 2)


@pytest.mark.parametrize("name", OWN)
def test_an_optimizer_takes_the_very_steps_of_torchs_own(name: str) -> None:
    chosen = plan(optimizer=name, weight_decay=0.1, **({"momentum": 0.7} if name in ("sgd", "rmsprop") else {}))
    ours, theirs = layer(), layer()
    groups = [{"params": [theirs.weight], "weight_decay": 0.1}, {"params": [theirs.bias], "weight_decay": 0.0}]
    before = torch.cat([theirs.weight.detach().flatten(), theirs.bias.detach()])
    reached = descended(OWN[name](groups), theirs)
    ours_reached = descended(make_optimizer(chosen, {"head": tuple(ours.parameters())}), ours)
    torch.testing.assert_close(ours_reached, reached, rtol=1e-5, atol=1e-6)
    assert (reached - before).abs().max() > 0.05


def torchs_rates(make: Any, steps: int, peak: float = 0.02) -> list[float]:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=peak)
    scheduler = make(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def test_every_schedule_is_torchs_own() -> None:
    steps = 50
    cosine = lambda one: lr_scheduler.CosineAnnealingLR(one, steps - 1, eta_min=0.02 * LAST_FACTOR)  # noqa: E731
    cycle = lambda one: lr_scheduler.OneCycleLR(one, 0.02, total_steps=steps, cycle_momentum=False)  # noqa: E731
    stairs = lambda one: lr_scheduler.StepLR(one, 17, gamma=0.1)  # noqa: E731
    constant = lambda one: lr_scheduler.ConstantLR(one, factor=1.0)  # noqa: E731
    pairs = {"cosine": cosine, "one-cycle": cycle, "step": stairs, "constant": constant}
    for name, theirs in pairs.items():
        chosen = plan(schedule=name, **({} if name == "one-cycle" else {"warmup_epochs": 0.0}))
        assert chosen.steps == steps
        ours = [learning_rate_at(chosen, step) for step in range(steps)]
        assert ours == pytest.approx(torchs_rates(theirs, steps), rel=1e-4), name


def test_a_warm_up_and_what_follows_are_torchs_own_in_a_row() -> None:
    def theirs(optimizer: torch.optim.Optimizer) -> lr_scheduler.LRScheduler:
        rise = lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=9)
        return lr_scheduler.SequentialLR(optimizer, [rise, lr_scheduler.StepLR(optimizer, 14, gamma=0.1)], [10])

    chosen = plan(schedule="step", warmup_epochs=1.0)
    assert [learning_rate_at(chosen, step) for step in range(50)] == pytest.approx(torchs_rates(theirs, 50))


def test_a_plateau_is_torchs_own() -> None:
    losses = [1.0, 0.8, 0.9, 0.81, 0.7, 0.69999, 0.75, 0.76, 0.77, 0.5, 0.6, 0.6, 0.6, 0.6]
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=0.02)
    theirs = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=1)
    ours = Rates(plan(schedule="plateau", warmup_epochs=0.0))
    seen = []
    for loss in losses:
        theirs.step(loss)
        ours.judged(loss)
        seen.append(optimizer.param_groups[0]["lr"])
        assert ours.at(0) == pytest.approx(seen[-1])
    assert len(set(seen)) >= 3


def test_other_schedules_do_not_listen_to_the_losses() -> None:
    rates = Rates(plan(schedule="cosine"))
    before = rates.at(20)
    for _ in range(5):
        rates.judged(9.0)
    assert rates.at(20) == before


def test_biases_and_norms_get_no_weight_decay() -> None:
    parameters = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 2)).parameters()
    decayed, spared = parameter_groups(plan(weight_decay=0.1), {"head": tuple(parameters)})
    assert [tuple(parameter.shape) for parameter in decayed["params"]] == [(4, 3, 3, 3), (2, 4)]
    assert decayed["weight_decay"] == 0.1
    assert [tuple(parameter.shape) for parameter in spared["params"]] == [(4,), (4,), (4,), (2,)]
    assert spared["weight_decay"] == 0.0


def test_the_head_has_a_rate_of_its_own_and_stages_further_away_take_smaller_steps() -> None:
    chosen = plan(head_learning_rate=0.1, layer_decay=0.5)
    names = [stage.name for stage in chosen.stages]
    assert scale_of(chosen, "head") == pytest.approx(5.0)
    assert [scale_of(chosen, name) for name in names[-2::-1]] == [0.5**far for far in range(len(names) - 1)]
    parameters = {name: (nn.Parameter(torch.zeros(2, 2)),) for name in names}
    optimizer = make_optimizer(chosen, parameters)
    set_learning_rate(optimizer, 0.01)
    rates = {id(group["params"][0]): group["lr"] for group in optimizer.param_groups}
    assert rates[id(parameters["head"][0])] == pytest.approx(0.05)
    assert rates[id(parameters[names[0]][0])] == pytest.approx(0.01 * 0.5 ** (len(names) - 2))


def test_usually_all_stages_take_the_same_steps() -> None:
    assert {scale_of(plan(), stage.name) for stage in plan().stages} == {1.0}
