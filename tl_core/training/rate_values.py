"""The curve of a learning-rate range test as values, and what can be read from it. Knows no torch.

Method: Smith, "Cyclical learning rates for training neural networks" (arXiv 1506.01186), section 3.3.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from tl_core.training.probe_values import HintState


@dataclass(frozen=True, slots=True)
class RatePoint:
    """After a step with `rate`: the batch's training loss, and the same smoothed over the steps before."""

    rate: float
    loss: float
    smoothed: float


@dataclass(frozen=True, slots=True)
class RateCurve:
    """A test under way or done. `suggestion` is None until it is done; `reason` says how it was read from the curve."""

    state: HintState
    done: int = 0
    total: int = 0
    points: tuple[RatePoint, ...] = ()
    suggestion: float | None = None
    reason: str = ""
    message: str = ""
    hint: str = ""

    def to_dict(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "points": [dataclasses.asdict(point) for point in self.points]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RateCurve:
        names = {field.name for field in dataclasses.fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        known["points"] = tuple(RatePoint(**point) for point in values.get("points", ()))
        return cls(**known)
