"""Turn a network into a graph, and learn of each value in it whether it carries the picture or only its size.

Knows nothing about stages or freezing. The graph is torch.fx's; timm's and torchvision's own "do not trace" modules
and functions stay whole, as their `create_feature_extractor` does.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from torch import fx, nn

from tl_core.backbones.known_graphs import known_values
from tl_core.backbones.libraries import timm, torchvision
from tl_core.backbones.probing import UntraceableError, Value, networks_code, probed, with_other_outputs

__all__ = ["Traced", "UntraceableError", "modes_kept", "trace", "with_outputs"]


@dataclass(frozen=True, slots=True)
class Traced:
    """A graph, its nodes in order, the module that each node was called in, and what each node gave."""

    root: nn.Module
    graph: fx.Graph
    nodes: tuple[fx.Node, ...]
    paths: dict[fx.Node, str]
    values: dict[fx.Node, Value]

    def carriers(self) -> Iterator[tuple[int, fx.Node]]:
        """The computed nodes that carry the picture, with their positions, in order."""
        for position, node in enumerate(self.nodes):
            if self.values[node].carries_picture and node.op not in ("placeholder", "output"):
                yield position, node


class _Tracer(fx.Tracer):
    """As torchvision's NodePathTracer, without the search for unique names that grows with the square of the nodes."""

    def __init__(self, *, follow_buffers: bool) -> None:
        functions: tuple[Callable[..., Any], ...] = tuple(timm.layers.get_notrace_functions())
        super().__init__(autowrap_modules=(math, torchvision.ops), autowrap_functions=functions)
        self.proxy_buffer_attributes = follow_buffers
        own = [kind for _, kind in inspect.getmembers(torchvision.ops, inspect.isclass) if issubclass(kind, nn.Module)]
        # timm's own Linear is a subclass for half precision; traced through, a classifier would vanish from the graph.
        self._leaves = (nn.Linear, *own, *timm.layers.get_notrace_modules())

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, self._leaves) or bool(super().is_leaf_module(m, module_qualified_name))


@contextmanager
def modes_kept(module: nn.Module) -> Iterator[None]:
    """Whatever happens inside, each submodule ends in the mode (train or eval) that it had before.

    TinyViT, LeViT and others keep in eval what they made of their parameters, and forget it when training begins:
    tensors without content must not stay there.
    """
    before = [(child, child.training) for child in module.modules()]
    try:
        yield
    finally:
        module.train()
        for child, training in before:
            child.training = training


def trace(
    module: nn.Module,
    image_size: int,
    *,
    train: bool,
    frozen: tuple[str, ...] = (),
    classifier: str = "",
    like: Traced | None = None,
) -> Traced:
    """Trace `module` in train or eval mode, the submodules named in `frozen` always in eval.

    The mode is baked into the graph: functional dropout and drop-path traced in eval are gone for good. A graph that is
    `like` one of the same module, or that is known beforehand, is not probed again. Raises UntraceableError.
    """
    with modes_kept(module):
        module.train(train)
        for name in frozen:
            module.get_submodule(name).eval()
        tracer, graph = _traced(module)
        values = None if like is None else _same_values(graph, like)
        values = values or known_values(module, graph, image_size, classifier) or probed(module, graph, image_size)
    paths = {node: _path(node, tracer) for node in graph.nodes}
    return Traced(module, graph, tuple(graph.nodes), paths, values)


def with_outputs(traced: Traced, before: nn.Module, classifier: str, num_classes: int) -> dict[fx.Node, Value] | None:
    """The values with a Linear of other outputs in place of `before`, or None where that is not the graph's last step.

    Its shape and its work are the only ones that change.
    """
    calls = [node for node in traced.nodes if node.op == "call_module" and node.target == classifier]
    is_last = len(calls) == 1 and [user.op for user in calls[0].users] == ["output"]
    if not is_last or not isinstance(before, nn.Linear):
        return None
    return with_other_outputs(traced.values, calls[0], before.out_features, num_classes)


def _same_values(graph: fx.Graph, like: Traced) -> dict[fx.Node, Value] | None:
    """The values of a graph of the same module, where this one has the same steps."""
    steps, others = (tuple((node.op, node.target, str(node.args), str(node.kwargs)) for node in nodes)
                     for nodes in (graph.nodes, like.nodes))  # fmt: skip
    return dict(zip(graph.nodes, like.values.values(), strict=True)) if steps == others else None


def graph_of(module: nn.Module) -> fx.Graph:
    """The graph alone, in the modes that the module is in now. Raises UntraceableError."""
    return _traced(module)[1]


def _traced(module: nn.Module) -> tuple[_Tracer, fx.Graph]:
    """Buffers are followed where the code allows it: else what is made of them is baked into tensors of their own.

    DINOv3 asks for a buffer's size in an `assert`, which only a real one can answer.
    """
    arguments = _defaults(module)
    with networks_code():
        tracer = _Tracer(follow_buffers=True)
        try:
            return tracer, tracer.trace(module, concrete_args=arguments)
        except fx.proxy.TraceError:
            tracer = _Tracer(follow_buffers=False)
            return tracer, tracer.trace(module, concrete_args=arguments)


def _path(node: fx.Node, tracer: fx.Tracer) -> str:
    if node.op in ("call_module", "get_attr"):
        return str(node.target)
    return tracer.node_name_to_scope.get(node.name, ("", None))[0]


def _defaults(module: nn.Module) -> dict[str, Any]:
    """Every argument after the pictures, bound to its default: a ViT's `attn_mask=None` is no tensor that lives on."""
    arguments = list(inspect.signature(module.forward).parameters.values())[1:]
    return {item.name: item.default for item in arguments if item.default is not inspect.Parameter.empty}
