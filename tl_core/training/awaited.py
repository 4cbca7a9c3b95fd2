"""Choices that the engine cannot carry out yet: refused in words instead of passed over. Knows names and values."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tl_core.config import RunConfig

# Each leaves this list with the code that carries it out.
AWAITED: dict[str, tuple[Any, ...]] = {
    "used_in": ("same",),
    "group_by": (),
    "part": (),
}


def not_yet(config: RunConfig) -> list[str]:
    """A sentence for each choice that would have no effect."""
    usual = {field.name: field.default for field in fields(RunConfig)}
    given = {name: getattr(config, name) for name in usual}
    return [
        f"{name} is '{given[name]}', which this version cannot do yet; leave it out."
        for name, harmless in AWAITED.items()
        if given[name] not in (usual[name], *harmless)
    ]
