"""One head in closed form on made-up features in a process of its own: its seconds and its memory, as JSON.

`python -m benchmarks.heads_alone ROWS WIDTH CLASSES`; a part of `benchmarks.heads`, which records it.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import psutil
from numpy.typing import NDArray

from tl_core.training.device import device_facts, use_threads
from tl_core.training.heads import fit_ridge_head

LOOK_SECONDS = 0.01

Features = NDArray[np.float32]
Labels = NDArray[np.int64]


def made_up(count: int, width: int, classes: int) -> tuple[Features, Labels]:
    """Features above 0 whose classes are far enough apart to be told."""
    numbers = np.random.default_rng(0)
    labels = numbers.integers(0, classes, count)
    features = numbers.standard_normal((count, width), dtype=np.float32)
    features += 0.2 * numbers.standard_normal((classes, width), dtype=np.float32)[labels]
    return np.maximum(features, 0, out=features), labels


def watched(work: Callable[[], object]) -> tuple[float, float, float]:
    """Seconds, the processor's seconds for this process, and by how many megabytes at most it grew meanwhile."""
    process, done = psutil.Process(), threading.Event()
    before = most = process.memory_info().rss

    def look() -> None:
        nonlocal most
        while not done.wait(LOOK_SECONDS):
            most = max(most, process.memory_info().rss)

    looking = threading.Thread(target=look)
    looking.start()
    started, used = time.perf_counter(), time.process_time()
    try:
        work()
    finally:
        seconds, used = time.perf_counter() - started, time.process_time() - used
        done.set()
        looking.join()
    return seconds, used, (most - before) / 1e6


def measured(count: int, width: int, classes: int) -> dict[str, float]:
    features, labels = made_up(count, width, classes)
    seconds, used, megabytes = watched(lambda: fit_ridge_head(features, labels, classes, overwrite=True))
    return {
        "seconds": round(seconds, 2),
        "processor_seconds": round(used, 2),
        "megabytes": round(megabytes, 1),
        "megabytes_of_the_features": round(features.nbytes / 1e6, 1),
    }


def main() -> None:
    use_threads(device_facts().threads)
    count, width, classes = map(int, sys.argv[1:])
    print(json.dumps(measured(count, width, classes)))


if __name__ == "__main__":
    main()
