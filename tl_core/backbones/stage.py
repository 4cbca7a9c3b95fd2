"""One part of a network as a person sees it. Knows no network and no torch, so that the screen can hold it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

HEAD = "head"


@dataclass(frozen=True, slots=True)
class Stage:
    """`name` is what `--freeze` takes; `share` of the forward work, 0 to 1; `output_shape` of one picture."""

    name: str
    title: str
    parameters: int
    share: float
    output_shape: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "output_shape": list(self.output_shape)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Stage:
        return cls(**{**values, "output_shape": tuple(values["output_shape"])})
