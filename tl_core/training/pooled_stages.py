"""A network that says what every stage makes of a picture, pooled to one row of numbers, in one pass.

Knows graphs and shapes; neither pictures nor labels. Maps are averaged over space. Tokens are averaged, and the first
token (a transformer's class token, where it has one) stands beside the mean: which of the two reads better is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from tl_core.backbones.parts import FrozenPart
from tl_core.backbones.stage import HEAD, Stage
from tl_core.backbones.stages import StagedNetwork


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a stage's numbers lie in the row: one way to read it, or several of which the best is meant."""

    stage: str
    ways: tuple[slice, ...]


@dataclass(frozen=True, slots=True)
class PooledStages:
    """`part` gives (batch, width); the last `features` numbers are what the classifier reads, unchanged."""

    part: nn.Module
    readings: tuple[Reading, ...]
    features: int
    width: int


def pooled_stages(network: StagedNetwork) -> PooledStages:
    """Every stage but the head whose output is a tensor."""
    stages = [stage for stage in network.stages if stage.name != HEAD and stage.output_shape]
    readings, start = [], 0
    for stage in stages:
        widths = pooled_widths(stage.output_shape)
        readings.append(Reading(stage.name, slices(start, widths)))
        start += sum(widths)
    if network.has_cuts:
        return PooledStages(FrozenPart(telling_graph(network, stages)), tuple(readings), width_of(stages[-1]), start)
    listening = ListenedStages(network, stages)
    features = listening.classifier.in_features
    return PooledStages(listening, tuple(readings), features, start + features)


def telling_graph(network: StagedNetwork, stages: Sequence[Stage]) -> fx.GraphModule:
    """The network up to its classifier with what each stage leaves, pooled, as its one output."""
    whole = graph_up_to(network, stages[-1])
    graph, copies = fx.Graph(), dict[fx.Node, fx.Node]()
    graph.graph_copy(whole.graph, copies)
    named = {old.name: new for old, new in copies.items()}
    rows = []
    for stage in stages:
        node = named[last_node(graph_up_to(network, stage)).name]
        with graph.inserting_after(node):  # before a next step in place can write over it
            rows.append(graph.call_function(pooled, (node, is_channels_last(stage.output_shape))))
    graph.output(graph.call_function(torch.cat, (rows, 1)))
    graph.lint()
    return fx.GraphModule(whole, graph)


def graph_up_to(network: StagedNetwork, stage: Stage) -> fx.GraphModule:
    """Graphs cut further on begin with the same nodes under the same names."""
    graph = network.cut(stage.name, train=False)[0].scoring
    if not isinstance(graph, fx.GraphModule):
        raise TypeError(f"what leads to the stage {stage.name} is no graph")
    return graph


def last_node(graph: fx.GraphModule) -> fx.Node:
    found: list[fx.Node] = next(node for node in graph.graph.nodes if node.op == "output").all_input_nodes
    return found[0]


def pooled(value: Tensor, channels_last: bool) -> Tensor:
    """(batch, numbers) float32 of a stage's output: maps, tokens, or a row already."""
    if value.ndim == 4:
        return value.float().mean(dim=(1, 2) if channels_last else (2, 3))
    if value.ndim == 3:
        return torch.cat([value.float().mean(dim=1), value[:, 0].float()], dim=1)
    return value.float().flatten(1)


def pooled_widths(shape: Sequence[int]) -> tuple[int, ...]:
    """How many numbers each way of reading a stage has; `shape` is of one picture."""
    if len(shape) == 3:
        return (shape[-1] if is_channels_last(shape) else shape[0],)
    if len(shape) == 2:
        return shape[1], shape[1]
    return (int(torch.Size(shape).numel()),)


def width_of(stage: Stage) -> int:
    return sum(pooled_widths(stage.output_shape))


def is_channels_last(shape: Sequence[int]) -> bool:
    """Swin keeps (height, width, channels). Pictures are square here, so the odd one out is the channels."""
    return len(shape) == 3 and shape[0] == shape[1] != shape[2]


def slices(start: int, widths: Sequence[int]) -> tuple[slice, ...]:
    found = []
    for width in widths:
        found.append(slice(start, start + width))
        start += width
    return tuple(found)


class ListenedStages(nn.Module):
    """The same of a network that cannot be cut: listens at each named part, and before the classifier."""

    def __init__(self, network: StagedNetwork, stages: Sequence[Stage]) -> None:
        super().__init__()
        self.whole = network.whole(train=False)
        self.names = [*(stage.name for stage in stages), HEAD]
        self.heard: dict[str, Tensor] = {}
        for stage in stages:
            part: nn.Module = network.network.module.get_submodule(stage.name)
            part.register_forward_hook(self._listener(stage))
        classifier = network.network.module.get_submodule(network.network.classifier)
        if not isinstance(classifier, nn.Linear):
            raise TypeError(f"the classifier of {network.network.name} is {type(classifier).__name__}, not Linear")
        self.classifier = classifier
        classifier.register_forward_pre_hook(self._before_classifier)

    def forward(self, pictures: Tensor) -> Tensor:
        self.heard.clear()
        self.whole(pictures)
        return torch.cat([self.heard[name] for name in self.names], dim=1)

    def _listener(self, stage: Stage) -> Callable[..., None]:
        def listen(_part: nn.Module, _inputs: object, output: Tensor) -> None:
            self.heard[stage.name] = pooled(output, is_channels_last(stage.output_shape))

        return listen

    def _before_classifier(self, _classifier: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        self.heard[HEAD] = inputs[0].float().flatten(1)
