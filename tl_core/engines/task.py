"""What an engine is asked to run, and on which processor. Values alone."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be run: pictures of which size, in which precision, on which device, on how many threads.

    Engines get a thread for each core, however busy others are: theirs take work from each other, as PyTorch's do not,
    and what was made for one number of threads would have to be made again for another.
    """

    image_size: int
    precision: str
    device: str
    threads: int


def processor() -> str:
    """The processor's name; Linux keeps it where `platform` does not look."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return named or platform.processor()
