"""What belongs to each stage of a traced network: parameters, submodules, work and shape, and the value a person sees.

Knows graphs and borders; decides nothing about where the borders are (`grouping`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import fx, nn

from tl_core.backbones.grouping import Border, node_units
from tl_core.backbones.stage import HEAD, Stage
from tl_core.backbones.titles import HEAD_TITLE, titles
from tl_core.backbones.tracing import Traced
from tl_core.backbones.units import Units


@dataclass(frozen=True, slots=True)
class Contents:
    """A stage and, under the network's own names, what it is made of."""

    stage: Stage
    units: tuple[str, ...]
    parameters: tuple[str, ...]
    modules: tuple[str, ...]


def contents_of(traced: Traced, found: Sequence[Border], units: Units, classifier: str) -> tuple[Contents, ...]:
    """One Contents a border, in order; every parameter of the network is in exactly one."""
    owners = node_units(traced, units, classifier)
    index_of = {unit: index for index, border in enumerate(found) for unit in border.units}
    nodes: list[list[fx.Node]] = [[] for _ in found]
    for _, node in traced.carriers():
        nodes[index_of[owners[node]]].append(node)
    parameters = _parameters(traced, nodes, index_of, units)
    sizes = {name: parameter.numel() for name, parameter in traced.root.named_parameters()}
    work = [sum(traced.values[node].flops for node in own) for own in nodes]
    names = [*titles(len(found) - 1), HEAD_TITLE]
    return tuple(
        Contents(
            Stage(
                name=border.name,
                title=title,
                parameters=sum(sizes[name] for name in parameters[index]),
                share=work[index] / (sum(work) or 1),
                output_shape=_output_shape(traced, border),
            ),
            units=border.units,
            parameters=parameters[index],
            modules=_modules(border, nodes[index]),
        )
        for index, (border, title) in enumerate(zip(found, names, strict=True))
    )


def _output_shape(traced: Traced, border: Border) -> tuple[int, ...]:
    if border.cut is not None:
        return (traced.values[border.cut.alive].shape or ())[1:]
    (result,) = traced.nodes[-1].all_input_nodes
    return (traced.values[result].shape or ())[1:]


def _parameters(
    traced: Traced, nodes: Sequence[Sequence[fx.Node]], index_of: dict[str, int], units: Units
) -> tuple[tuple[str, ...], ...]:
    names = {id(parameter): name for name, parameter in traced.root.named_parameters()}
    owner: dict[str, int] = {}
    for index, own in enumerate(nodes):
        for node in own:
            for parameter in _read_by(traced, node):
                owner.setdefault(names[id(parameter)], index)
    last = len(nodes) - 2
    for name in names.values():
        # Never used in a forward pass (a mask token of pretraining): with the unit it lies in, or with the backbone.
        owner.setdefault(name, index_of.get(units.unit_of(name), last))
    return tuple(tuple(name for name in names.values() if owner[name] == index) for index in range(len(nodes)))


def _read_by(traced: Traced, node: fx.Node) -> Iterator[nn.Parameter]:
    """The parameters of the module a node calls, and those it reads directly or through what is made of them."""
    if node.op == "call_module":
        yield from traced.root.get_submodule(str(node.target)).parameters()
    if node.op == "get_attr":
        found = _attribute(traced.root, str(node.target))
        if isinstance(found, nn.Parameter):
            yield found
    for feed in node.all_input_nodes:
        if not traced.values[feed].carries_picture:
            yield from _read_by(traced, feed)


def _attribute(root: nn.Module, path: str) -> object:
    parent, _, name = path.rpartition(".")
    return getattr(root.get_submodule(parent), name)


def _modules(border: Border, nodes: Sequence[fx.Node]) -> tuple[str, ...]:
    """The units whole (drop-path inside them is no node of its own), and what is called between them."""
    own = [unit for unit in border.units if unit != HEAD]
    called = [str(node.target) for node in nodes if node.op == "call_module"]
    between = [name for name in called if not any(f"{name}.".startswith(f"{unit}.") for unit in own)]
    return tuple(dict.fromkeys([*own, *between]))
