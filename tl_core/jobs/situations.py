"""What an estimate starts from, for one dataset and one way to see it: facts, speeds, and what is made already.

Knows which rows a training would read and whether a worker waits; how an estimate is made of it, `forecast` knows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tl_core.caching.rows import RowRequest
from tl_core.config import PRETRAINED, RunConfig
from tl_core.training.estimate_values import Made, Speed

if TYPE_CHECKING:
    from tl_core.training.forecast import Sides

# From the press of the button to the worker's plan, where one waits with the network ready.
HANDING_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Situation:
    """`squares` and `features` are the rows of all pictures; the last one None where there are no such features.

    `process_seconds` and `staging_seconds` pass before the first picture where no worker waits.
    """

    sides: Sides
    speed: Speed
    squares: RowRequest
    features: RowRequest | None
    process_seconds: float
    staging_seconds: float

    def speed_now(self, settings: RunConfig, *, worker_waits: bool) -> Speed:
        """With the seconds before the first picture, as things are at the moment."""
        if not worker_waits:
            start = self.process_seconds + self.staging_seconds
        else:
            start = HANDING_SECONDS + (0.0 if is_ready_for(settings) else self.staging_seconds)
        return replace(self.speed, start_seconds=start)

    def made(self) -> Made:
        """The parts of the pictures that are decoded and understood by now. Copies of a picture are one row."""
        pictures = max(1, len(self.squares))
        read = 1.0 - self.squares.count_missing() / pictures
        seen = 0.0 if self.features is None else 1.0 - self.features.count_missing() / pictures
        return Made(read, seen)


def is_ready_for(settings: RunConfig) -> bool:
    """Whether a worker that waits has the network that these settings begin with (see `training.ready`)."""
    usual = RunConfig()
    same = (settings.backbone, settings.start, settings.weights) == (usual.backbone, PRETRAINED, "")
    return same and settings.image_size is None
