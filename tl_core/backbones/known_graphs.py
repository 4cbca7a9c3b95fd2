"""What a probe found in the graphs of the networks that come with Thaw: the first model need not wait for it again.

A graph is known by all its steps and their modules, so a library that builds a network in another way is probed anew.
`python -m scripts.known_graphs` writes the table; a test holds it to what a probe finds. Knows no stage.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import fx, nn

from tl_core.backbones.probing import PROBE_BATCHES, Value, with_other_outputs

TABLE = Path(__file__).with_name("known_graphs.json")
VERSION = 1  # of what a probe notes


def known_values(module: nn.Module, graph: fx.Graph, image_size: int, classifier: str) -> dict[fx.Node, Value] | None:
    """What each node gives, or None where nobody knows. `classifier` may have any number of outputs."""
    found = table().get(mark_of(module, graph, image_size, classifier))
    if found is None:
        return None
    nodes = tuple(graph.nodes)
    rows = (Value(bool(carries), shape and tuple(shape), None, flops) for carries, shape, flops in found["values"])
    values = dict(zip(nodes, rows, strict=True))
    (call,) = calls_of(graph, classifier)
    return with_other_outputs(values, call, found["outputs"], linear_of(module, classifier).out_features)


def mark_of(module: nn.Module, graph: fx.Graph, image_size: int, classifier: str) -> str:
    """Equal for graphs whose values are equal but for the number of outputs; "" where that cannot be told."""
    if not isinstance(linear_of(module, classifier), nn.Linear):
        return ""
    calls = calls_of(graph, classifier)
    if len(calls) != 1 or [user.op for user in calls[0].users] != ["output"]:
        return ""
    steps = [
        [node.op, node.name, told(module, node, classifier), str(node.args), str(node.kwargs)] for node in graph.nodes
    ]
    text = json.dumps([VERSION, PROBE_BATCHES, image_size, steps])
    return hashlib.sha256(text.encode()).hexdigest()


def told(module: nn.Module, node: fx.Node, classifier: str) -> str:
    """What a step does, with everything that the shape of its result depends on."""
    if node.op == "call_module":
        part = module.get_submodule(str(node.target))
        return f"Linear from {part.in_features}" if node.target == classifier else repr(part)
    if node.op == "get_attr":
        owner, _, name = str(node.target).rpartition(".")
        tensor = getattr(module.get_submodule(owner), name)
        return f"{tuple(tensor.shape)} {tensor.dtype}" if isinstance(tensor, torch.Tensor) else repr(tensor)
    if callable(node.target):
        return f"{getattr(node.target, '__module__', '')}.{getattr(node.target, '__qualname__', repr(node.target))}"
    return str(node.target)


def calls_of(graph: fx.Graph, classifier: str) -> list[fx.Node]:
    return [node for node in graph.nodes if node.op == "call_module" and node.target == classifier]


def linear_of(module: nn.Module, classifier: str) -> Any:
    return module.get_submodule(classifier) if classifier else None


@cache
def table() -> dict[str, Any]:
    """{mark: {"network", "outputs", "values": [[carries the picture, shape, work], ...]}}"""
    try:
        found: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found
