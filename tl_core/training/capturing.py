"""The state of a fine-tuning as numbers and tensors, and back: what makes one that goes on equal to the bit.

Knows what each part holds; neither when it is kept nor where. Order and views of pictures are functions of seed and
epoch, so only dropout's random numbers have a state.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from tl_core.training.averaging import Averaged
from tl_core.training.checkpoint import Weights, kept_names, restore
from tl_core.training.checkpointing import copied
from tl_core.training.stepping import Stepper

WEIGHTS, AVERAGES, OPTIMIZER, RANDOM = "weights/", "averages/", "optimizer/", "random/"
CPU = "cpu"


def captured_weights(module: nn.Module, trained: tuple[str, ...]) -> Weights:
    """What learns and the statistics beside it; what is frozen lies in the network that the run began with."""
    state = module.state_dict()
    return {WEIGHTS + name: copied(state[name]) for name in kept_names(module, trained)}


def captured_steps(module: nn.Module, stepper: Stepper, averaged: Averaged | None) -> tuple[dict[str, Any], Weights]:
    """What steps have left behind beside the weights: the optimizer, the average, the rates and their count."""
    state = {
        "step": stepper.step,
        "rates": stepper.rates.to_dict(),
        "at_once": stepper.at_once,
        "averaged_steps": 0 if averaged is None else averaged.steps,
    }
    tensors = {} if averaged is None else {AVERAGES + name: copied(own) for name, own in averaged.averages().items()}
    names = parameter_names(module)
    for parameter, values in ({} if stepper.optimizer is None else stepper.optimizer.state).items():
        for key, value in values.items():
            if value is not None:
                tensors[f"{OPTIMIZER}{key}/{names[id(parameter)]}"] = copied(torch.as_tensor(value))
    return state, tensors


def put_back_weights(module: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    restore(module, part_of(tensors, WEIGHTS))


def put_back_steps(
    stepper: Stepper, averaged: Averaged | None, state: Mapping[str, Any], tensors: Mapping[str, Tensor]
) -> None:
    """All but the optimizer, which has to know first what learns."""
    stepper.step = int(state["step"])
    stepper.rates.put_back(state["rates"])
    stepper.at_once = int(state["at_once"])
    if averaged is not None:
        averaged.put_back(part_of(tensors, AVERAGES), int(state["averaged_steps"]))


def put_back_optimizer(module: nn.Module, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Every value lies as its parameter does: fused steps go through memory in its order."""
    parameters = {name: parameter for name, parameter in module.named_parameters()}  # noqa: C416 - said as it is read
    for place, value in part_of(tensors, OPTIMIZER).items():
        key, _, name = place.partition("/")
        parameter = parameters[name]
        if value.shape == parameter.shape:
            own = torch.empty_like(parameter, dtype=value.dtype, requires_grad=False).copy_(value)
        else:  # the number of its steps
            before = optimizer.state[parameter].get(key)
            fused = optimizer.defaults.get("fused")
            own = value.clone().to(before.device if isinstance(before, Tensor) else step_device(parameter, fused))
        optimizer.state[parameter][key] = own


def step_device(parameter: nn.Parameter, fused: bool | None) -> torch.device:
    """Where torch counts a parameter's steps: beside it in fused optimizers, else on the CPU."""
    return parameter.device if fused else torch.device(CPU)


def captured_randomness(device: str) -> Weights:
    """The generators that dropout draws from."""
    states = {RANDOM + CPU: torch.get_rng_state()}
    if device == "cuda":
        states[RANDOM + device] = torch.cuda.get_rng_state()
    elif device == "mps":
        states[RANDOM + device] = torch.mps.get_rng_state()
    return states


def put_back_randomness(tensors: Mapping[str, Tensor], device: str) -> None:
    states = part_of(tensors, RANDOM)
    torch.set_rng_state(states[CPU])
    if device in states and device == "cuda":
        torch.cuda.set_rng_state(states[device])
    elif device in states and device == "mps":
        torch.mps.set_rng_state(states[device])


def parameter_names(module: nn.Module) -> dict[int, str]:
    return {id(parameter): name for name, parameter in module.named_parameters()}


def part_of(tensors: Mapping[str, Tensor], prefix: str) -> Weights:
    """Those whose names begin so, without it."""
    return {name[len(prefix) :]: value for name, value in tensors.items() if name.startswith(prefix)}
