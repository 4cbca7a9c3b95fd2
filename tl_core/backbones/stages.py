"""The stages of a network that a person sees and freezes, and the network parted after any of them.

Found by tracing (`tracing`), cut points (`cuts`) and the network's own names (`units`, `grouping`), never by a table
of families. Knows nothing about training.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from torch import nn

from tl_core.backbones.build import Network
from tl_core.backbones.contents import Contents, contents_of
from tl_core.backbones.cuts import CutPoint, copy_part, cut_points
from tl_core.backbones.grouping import Border, borders, cut_after, node_units, without_small_steps
from tl_core.backbones.network import replace_head
from tl_core.backbones.parts import FrozenPart, TrainablePart
from tl_core.backbones.stage import Stage
from tl_core.backbones.tracing import Traced, UntraceableError, trace, with_outputs
from tl_core.backbones.uncut import uncut_contents
from tl_core.backbones.units import Units
from tl_core.errors import ConfigError


class StagedNetwork:
    """A network seen as stages, the head last. Parts share the very parameters and buffers of `network.module`.

    Move the module to its device before staging: `.to` afterwards would leave constants of the graphs behind.
    """

    def __init__(self, network: Network, contents: Sequence[Contents], scoring: Traced | None) -> None:
        self.network = network
        self.stages: tuple[Stage, ...] = tuple(content.stage for content in contents)
        self._contents = tuple(contents)
        self._scoring = scoring
        self._units = Units(network.module, network.classifier)

    @property
    def has_cuts(self) -> bool:
        """Whether the network can be parted after a stage, so that a frozen prefix can be computed once."""
        return self._scoring is not None

    def read_directly(self) -> frozenset[str]:
        """Parameters that the network takes out of their layers instead of calling these: graphs hold them themselves.

        What is put in such a parameter's place in its layer, no part of the network would see.
        """
        nodes = () if self._scoring is None else self._scoring.nodes
        return frozenset(str(node.target) for node in nodes if node.op == "get_attr")

    def parameter_names(self, stage_name: str) -> tuple[str, ...]:
        """The stage's parameters under the names of `network.module.named_parameters()`."""
        return self._contents[self._index(stage_name)].parameters

    def module_names(self, stage_name: str) -> tuple[str, ...]:
        """The stage's submodules, none inside another, under the names of `network.module.named_modules()`."""
        return self._contents[self._index(stage_name)].modules

    def cut(
        self, stage_name: str, *, train: bool, frozen: Iterable[str] = ()
    ) -> tuple[FrozenPart, FrozenPart | TrainablePart]:
        """The network up to and with `stage_name`, and the rest; before the head the first gives (batch, features).

        The prefix stays in eval mode for good. With `train=True` the suffix begins in train mode (dropout acts) and
        `.eval()` takes it to its scoring graph; `frozen` are stages of the suffix that stay in eval mode all the same.
        Raises ConfigError for an unknown stage, for the head, and for a network without cut points.
        """
        index = self._index(stage_name)
        if index == len(self.stages) - 1:
            raise ConfigError(
                f"Nothing comes after '{stage_name}'.", f"Cut after one of {self._names(self.stages[:-1])}."
            )
        if self._scoring is None:
            raise ConfigError(f"'{self.network.name}' cannot be parted after '{stage_name}': it has no cut points.")
        start = self._cut_point(self._scoring, index)
        prefix = FrozenPart(copy_part(self._scoring, None, start))
        scoring = copy_part(self._scoring, start, None)
        if not train:
            return prefix, FrozenPart(scoring)
        kept = self._frozen_modules([*(stage.name for stage in self.stages[: index + 1]), *frozen])
        traced = self._traced(kept)
        training = copy_part(traced, self._cut_point(traced, index), None)
        return prefix, TrainablePart(training, scoring, self._submodules(kept))

    def whole(self, *, train: bool, frozen: Iterable[str] = ()) -> FrozenPart | TrainablePart:
        """The whole network; with `train=True` in train mode but for the `frozen` stages, which stay in eval mode."""
        module = self.network.module
        scoring = module if self._scoring is None else copy_part(self._scoring, None, None)
        if not train:
            return FrozenPart(scoring)
        kept = self._frozen_modules(frozen)
        training = module if self._scoring is None else copy_part(self._traced(kept), None, None)
        return TrainablePart(training, scoring, self._submodules(kept))

    def up_to(self, stage_name: str, fits: Callable[[tuple[int, ...]], bool]) -> FrozenPart | None:
        """The network up to the last cut point of this stage whose output for one picture has a shape that `fits`.

        None where there is no such point, or the network has no cut points at all.
        """
        units = self._contents[self._index(stage_name)].units
        if self._scoring is None:
            return None
        owners = node_units(self._scoring, self._units, self.network.classifier)
        for cut in reversed(cut_points(self._scoring)):
            shape = self._scoring.values[cut.alive].shape
            if owners.get(self._scoring.nodes[cut.position]) in units and shape is not None and fits(shape[1:]):
                return FrozenPart(copy_part(self._scoring, None, cut))
        return None

    def for_classes(self, num_classes: int) -> StagedNetwork:
        """The same module with a new random head, as if it had been staged with it; this object is of no use after."""
        network, scoring = self.network, self._scoring
        before = network.module.get_submodule(network.classifier)
        replace_head(network.module, network.classifier, num_classes)
        network.module.eval()
        values = None if scoring is None else with_outputs(scoring, before, network.classifier, num_classes)
        if scoring is None or values is None:
            return stage_network(network)
        traced = replace(scoring, values=values)
        last = len(self._contents) - 1
        found = [
            Border(content.stage.name, content.units, None if at == last else self._cut_point(traced, at))
            for at, content in enumerate(self._contents)
        ]
        return StagedNetwork(network, contents_of(traced, found, self._units, network.classifier), traced)

    def _traced(self, frozen: tuple[str, ...]) -> Traced:
        size = self.network.preprocessing.image_size
        return trace(self.network.module, size, train=True, frozen=frozen, like=self._scoring)

    def _cut_point(self, traced: Traced, index: int) -> CutPoint:
        owners = node_units(traced, self._units, self.network.classifier)
        units = [unit for content in self._contents[: index + 1] for unit in content.units]
        cut = cut_after(traced, owners, units)
        if cut is None:
            raise ConfigError(f"'{self.network.name}' cannot be parted after '{self.stages[index].name}'.")
        return cut

    def _frozen_modules(self, stage_names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for stage_name in stage_names for name in self.module_names(stage_name))

    def _submodules(self, names: Iterable[str]) -> list[nn.Module]:
        return [self.network.module.get_submodule(name) for name in names]

    def _index(self, stage_name: str) -> int:
        names = [stage.name for stage in self.stages]
        if stage_name in names:
            return names.index(stage_name)
        near = difflib.get_close_matches(stage_name, names, n=1)
        raise ConfigError(
            f"'{self.network.name}' has no stage called '{stage_name}'."
            + (f" Did you mean '{near[0]}'?" if near else ""),
            f"Its stages are {self._names(self.stages)}.",
        )

    @staticmethod
    def _names(stages: Sequence[Stage]) -> str:
        return ", ".join(stage.name for stage in stages)


