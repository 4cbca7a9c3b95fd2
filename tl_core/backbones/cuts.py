"""Where a traced network can be parted in two, and the two parts, which share the network's own parameters.

Knows graphs and values; knows nothing about what a person calls the parts (`stages`).
"""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from tl_core.backbones.tracing import Traced


@dataclass(frozen=True, slots=True)
class CutPoint:
    """After the node at `position` exactly one tensor is still needed: `alive`."""

    position: int
    alive: fx.Node


def cut_points(traced: Traced) -> tuple[CutPoint, ...]:
    """Every place with one tensor alive; sizes, constants and what is made of them do not count as alive."""
    last_needed = _last_needed(traced)
    points: list[CutPoint] = []
    alive: list[fx.Node] = []
    for position, node in enumerate(traced.nodes):
        if node.op == "output":
            break
        if node in last_needed:
            alive.append(node)
        alive = [one for one in alive if last_needed[one] > position]
        if node in last_needed and node.op != "placeholder" and len(alive) == 1 and traced.values[alive[0]].is_tensor:
            points.append(CutPoint(position, alive[0]))
    return tuple(points)


def _last_needed(traced: Traced) -> dict[fx.Node, int]:
    """For each node that carries the picture, the last position that needs the tensor and not only its size."""
    last: dict[fx.Node, int] = {}
    for position, node in enumerate(traced.nodes):
        if traced.values[node].carries_picture:
            last[node] = -1
        if node.op == "output" or traced.values[node].carries_picture:
            last.update((feed, position) for feed in node.all_input_nodes if feed in last)
    return last


def copy_part(traced: Traced, start: CutPoint | None, end: CutPoint | None) -> fx.GraphModule:
    """The part after `start` and up to `end` (None: from the picture, to the answer) as a module of its own.

    It holds the very submodules, parameters and buffers of the traced network.
    """
    copier = _Copier(traced, start)
    first = 0 if start is None else start.position + 1
    last = len(traced.nodes) - 1 if end is None else end.position
    for node in traced.nodes[first : last + 1]:
        if traced.values[node].carries_picture and node.op not in ("placeholder", "output"):
            copier.copy(node)
    result = traced.nodes[-1].args[0] if end is None else end.alive
    copier.graph.output(fx.map_arg(result, copier.bring))
    copier.graph.lint()
    return fx.GraphModule(traced.root, copier.graph)


class _Copier:
    """Fills a new graph; owns the table of which old node became which new one."""

    def __init__(self, traced: Traced, start: CutPoint | None) -> None:
        self.traced = traced
        self.graph = fx.Graph()
        self.order = {node: position for position, node in enumerate(traced.nodes)}
        self.start = start
        entry = traced.nodes[0] if start is None else start.alive
        self.entry = self.graph.placeholder("x")
        # A caller may keep what it passes in (cached features): a first step in place must not write into it.
        self.new = {entry: self.graph.call_function(torch.clone, (self.entry,)) if self._writes(entry) else self.entry}

    def copy(self, node: fx.Node) -> fx.Node:
        self.new[node] = self.graph.node_copy(node, self.bring)
        return self.new[node]

    def bring(self, node: fx.Node) -> Any:
        """What stands for `node` in the new graph: its copy, or, from before the cut, its value or its recipe."""
        if node in self.new:
            return self.new[node]
        value = self.traced.values[node]
        if self.start is not None and value.plain is not None and self.order[node] <= self.start.position:
            return self._baked(*value.plain)
        return self.copy(node)

    def _baked(self, first: Any, second: Any) -> Any:
        if isinstance(first, tuple | list):
            return tuple(map(self._baked, first, second))
        if isinstance(first, torch.device):
            return self.graph.call_function(getattr, (self.entry, "device"))
        if isinstance(first, torch.dtype):
            return self.graph.call_function(getattr, (self.entry, "dtype"))
        if first == second:
            return first
        # follows_batch holds, or the value would count as alive: a multiple of the batch, counted at the cut.
        return self._per_row(first)

    def _per_row(self, value: int) -> fx.Node:
        assert self.start is not None
        shape = self.traced.values[self.start.alive].shape or ()
        rows = self.graph.call_method("size", (self.entry, 0))
        if shape[0] == value:
            return rows
        product = self.graph.call_function(operator.mul, (rows, value))
        return self.graph.call_function(operator.floordiv, (product, shape[0]))

    def _writes(self, node: fx.Node) -> bool:
        """Whether a step in place follows, directly or through a view of the same memory."""
        users = [user for user in node.users if self.traced.values[user].carries_picture]
        root = self.traced.root
        return any(_is_in_place(root, user) or (_is_view(root, user) and self._writes(user)) for user in users)


_VIEWS = frozenset({"flatten", "view", "reshape", "permute", "transpose", "squeeze", "unsqueeze", "getitem"})
# A dropout in eval hands its very input on.
_VIEW_MODULES = (nn.Flatten, nn.Identity, nn.Unflatten, nn.Dropout)


def _is_view(root: nn.Module, node: fx.Node) -> bool:
    if node.op == "call_module":
        return isinstance(root.get_submodule(str(node.target)), _VIEW_MODULES)
    return getattr(node.target, "__name__", node.target) in _VIEWS


def _is_in_place(root: nn.Module, node: fx.Node) -> bool:
    if node.op == "call_module":
        return any(getattr(module, "inplace", False) for module in root.get_submodule(str(node.target)).modules())
    name = str(getattr(node.target, "__name__", node.target))
    written = name.endswith("_") and not name.endswith("__")
    return written or node.kwargs.get("inplace") is True or node.target in (operator.iadd, operator.imul, operator.isub)
