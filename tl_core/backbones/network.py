"""A network as the rest of Thaw knows it: a module, the layer that answers, how a picture becomes its input."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn

from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Network:
    """`name` is one that builds it again without its weights; `classifier` the dotted path of its last Linear.

    `origin` is the chain of what its weights learned from, the first first; `told` are sentences for the person.
    """

    name: str
    module: nn.Module
    classifier: str
    preprocessing: Preprocessing
    origin: tuple[dict[str, Any], ...] = ()
    told: tuple[str, ...] = ()


def classifier_of(name: str, module: Any) -> str:
    """The dotted path of the one Linear that gives the answer. Raises ConfigError where it is something else."""
    answering = module.get_classifier() if hasattr(module, "get_classifier") else module
    within = set(answering.modules()) if isinstance(answering, nn.Module) else set()
    paths = [path for path, child in module.named_modules() if child in within and isinstance(child, nn.Linear)]
    if not paths:
        raise ConfigError(
            f"'{name}' does not end in one linear layer, so its head cannot be replaced.", "Choose another backbone."
        )
    path: str = paths[-1]
    return path


def replace_head(module: nn.Module, path: str, num_classes: int) -> None:
    """A new random Linear at `path` for other classes."""
    old = module.get_submodule(path)
    assert isinstance(old, nn.Linear)
    module.set_submodule(path, nn.Linear(old.in_features, num_classes, bias=True))
