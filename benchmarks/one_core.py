"""How well one core is used by each way to run a network's part: pictures and products by the process's own clock.

That clock stands still while others have the core, so these figures hold on a busy machine too. Knows no cache.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import nn

from tl_core.engines.choosing import TORCH, noise
from tl_core.engines.running import fast_part
from tl_core.engines.task import Task
from tl_core.engines.torch_part import TorchPart
from tl_core.processes import cpu_count
from tl_core.training.device import use_threads

SIDE, BATCH, ROUNDS = 1024, 16, 4
KINDS: Mapping[str, torch.dtype] = {"fp32": torch.float32, "bf16": torch.bfloat16}


def measure_core(part: nn.Module, image_size: int, engine: str, gigaflops_a_picture: float) -> dict[str, Any]:
    """Pictures a second of one core, and the share of what its products reach in the same precision."""
    use_threads(1)
    try:
        pictures = noise(image_size, BATCH).contiguous(memory_format=torch.channels_last)
        ways: dict[str, tuple[str, nn.Module, torch.Tensor]] = {
            "PyTorch as it comes": ("fp32", part, pictures.contiguous()),
            "PyTorch, folded, bf16": ("bf16", TorchPart(part, "bf16"), pictures),
        }
        for precision in ("bf16", "fp32"):
            made = fast_part(part, Task(image_size, precision, "cpu", 1), engine)
            if made.engine != TORCH:
                ways[f"{made.engine}, {precision}"] = (precision, made.module, pictures)
        with torch.inference_mode():
            products = {name: product_gigaflops(kind) for name, kind in KINDS.items()}
            rates = {name: BATCH / seconds(partial(module, given)) for name, (_, module, given) in ways.items()}
    finally:
        use_threads(cpu_count())
    return {
        "gigaflops": {name: round(value, 1) for name, value in products.items()},
        "images_per_second": {name: round(rate, 1) for name, rate in rates.items()},
        "share_of_products": {
            name: round(rate * gigaflops_a_picture / products[ways[name][0]], 3) for name, rate in rates.items()
        },
    }


def product_gigaflops(kind: torch.dtype) -> float:
    left, right = torch.randn(2, SIDE, SIDE).to(kind)
    return 2 * SIDE**3 / 1e9 / seconds(partial(torch.matmul, left, right))


def seconds(work: Callable[[], Any]) -> float:
    """Of this process alone, the least of several rounds."""
    found = []
    for _ in range(ROUNDS + 1):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found[1:])
