"""How much less the end of a network costs when it learns alone than within a pass through all of it.

Small maps stay in the processor's caches when no large ones come between: on two cores the last quarter of
EfficientNet-Lite0 takes two thirds of the time. Knows networks and clocks; `estimate_values` does the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch.nn.functional import cross_entropy

from tl_core.backbones.stages import StagedNetwork
from tl_core.training.engine import Engine
from tl_core.training.estimate_values import WITHIN, Alone

SHARE = 0.25  # of the time of learning, about which the end is cut off


def measured_alone(
    network: StagedNetwork, engine: Engine, seconds: Sequence[float], count: int, clock: Callable[[], float]
) -> Alone:
    """`seconds` of each stage to learn, within a pass of `count` pictures; the weights keep what they learn of it."""
    if not network.has_cuts or len(seconds) < 3 or sum(seconds) <= 0:
        return WITHIN
    shares = [sum(seconds[at:]) / sum(seconds) for at in range(1, len(seconds) - 1)]
    at = min(range(len(shares)), key=lambda place: abs(shares[place] - SHARE))
    before = network.stages[at]
    part = network.cut(before.name, train=True)[1].train()
    features = engine.place(torch.randn(count, *before.output_shape, generator=torch.Generator().manual_seed(0)))

    def one_pass() -> None:
        with torch.enable_grad(), engine.learning():
            logits = part(features)
        truth = torch.zeros(count, dtype=torch.int64, device=logits.device)
        cross_entropy(logits.float(), truth).backward()  # type: ignore[no-untyped-call]

    one_pass()
    begun = clock()
    one_pass()
    took = clock() - begun
    return Alone(shares[at], min(1.0, took / (shares[at] * sum(seconds))))
