"""Run a graph on tensors without content; note whether each value carries the picture, its shape and its work.

Knows graphs; neither stages nor what anybody remembers of an earlier probe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import fx, nn

# Two batch sizes, neither 1 (which broadcasts): what differs between them grows with the batch.
PROBE_BATCHES = (2, 3)
# What a network's own code raises where it asks what is in its tensors, which neither a trace nor a probe can tell.
_ASKED = (fx.proxy.TraceError, TypeError, RuntimeError, ValueError, AttributeError, KeyError)


class UntraceableError(Exception):
    """The network's own code depends on what is in its tensors."""


@contextmanager
def networks_code() -> Iterator[None]:
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


class _Probe(fx.Interpreter):
    """Runs a graph node by node on tensors without content and notes each result and its work."""

    def __init__(self, module: nn.Module, graph: fx.Graph, flops: Callable[[], int]) -> None:
        super().__init__(module, graph=graph)
        self._flops_so_far = flops
        self.shapes: dict[fx.Node, tuple[int, ...] | None] = {}
        self.plain: dict[fx.Node, tuple[Any] | None] = {}
        self.flops: dict[fx.Node, int] = {}

    def run_node(self, n: fx.Node) -> Any:
        before = self._flops_so_far()
        result = super().run_node(n)
        self.flops[n] = self._flops_so_far() - before
        self.shapes[n] = tuple(result.shape) if isinstance(result, torch.Tensor) else None
        self.plain[n] = None if _holds_tensor(result) else (result,)
        return result


def probed(module: nn.Module, graph: fx.Graph, image_size: int) -> dict[fx.Node, Value]:
    """Raises UntraceableError where the network's own code asks what is in its tensors."""
    # Loaded here, for with it comes PyTorch's compiler, in a second: what is probed already needs neither.
    from torch._subclasses.fake_tensor import FakeTensorMode
    from torch.utils.flop_counter import FlopCounterMode

    device = next(module.parameters()).device
    probes = []
    for batch in PROBE_BATCHES:
        counter = FlopCounterMode(display=False)
        probe = _Probe(module, graph, counter.get_total_flops)
        # In eval, so that no running statistic moves; through train, so that nothing is left of the run before.
        module.train().eval()
        # With gradients, because the fused attention of torch.nn hides its work from the counter without them.
        with networks_code(), torch.enable_grad(), FakeTensorMode(allow_non_fake_inputs=True), counter:
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


def with_other_outputs(values: Mapping[fx.Node, Value], call: fx.Node, before: int, after: int) -> dict[fx.Node, Value]:
    """The values with `after` outputs of a Linear in place of `before`; its `call` is the graph's last step."""
    (output,) = call.users
    found, old = dict(values), values[call]
    shape = (*(old.shape or ())[:-1], after)
    found[call] = replace(old, shape=shape, flops=old.flops // before * after)
    found[output] = replace(found[output], shape=shape)
    return found


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
