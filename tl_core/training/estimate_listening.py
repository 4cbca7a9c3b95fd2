"""Passes through a network that are listened to: how long each stage takes there and back, and what it keeps.

Stages are told apart at the last module of each, forwards by its output and backwards by that output's gradient. Knows
networks and clocks, no picture of anybody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from tl_core.backbones.stage import HEAD
from tl_core.backbones.stages import StagedNetwork
from tl_core.training.engine import Engine

PASSES = 3


@dataclass(slots=True)
class Ear:
    """Notes when each stage ended, and what it kept for the way back; owns its hooks."""

    names: tuple[str, ...]
    clock: Callable[[], float]
    forward: dict[str, float] = field(default_factory=dict)
    backward: dict[str, float] = field(default_factory=dict)
    kept: dict[str, float] = field(default_factory=dict)
    before: float = 0.0
    current: int = 0
    seen: set[int] = field(default_factory=set)

    def begin(self) -> None:
        self.before, self.current = self.clock(), 0

    def ended(self, name: str, output: object) -> None:
        now = self.clock()
        self.forward[name] = self.forward.get(name, 0.0) + now - self.before
        self.before, self.current = now, min(self.names.index(name) + 1, len(self.names) - 1)
        if isinstance(output, Tensor) and output.requires_grad:
            output.register_hook(lambda _gradient: self.returned(name))  # type: ignore[no-untyped-call]

    def returned(self, name: str) -> None:
        """The gradient has come back to the stage's output: all after it is done."""
        now = self.clock()
        after = self.names[self.names.index(name) + 1]
        self.backward[after] = self.backward.get(after, 0.0) + now - self.before
        self.before = now

    def keep(self, tensor: Tensor) -> Tensor:
        """Counts a tensor that is kept for the way back, once; weights are there anyhow."""
        place = tensor.untyped_storage().data_ptr()
        if place not in self.seen and not isinstance(tensor, nn.Parameter):
            self.seen.add(place)
            name = self.names[self.current]
            self.kept[name] = self.kept.get(name, 0.0) + tensor.untyped_storage().nbytes()
        return tensor


def listened(
    network: StagedNetwork, engine: Engine, pictures: Tensor, clock: Callable[[], float], *, learn: bool
) -> Ear:
    """One pass to warm up, for what torch prepares for a new shape is prepared once; then of each stage the quickest of
    three passes, since whatever else runs here only makes them slower.
    """
    one_pass(network.network.module.train(learn), engine, pictures, learn=learn)
    first, *others = (listened_once(network, engine, pictures, clock, learn=learn) for _ in range(PASSES))
    for ear in others:
        for told, again in ((first.forward, ear.forward), (first.backward, ear.backward)):
            told.update({name: min(seconds, again.get(name, seconds)) for name, seconds in told.items()})
    return first


def listened_once(
    network: StagedNetwork, engine: Engine, pictures: Tensor, clock: Callable[[], float], *, learn: bool
) -> Ear:
    module, ear = network.network.module, Ear(tuple(stage.name for stage in network.stages), clock)
    with listening(network, ear), torch.autograd.graph.saved_tensors_hooks(ear.keep, lambda tensor: tensor):
        ear.begin()
        loss = one_pass(module, engine, pictures, learn=learn, back=False)
        ear.ended(HEAD, None)
        if learn:
            loss.backward()  # type: ignore[no-untyped-call]
            first = ear.names[0]
            ear.backward[first] = clock() - ear.before
    return ear


@contextmanager
def listening(network: StagedNetwork, ear: Ear) -> Iterator[None]:
    hooks = []
    for stage in network.stages:
        modules = network.module_names(stage.name)
        if stage.name != HEAD and modules:
            last = network.network.module.get_submodule(modules[-1])
            hooks.append(last.register_forward_hook(lambda _m, _i, output, name=stage.name: ear.ended(name, output)))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def one_pass(module: nn.Module, engine: Engine, pictures: Tensor, *, learn: bool, back: bool = True) -> Tensor:
    """A loss as in training, taken back if asked; without learning only the answers count."""
    with torch.set_grad_enabled(learn), engine.learning():
        logits = module(pictures)
    loss = cross_entropy(logits.float(), torch.zeros(len(pictures), dtype=torch.int64, device=logits.device))
    if learn and back:
        loss.backward()  # type: ignore[no-untyped-call]
    return loss
