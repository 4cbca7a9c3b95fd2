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
    """Seconds to decode a picture with all the children at work, by some of the dataset's own.

    Two rounds: in the first the children start, each with the first picture that it gets.
    """
    records = dataset.index.records
    chosen = records[:: max(1, len(records) // count)][:count]
    paths = [dataset.path_of(record) for record in chosen]
    preprocessing = network.network.preprocessing
    list(decoder.squares(paths, preprocessing))
    return timed(lambda: list(decoder.squares(paths, preprocessing)), time.perf_counter) / max(1, len(paths))