def stage_network(network: Network) -> StagedNetwork:
    """Find the network's stages. One that cannot be traced or cut gets its named parts and `has_cuts` False."""
    module, size = network.module, network.preprocessing.image_size
    try:
        scoring = trace(module, size, train=False, classifier=network.classifier)
        training = trace(module, size, train=True, like=scoring)
    except UntraceableError:
        return StagedNetwork(network, uncut_contents(network), None)
    units = Units(module, network.classifier)
    found = _cut_in_both(borders(scoring, units, network.classifier), training, units, network.classifier)
    found = without_small_steps(scoring, found, size)
    if len(found) < 2:
        return StagedNetwork(network, uncut_contents(network), None)
    return StagedNetwork(network, contents_of(scoring, found, units, network.classifier), scoring)


def _cut_in_both(found: Iterable[Border], training: Traced, units: Units, classifier: str) -> tuple[Border, ...]:
    """Only the borders that the graph of training has too; the stages on both sides of any other become one."""
    owners = node_units(training, units, classifier)
    kept: list[Border] = []
    gathered: list[str] = []
    before: list[str] = []
    for border in found:
        gathered.extend(border.units)
        before.extend(border.units)
        if border.cut is None or cut_after(training, owners, before) is not None:
            kept.append(Border(border.name if border.cut is None else gathered[0], tuple(gathered), border.cut))
            gathered = []
    return tuple(kept)
