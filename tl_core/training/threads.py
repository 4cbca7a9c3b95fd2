"""How many threads compute: one for each core, unless others keep the cores busy and fewer are faster just now.

Threads that share one computation wait for the slowest of them, so on a busy machine two can be many times slower than
one. Knows no network: products and maxima of a fixed size stand for its layers.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import torch

from tl_core.processes import is_busy

CLEARLY = 1.3  # times faster; otherwise all cores stay in use, for others may be done soon
ROUNDS, LAYERS, SIDE = 3, 4, 256


def choose_threads(
    cores: int, busy: Callable[[], bool] = is_busy, seconds_with: Callable[[int], float] | None = None
) -> tuple[int, str]:
    """The number of threads, and why; `seconds_with` says what some work takes with so many."""
    if cores == 1:
        return 1, "One thread: there is one core for this program."
    if not busy():
        return cores, f"{cores} threads, one for each core that this program may use."
    measure = seconds_with or work_seconds
    candidates = sorted({1, max(1, cores // 2), cores})
    took = {count: [0.0] * ROUNDS for count in candidates}
    for turn in range(ROUNDS):  # one after the other, so that a short burst of others meets them all
        for count in candidates:
            took[count][turn] = measure(count)
    usual = {count: statistics.median(times) for count, times in took.items()}
    best = min(candidates, key=lambda count: usual[count])
    faster = usual[cores] / max(usual[best], 1e-9)
    if faster < CLEARLY:
        return cores, f"{cores} threads: other programs are busy, too, but fewer threads are no faster just now."
    return best, (
        f"Threads: {best} of {cores} possible ones, because other programs keep the cores busy and so it is "
        f"{faster:.1f} times as fast just now."
    )


def work_seconds(threads: int) -> float:
    """Of a little work like that of layers; the number of threads is as it was afterwards."""
    before, values = torch.get_num_threads(), torch.ones(SIDE, SIDE)
    torch.set_num_threads(threads)
    try:
        torch.relu(values @ values)
        started = time.perf_counter()
        with torch.inference_mode():
            for _ in range(LAYERS):
                torch.relu(values @ values)
        return time.perf_counter() - started
    finally:
        torch.set_num_threads(before)
