"""What a network is fed, made where the network runs: pictures cropped, varied and normalised, and kept features.

To a graphics card only uint8 squares travel, a quarter of the bytes, and the program waits for none of it: while the
card computes one step, or one batch of features, a thread reads the next one's rows from the disk and sends them on a
stream of their own; two batches at most are on their way. The exception is the end of a batch of features, which are
fetched from the card to be kept. Pictures that every step asks for stay in the card's memory where all of them together
take up to a quarter of what is free there (`automatic_device`); kept features and passes that come once hold nothing.
Knows neither steps nor labels.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from tl_core.data.tensors import normalised, scale_rows
from tl_core.training.augment import STRENGTHS, Flips, draws, picture_number, varied
from tl_core.training.device_rows import DeviceRows
from tl_core.training.engine import as_numbers
from tl_core.training.pictures import Positions, TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.prefix import Kept
from tl_core.training.sending import sent

VARIED_AT_ONCE = 128  # views of a large step: their pixels as 32-bit numbers take 100 MB, with what leads there 300
ViewFeed = Callable[[Positions, Positions], Tensor]


def feeding_device(device: str) -> str:
    """Where input is made: on CUDA's cards. Apple's lack some of what views are made with, so a processor does it."""
    return "cuda" if device == "cuda" else "cpu"


class DevicePictures:
    """Pictures of a run as a network's input; owns their rows on the device."""

    def __init__(self, plan: TrainingPlan, data: TrainingData) -> None:
        device = feeding_device(plan.device)
        self.rows, self._reads_ahead = DeviceRows(data.squares, device), device != "cpu"
        self._plan, self._hashes = plan, data.content_hashes
        self._mean, self._deviation = (sent(own, device) for own in scale_rows(plan.preprocessing))

    def __call__(self, positions: Positions) -> Tensor:
        """Unchanged: the centre of each square."""
        size, crop = self._plan.preprocessing.resize_size, self._plan.preprocessing.image_size
        start = (size - crop) // 2
        return self._normalised(self.rows[positions][:, start : start + crop, start : start + crop].contiguous())

    def expect(self, positions: Positions) -> None:
        """The pictures of the next step. A processor is busy enough: it reads them when they are asked for."""
        if self._reads_ahead:
            self.rows.expect(positions)

    def views(self, *, mirror: bool) -> ViewFeed:
        """Pictures in the views of these numbers, as the plan varies them."""
        plan = self._plan
        if plan.augment == "none":
            return lambda positions, _views: self(positions)
        pictures = np.array([picture_number(content) for content in self._hashes], dtype=np.int64)
        strength, flips = STRENGTHS[plan.augment], Flips(mirror, upside_down=plan.flips == "both")

        def feed(positions: Positions, views: Positions) -> Tensor:
            numbers = draws(plan.seed, views.tolist(), pictures[positions].tolist())
            squares, size, seen = self.rows[positions], plan.preprocessing.image_size, []
            for start in range(0, len(positions), VARIED_AT_ONCE):
                some = slice(start, start + VARIED_AT_ONCE)
                seen.append(self._normalised(varied(squares[some], numbers[some], strength, size=size, flips=flips)))
            return seen[0] if len(seen) == 1 else torch.cat(seen)

        return feed

    def _normalised(self, pixels: Tensor) -> Tensor:
        return normalised(pixels, self._mean, self._deviation)


class DeviceFeatures:
    """Kept features as the network's second part takes them; owns their rows on the device."""

    def __init__(self, plan: TrainingPlan, kept: Kept) -> None:
        device = feeding_device(plan.device)
        self._rows, self._kept, self._reads_ahead = DeviceRows(kept.rows, device), kept, device != "cpu"

    def __call__(self, positions: Positions) -> Tensor:
        return as_numbers(self._rows[self._kept.places(positions)])

    def expect(self, positions: Positions) -> None:
        """The pictures of the next step, as for `DevicePictures`."""
        if self._reads_ahead:
            self._rows.expect(self._kept.places(positions))
