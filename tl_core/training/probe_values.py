"""What each depth of a network already knows about a person's pictures, as values. Knows no torch and no network.

Screens poll these while they are found out; `training.probe` finds them out.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

# "paused" waits for something more urgent; "stopped" was taken back; "failed" says why in `message` and `hint`.
HintState = Literal["waiting", "running", "paused", "done", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class StageReading:
    """How often a head on this stage's output was right: "readable from here: about 76 %".

    Each picture was judged by a head fitted without it and without its near-duplicates. `low` and `high` are the 95 %
    Wilson interval over `images` pictures. It is a hint of what is readable there, not what training will reach.
    """

    name: str
    accuracy: float
    low: float
    high: float
    images: int


@dataclass(frozen=True, slots=True)
class Probe:
    """The readings of one network's stages, in their order, the head left out; empty until they are known.

    `phase` is "reading", "features" or "head"; `done` of its `total` pictures or stages. `images` are judged; where
    `images_in_all` is more, they are a seeded sample with each class's share. `baseline` is the accuracy of always
    answering `baseline_class`.
    """

    backbone: str
    state: HintState
    phase: str = ""
    done: int = 0
    total: int = 0
    images: int = 0
    images_in_all: int = 0
    stages: tuple[StageReading, ...] = ()
    baseline: float | None = None
    baseline_class: str = ""
    message: str = ""
    hint: str = ""

    @property
    def is_sample(self) -> bool:
        return self.images < self.images_in_all

    def to_dict(self) -> dict[str, Any]:
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {**values, "stages": [dataclasses.asdict(stage) for stage in self.stages]}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Probe:
        """Passes over fields that it does not know."""
        names = {field.name for field in dataclasses.fields(cls)}
        known = {name: value for name, value in values.items() if name in names}
        known["stages"] = tuple(StageReading(**stage) for stage in values.get("stages", ()))
        return cls(**known)


@dataclass(frozen=True, slots=True)
class NetworkHint:
    """One network on the chart that compares them: what its last stage reads, against what an epoch costs here.

    `accuracy`, `low`, `high` are None until they are probed; `epoch_seconds` (with the later layers training, as the
    preset "better" has them, so that networks compare) and `first_model_seconds` until it is measured on this machine.
    """

    backbone: str
    simple: str  # tiny, quick, balanced, strong; "" for a chosen one that is none of the four
    state: HintState
    done: int = 0
    total: int = 0
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    images: int = 0
    epoch_seconds: float | None = None
    first_model_seconds: float | None = None
    message: str = ""

    def to_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> NetworkHint:
        names = {field.name for field in dataclasses.fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})
