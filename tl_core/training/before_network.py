"""Measures what comes before a network sees anything: a process with its libraries, and pictures from their files.

Knows clocks; what the network itself takes, `estimate` measures.
"""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from pathlib import Path

from tl_core.backbones.stages import StagedNetwork
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import ItemDecoder
from tl_core.training.estimate import timed

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def process_seconds() -> float:
    """Until a process has the libraries that a training needs: found out once, by one that ends at once."""
    words = [sys.executable, "-c", "import tl_core.training.session"]
    return timed(lambda: subprocess.run(words, cwd=ROOT, check=True, stdin=subprocess.DEVNULL), time.perf_counter)


def reading_seconds(dataset: Dataset, network: StagedNetwork, decoder: ItemDecoder, count: int) -> float:
    """Seconds to decode a picture with all the children at work, by some of the dataset's own; the first warms up."""
    records = dataset.index.records[: count + 1]
    paths = [dataset.path_of(record) for record in records]
    preprocessing = network.network.preprocessing
    list(decoder.squares(paths[:1], preprocessing))
    if len(paths) < 2:
        return 0.0
    return timed(lambda: list(decoder.squares(paths[1:], preprocessing)), time.perf_counter) / (len(paths) - 1)
