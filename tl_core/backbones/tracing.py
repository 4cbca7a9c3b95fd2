"""Turn a network into a graph, and learn of each value in it whether it carries the picture or only its size.

Knows nothing about stages or freezing. The graph is torch.fx's; timm's and torchvision's own "do not trace" modules
and functions stay whole, as their `create_feature_extractor` does.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import timm.layers
import torch
import torchvision.ops
from torch import fx, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils.flop_counter import FlopCounterMode

# Two batch sizes, neither 1 (which broadcasts): what differs between them grows with the batch.
PROBE_BATCHES = (2, 3)
# What a network's own code raises where it asks what is in its tensors, which neither a trace nor a probe can tell.
_ASKED = (fx.proxy.TraceError, TypeError, RuntimeError, ValueError, AttributeError, KeyError)


class UntraceableError(Exception):
    """The network's own code depends on what is in its tensors."""


@contextmanager
def _networks_code() -> Iterator[None]:
    """Around that code alone: the same errors in ours are faults, and stay what they are."""
    try:
        yield
    except _ASKED as error:
        raise UntraceableError(f"{type(error).__name__}: {error}") from error


@dataclass(frozen=True, slots=True)
class Value:
    """What a node gave: `carries_picture` if a tensor in it depends on the pictures themselves."""

    carries_picture: bool
    shape: tuple[int, ...] | None  # of a tensor at the first probe batch; None for anything else
    plain: tuple[Any, Any] | None  # what is no tensor, at the two probe batches
    flops: int

    @property
    def is_tensor(self) -> bool:
        return self.shape is not None


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


def trace(module: nn.Module, image_size: int, *, train: bool, frozen: tuple[str, ...] = ()) -> Traced:
    """Trace `module` in train or eval mode, the submodules named in `frozen` always in eval.

    The mode is baked into the graph: functional dropout and drop-path traced in eval are gone for good. Raises
    UntraceableError.
    """
    with modes_kept(module):
        module.train(train)
        for name in frozen:
            module.get_submodule(name).eval()
        tracer, graph = _traced(module)
        values = _probe(module, graph, image_size)
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
    (call,) = calls
    (output,) = call.users
    values, old = dict(traced.values), traced.values[call]
    shape = (*(old.shape or ())[:-1], num_classes)
    values[call] = replace(old, shape=shape, flops=old.flops // before.out_features * num_classes)
    values[output] = replace(values[output], shape=shape)
    return values


def _traced(module: nn.Module) -> tuple[_Tracer, fx.Graph]:
    """Buffers are followed where the code allows it: else what is made of them is baked into tensors of their own.

    DINOv3 asks for a buffer's size in an `assert`, which only a real one can answer.
    """
    arguments = _defaults(module)
    with _networks_code():
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


class _Probe(fx.Interpreter):
    """Runs a graph node by node on tensors without content and notes each result and its work."""

    def __init__(self, module: nn.Module, graph: fx.Graph, counter: FlopCounterMode) -> None:
        super().__init__(module, graph=graph)
        self.counter = counter
        self.shapes: dict[fx.Node, tuple[int, ...] | None] = {}
        self.plain: dict[fx.Node, tuple[Any] | None] = {}
        self.flops: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> Any:
        before = self.counter.get_total_flops()
        result = super().run_node(n)
        self.flops[n] = self.counter.get_total_flops() - before
        self.shapes[n] = tuple(result.shape) if isinstance(result, torch.Tensor) else None
        self.plain[n] = None if _holds_tensor(result) else (result,)
        return result


def _probe(module: nn.Module, graph: fx.Graph, image_size: int) -> dict[fx.Node, Value]:
    device = next(module.parameters()).device
    probes = []
    for batch in PROBE_BATCHES:
        counter = FlopCounterMode(display=False)
        probe = _Probe(module, graph, counter)
        # In eval, so that no running statistic moves; through train, so that nothing is left of the run before.
        module.train().eval()
        # With gradients, because the fused attention of torch.nn hides its work from the counter without them.
        with _networks_code(), torch.enable_grad(), FakeTensorMode(allow_non_fake_inputs=True), counter:
            probe.run(torch.zeros(batch, 3, image_size, image_size, device=device))
        probes.append(probe)
    first, second = probes
    values: dict[fx.Node, Value] = {}
    for node in graph.nodes:
        ones, others = first.plain[node], second.plain[node]
        plain = None if ones is None or others is None else (ones[0], others[0])
        # A constant tensor made from a size that nobody can tell from the batch cannot be made again on both sides.
        source = node.op == "placeholder" and first.shapes[node] is not None
        tainted = any(values[feed].carries_picture for feed in node.all_input_nodes)
        unknown = any(_is_unknown(values[feed]) for feed in node.all_input_nodes)
        carries = source or (plain is None and (tainted or unknown))
        values[node] = Value(carries, first.shapes[node], plain, first.flops[node])
    return values


def _is_unknown(value: Value) -> bool:
    return value.plain is not None and not follows_batch(*value.plain)


def follows_batch(first: Any, second: Any) -> bool:
    """Whether a value that is no tensor is the same at every batch size, or a multiple of it."""
    if isinstance(first, tuple | list):
        return len(first) == len(second) and all(
            follows_batch(one, other) for one, other in zip(first, second, strict=True)
        )
    if isinstance(first, int) and not isinstance(first, bool) and first != second:
        return bool(first * PROBE_BATCHES[1] == second * PROBE_BATCHES[0])
    return bool(first == second)


def _holds_tensor(result: Any) -> bool:
    if isinstance(result, dict):
        return any(map(_holds_tensor, result.values()))
    if isinstance(result, tuple | list):
        return any(map(_holds_tensor, result))
    return isinstance(result, torch.Tensor)
