"""What an estimate starts from, for one dataset and one way to see it: facts, speeds, and what is made already.

Knows the disk's room and whether a worker waits; how an estimate is made of it, `forecast` knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tl_core.caching.limits import cache_limit, free_bytes, kept_files
from tl_core.config import PRETRAINED, RunConfig
from tl_core.training.estimate_disk import Room
from tl_core.training.estimate_values import Speed
from tl_core.training.made import Look

if TYPE_CHECKING:
    from tl_core.training.forecast import Sides

# From the press of the button to the worker's plan, where one waits with the network ready.
HANDING_SECONDS = 0.3
# From the first model to the end of a run that finds everything made: its model is written (`benchmarks.first_model`).
ENDING_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Situation:
    """`look` looks around anew, and then tells what each plan finds made.

    `process_seconds` and `staging_seconds` pass before the first picture where no worker waits.
    """

    sides: Sides
    speed: Speed
    look: Callable[[], Look]
    process_seconds: float
    staging_seconds: float

    def speed_now(self, settings: RunConfig, *, worker_waits: bool) -> Speed:
        """With the seconds before the first picture, as things are at the moment, and those at the end."""
        if not worker_waits:
            start = self.process_seconds + self.staging_seconds
        else:
            start = HANDING_SECONDS + (0.0 if is_ready_for(settings) else self.staging_seconds)
        return replace(self.speed, start_seconds=start, end_seconds=ENDING_SECONDS)


def room_in(cache: Path) -> Room:
    """What the disk has for new rows now."""
    older = sum(item.size for item in kept_files(cache))
    return Room(free_bytes(cache), older, cache_limit(cache).bytes)


def is_ready_for(settings: RunConfig) -> bool:
    """Whether a worker that waits has the network that these settings begin with (see `training.ready`)."""
    usual = RunConfig()
    same = (settings.backbone, settings.start, settings.weights) == (usual.backbone, PRETRAINED, "")
    return same and settings.image_size is None
