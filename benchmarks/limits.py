"""What this machine can do at most, to hold the figures of a benchmark against: cores, products, reading, writing.

`python -m benchmarks.limits` prints it, in about five seconds. Knows no network and no picture.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil
import torch

from tl_core.processes import cpu_count
from tl_core.training.device import device_facts, use_threads

SIDE = 2048  # of the matrices: large enough that the product takes all cores, small enough for their caches' blocks
ROUNDS = 5
FILE_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """The best of several rounds each; `load` is how many processes wanted a core in the minute before."""

    processor: str
    cores: int
    device: str
    memory_gigabytes: float
    gigaflops_fp32: float
    gigaflops_bf16: float
    hash_megabytes_per_second: float
    write_megabytes_per_second: float
    load: float
    versions: dict[str, str]

    def words(self) -> str:
        return (
            f"{self.processor}, {self.cores} cores, {self.memory_gigabytes:.0f} GB, load before {self.load:.1f}; "
            f"products {self.gigaflops_fp32:.0f} (fp32) and {self.gigaflops_bf16:.0f} (bf16) GFLOP/s; "
            f"read and hash {self.hash_megabytes_per_second:.0f} MB/s, write {self.write_megabytes_per_second:.0f} MB/s"
        )


def limits() -> Limits:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    use_threads(cpu_count())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        written = FILE_BYTES / 1e6 / best(lambda: write(path))
        hashed = FILE_BYTES / 1e6 / best(lambda: hashlib.sha256(path.read_bytes()).digest())
    return Limits(
        processor=processor(),
        cores=cpu_count(),
        device=device_facts().name,
        memory_gigabytes=round(psutil.virtual_memory().total / 2**30, 1),
        gigaflops_fp32=round(gigaflops(torch.float32), 1),
        gigaflops_bf16=round(gigaflops(torch.bfloat16), 1),
        hash_megabytes_per_second=round(hashed, 1),
        write_megabytes_per_second=round(written, 1),
        load=round(load, 1),
        versions={"python": platform.python_version(), "torch": str(torch.__version__)},
    )


def best(work: Callable[[], Any]) -> float:
    """The seconds of the fastest round: others on the machine only ever make it slower."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds)


def gigaflops(dtype: torch.dtype) -> float:
    """Of matrix products on the processor, whatever else the machine has."""
    left, right = torch.randn(2, SIDE, SIDE).to(dtype)
    return 2 * SIDE**3 / 1e9 / best(lambda: left @ right)


def write(path: Path) -> None:
    """To the disk, not to the system's memory."""
    with open(path, "wb") as file:
        file.write(bytes(FILE_BYTES))
        file.flush()
        os.fsync(file.fileno())


def processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def as_record(found: Limits) -> dict[str, Any]:
    return asdict(found)


if __name__ == "__main__":
    print(limits().words())
