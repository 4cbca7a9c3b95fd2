"""The network's own named parts: which submodules are the steps that a person would tell apart.

Knows modules and names only. No list of families: a container that holds most of the network's layers is opened, a
row of siblings (layer1, layer2, ...) is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch import nn

_DIGITS = re.compile(r"\d+")


class Units:
    """Answers for a dotted path to which unit it belongs; "" stands for no unit of its own."""

    def __init__(self, module: nn.Module, classifier: str) -> None:
        self._opened = {*_opened(module, classifier), *_ancestors(classifier)}
        self._names: dict[str, str] = {}
        for name in _children_of(module, self._opened):
            self._names[name] = name if _learns(module.get_submodule(name)) else ""

    def __iter__(self) -> Iterator[str]:
        """Every unit with parameters other than those of normalisation, in the order in which they were defined."""
        return (name for name in self._names.values() if name)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Every submodule at this depth, in the order of definition, with its unit ("" for a lone norm or pooling)."""
        yield from self._names.items()

    def unit_of(self, path: str) -> str:
        """The unit with parameters that `path` lies in; "" for what is done between units (pooling, positions)."""
        steps = path.split(".")
        for length in range(1, len(steps) + 1):
            name = ".".join(steps[:length])
            if name in self._names:
                return self._names[name]
        return ""


def _ancestors(path: str) -> Iterator[str]:
    """All containers that hold `path`, the network itself ("") first."""
    steps = path.split(".")
    return (".".join(steps[:length]) for length in range(len(steps)))


def _opened(module: nn.Module, classifier: str) -> Iterator[str]:
    """Go down while one child, that is not one of a row, holds at least half of the layers with parameters."""
    name = ""
    while True:
        yield name
        parent = module.get_submodule(name)
        children = [(f"{name}.{key}" if name else key, key, child) for key, child in parent.named_children()]
        children = [
            item for item in children if item[0] != classifier and not f"{classifier}.".startswith(item[0] + ".")
        ]
        layers = {path: _layers(child) for path, _, child in children}
        if not children or not sum(layers.values()):
            return
        path, key, _ = max(children, key=lambda item: layers[item[0]])
        row = sum(_row(key) == _row(other) for _, other, _ in children)
        if row > 1 or 2 * layers[path] < sum(layers.values()) or layers[path] < 2:
            return
        name = path


def _row(name: str) -> str:
    return _DIGITS.sub("#", name)


def _layers(module: nn.Module) -> int:
    return sum(1 for child in module.modules() if list(child.parameters(recurse=False)))


def _children_of(module: nn.Module, opened: set[str]) -> Iterator[str]:
    for name, _ in module.named_modules():
        parent = name.rpartition(".")[0]
        if name and name not in opened and parent in opened:
            yield name


def _learns(module: nn.Module) -> bool:
    """Whether it has parameters beside those of normalisation layers, which only follow the layer before them."""
    owners = [child for child in module.modules() if list(child.parameters(recurse=False))]
    return any("norm" not in type(owner).__name__.lower() for owner in owners)
