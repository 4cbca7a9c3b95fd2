"""Stages of a network that cannot be traced or parted: its named parts, measured in one forward pass.

Knows modules; such a network trains as a whole, so it has no prefix to compute once.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

from tl_core.backbones.build import Network
from tl_core.backbones.contents import Contents
from tl_core.backbones.stage import HEAD, Stage
from tl_core.backbones.titles import HEAD_TITLE, titles
from tl_core.backbones.units import Units


def uncut_contents(network: Network) -> tuple[Contents, ...]:
    """One Contents for each named part with parameters, in the order of definition, the head last."""
    module = network.module
    units = Units(module, network.classifier)
    names = [name for name in units if name != network.classifier]
    modules = _modules(units, names, network.classifier)
    owners = {path: name for name, paths in modules.items() for path in paths}
    parameters: dict[str, list[str]] = {name: [] for name in modules}
    for name, _ in module.named_parameters():
        inside = next((path for path in owners if name.startswith(f"{path}.")), None)
        # A token of the network's own, in no part, meets the picture at its beginning.
        parameters[owners[inside] if inside else next(iter(modules))].append(name)
    paths = [*names, network.classifier]
    shapes, work = _measured(network, paths)
    sizes = {name: parameter.numel() for name, parameter in module.named_parameters()}
    rows = zip(modules, (*titles(len(names)), HEAD_TITLE), paths, strict=True)
    return tuple(
        Contents(
            Stage(name, title, sum(map(sizes.__getitem__, parameters[name])), work[path], shapes[path]),
            units=(name,),
            parameters=tuple(parameters[name]),
            modules=tuple(modules[name]),
        )
        for name, title, path in rows
    )


def _modules(units: Units, names: Sequence[str], classifier: str) -> dict[str, list[str]]:
    """The submodules of each stage; a norm or pooling between two parts goes with the one before, or with the first."""
    modules: dict[str, list[str]] = {name: [] for name in (*names, HEAD)}
    current = next(iter(modules))
    for path, unit in units.parts():
        if unit:
            current = HEAD if unit == classifier else unit
        modules[current].append(path)
    return modules


def _measured(network: Network, paths: Sequence[str]) -> tuple[dict[str, tuple[int, ...]], dict[str, float]]:
    """Output shape (one picture) and share of the forward work of each named part."""
    module, size = network.module, network.preprocessing.image_size
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(paths, ())
    work: dict[str, int] = dict.fromkeys(paths, 0)
    counter = FlopCounterMode(display=False)

    def begins(path: str) -> None:
        work[path] -= counter.get_total_flops()

    def ends(path: str, result: object) -> None:
        work[path] += counter.get_total_flops()
        if isinstance(result, torch.Tensor):
            shapes[path] = tuple(result.shape[1:])

    hooks = []
    for path in paths:
        part: nn.Module = module.get_submodule(path)
        hooks.append(part.register_forward_pre_hook(lambda _module, _inputs, path=path: begins(path)))
        hooks.append(part.register_forward_hook(lambda _module, _inputs, result, path=path: ends(path, result)))
    try:
        with torch.no_grad(), FakeTensorMode(allow_non_fake_inputs=True), counter:
            module(torch.zeros(2, 3, size, size, device=next(module.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    total = sum(work.values()) or 1
    return shapes, {path: work[path] / total for path in paths}
