"""What a process takes of the memory before anything learns in it: the constants were measured, the rest is counted.

Knows no picture and no clock. The constants are the highest that runs with EfficientNet-Lite0 took on a processor, less
what is counted; `benchmarks.forecast` compares the sums with runs.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from tl_core.engines.choosing import TORCH
from tl_core.training.estimate_values import BYTES_A_NUMBER, StageSpeed

# A fresh process with torch and timm, before a network is in it: much of a torch with CUDA is its libraries, mapped
# also where there is no such card (Debian, torch 2.15).
PROCESS_BYTES = 660e6 if torch.version.cuda else 450e6
# Another engine's libraries, and what lies about while it compiles the frozen part and is compared with torch.
ENGINE_BYTES = 250e6
# What torch and its kernels hold ready from the first step backwards on.
LEARNING_BYTES = 250e6
# The network itself and its fast copies in 16 and in 32 bits.
COPIES_IN_MEMORY = 4.0
# Of what a picture leaves for the way back, so much is in memory at once where there is no way back.
ANSWERING_SHARE, ANSWERED_AT_ONCE = 0.25, 32


def base_bytes(stages: Sequence[StageSpeed], frozen_engine: str) -> float:
    """Of a process that computes features: everything but what learning adds."""
    answering = ANSWERING_SHARE * ANSWERED_AT_ONCE * sum(stage.kept_bytes for stage in stages)
    copies = COPIES_IN_MEMORY * BYTES_A_NUMBER * sum(stage.parameters for stage in stages)
    return PROCESS_BYTES + (0.0 if frozen_engine == TORCH else ENGINE_BYTES) + copies + answering
