"""Group the cut points of a traced network by the network's own named parts: the borders between stages.

Knows graphs and names; builds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch.nn.functional as F
from torch import fx, nn

from tl_core.backbones.cuts import CutPoint, cut_points
from tl_core.backbones.stage import HEAD
from tl_core.backbones.tracing import Traced
from tl_core.backbones.units import Units

_DROPOUTS = (nn.Dropout, nn.Dropout2d, nn.AlphaDropout, nn.FeatureAlphaDropout, nn.Identity)


@dataclass(frozen=True, slots=True)
class Border:
    """The end of the stage called `name`, which gathers `units`; `cut` is None for the last stage."""

    name: str
    units: tuple[str, ...]
    cut: CutPoint | None


def borders(traced: Traced, units: Units, classifier: str) -> tuple[Border, ...]:
    """The finest grouping in which each stage ends at a cut point. Empty if the classifier is not in the graph."""
    owners = node_units(traced, units, classifier)
    order = list(dict.fromkeys(owners.values()))
    if not order or order[-1] != HEAD:
        return ()
    found: list[Border] = []
    gathered: list[str] = []
    for rank, unit in enumerate(order[:-1]):
        gathered.append(unit)
        cut = cut_after(traced, owners, order[: rank + 1])
        if cut is not None:
            found.append(Border(gathered[0], tuple(gathered), cut))
            gathered = []
    return (*found, Border(HEAD, (*gathered, HEAD), None))


def cut_after(traced: Traced, owners: dict[fx.Node, str], units: Sequence[str]) -> CutPoint | None:
    """The cut point between all that belongs to `units` and all that does not, if there is one."""
    before = [owners[node] in units for _, node in traced.carriers()]
    count = sum(before)
    if not count or not all(before[:count]):
        return None
    position = [position for position, _ in traced.carriers()][count - 1]
    return next((cut for cut in cut_points(traced) if cut.position == position), None)


def node_units(traced: Traced, units: Units, classifier: str) -> dict[fx.Node, str]:
    """For each node that carries the picture its unit; what lies between units (pooling) goes with the one before."""
    owners: dict[fx.Node, str] = {}
    head = _head_start(traced, classifier)
    current = ""
    waiting: list[fx.Node] = []
    for position, node in traced.carriers():
        own = HEAD if head is not None and position >= head else units.unit_of(traced.paths[node])
        if own:
            current = own
            owners.update((other, own) for other in waiting)
            waiting = []
        if current:
            owners[node] = current
        else:
            waiting.append(node)
    return owners


def _head_start(traced: Traced, classifier: str) -> int | None:
    """The classifier's position, or that of the dropouts right before it: those are the head's."""
    order = {node: position for position, node in enumerate(traced.nodes)}
    calls = [node for node in traced.nodes if node.op == "call_module" and node.target == classifier]
    if len(calls) != 1:
        return None
    start = calls[0]
    while _is_dropout(traced.root, start.all_input_nodes[0]) and len(start.all_input_nodes[0].users) == 1:
        start = start.all_input_nodes[0]
    return order[start]


def _is_dropout(root: nn.Module, node: fx.Node) -> bool:
    if node.op == "call_module":
        return isinstance(root.get_submodule(str(node.target)), _DROPOUTS)
    return node.target in (F.dropout, F.alpha_dropout, F.feature_alpha_dropout)


def without_small_steps(traced: Traced, found: Sequence[Border], image_size: int) -> tuple[Border, ...]:
    """Gather single layers (VGG's convolutions) until the picture gets smaller; blocks stay as they are."""
    kept: list[Border] = []
    gathered: list[str] = []
    before: tuple[int, ...] | None = (image_size, image_size)
    for border, following in pairwise([*found, None]):
        assert border is not None
        gathered.extend(border.units)
        size = _height_and_width(traced, border)
        same = size is not None and size == before
        if same and following is not None and _are_layers(traced.root, (*border.units, *following.units)):
            continue
        kept.append(Border(gathered[0], tuple(gathered), border.cut))
        gathered, before = [], size
    return tuple(kept)


def _height_and_width(traced: Traced, border: Border) -> tuple[int, ...] | None:
    shape = traced.values[border.cut.alive].shape if border.cut else None
    return shape[2:] if shape is not None and len(shape) == 4 else None


def _are_layers(root: nn.Module, units: Sequence[str]) -> bool:
    return all(unit != HEAD and not list(root.get_submodule(unit).children()) for unit in units)
