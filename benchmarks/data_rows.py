"""One step of the memory measurement of `benchmarks.data`, in a process of its own: build, use or near.

`python -m benchmarks.data_rows STEP FILE ROWS` prints seconds and the process's peak memory as JSON.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np

from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns_file import read_columns, write_built
from tl_core.data.edit_replay import find_path
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.looking import Looked
from tl_core.data.near_duplicates import near_groups
from tl_core.data.splits import assign_splits

CLASSES = 100


def build(path: Path, count: int) -> None:
    """Row by row, as an import does; one in fifty has a near-duplicate."""
    builder = ColumnsBuilder()
    random = np.random.default_rng(0)
    signature, hashed = random.bytes(192), 0
    for number in range(count):
        if number % 50:
            signature, hashed = random.bytes(192), int(random.integers(0, 2**63))
        label = f"kind {number * CLASSES // count:03d}"
        content = hashlib.sha256(str(number).encode()).hexdigest()
        record = ImageRecord(f"{label}/IMG_{number:08d}.jpg", label, None, content, 4000, 3000, 4_000_000 + number)
        position = builder.append(record, format="JPEG")
        builder.look(position, Looked(hashed, signature, 120.0, 50.0, 0.3))
    write_built(path, builder, np.arange(count))


def use(path: Path, count: int) -> None:
    index = ImageIndex.of(read_columns(path))
    assert sum(index.counts()["kind 000"].values()) == -(-count // CLASSES)
    wanted = index.records[count // 2]
    assert find_path(index.columns, wanted.path) == count // 2
    split = assign_splits(index, validation_share=0.2, seed=0)
    assert 0.15 < len(split.of_split("val")) / count < 0.25


def near(path: Path, _count: int) -> None:
    groups = near_groups(read_columns(path))
    assert groups.max() > 0


def main() -> None:
    step, path, count = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    started = time.perf_counter()
    {"build": build, "use": use, "near": near}[step](path, count)
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": round(seconds, 2), "peak_megabytes": round(peak_bytes() / 1e6, 1)}))


def peak_bytes() -> int:
    """Linux's getrusage counts the process that this one was forked from as well."""
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
