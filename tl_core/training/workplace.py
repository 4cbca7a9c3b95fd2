"""What short work beside a training is given: a cache, a decoder, a device, a clock, a wish to stop. Values alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tl_core.data.decoder import ItemDecoder
from tl_core.training.metrics import Clock
from tl_core.training.plan_values import DeviceFacts


@dataclass(frozen=True, slots=True)
class Workplace:
    """`precision` is the one a training on this device has, so that both find the same features."""

    cache: Path
    decoder: ItemDecoder
    device: DeviceFacts
    should_stop: Callable[[], bool]
    clock: Clock

    @property
    def precision(self) -> str:
        return "bf16" if self.device.native_bf16 else "fp32"
