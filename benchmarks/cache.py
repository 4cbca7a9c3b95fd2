"""What keeping rows costs: opening, the first read with its checks, later reads, and adding 20, against a plain file.

`python -m benchmarks.cache [--rows N ...]` prints a table and writes benchmarks/results/cache.json. The plain file is
numpy's own, mapped, holding the same rows and read in the same random batches in the same run. Each size has a process
of its own, whose memory is what it grows by while it reads. Seconds are the process's own.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.limits import as_record, limits
from benchmarks.recording import RESULTS, record
from tl_core.caching.limits import kept_files
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind

KINDS = {
    "features": RowKind("features", "benchmark", (1280,), "float32"),
    "squares": RowKind("squares", "benchmark", (256, 256, 3), "uint8"),
}
ROWS = {"features": (1000, 10_000, 50_000), "squares": (1000, 5000)}
ADDED = 20
BATCH = 32


def names(count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def request(cache: Path, kind: RowKind, count: int) -> Any:
    """The kept rows of so many keys; what is missing is made."""
    row = np.arange(np.prod(kind.shape)).reshape(kind.shape).astype(kind.dtype)
    with RowRequest(cache, kind, names(count)) as asked:
        for position in asked.missing:
            asked.put(int(position), row)
        return asked.finish()


def seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def read_all(rows: Any, order: Any) -> None:
    for start in range(0, len(order), BATCH):
        rows[order[start : start + BATCH]]


def measured(name: str, count: int) -> dict[str, Any]:
    """Run in a process of its own."""
    kind, order = KINDS[name], np.random.default_rng(0).permutation(count)
    megabytes = count * kind.row_bytes / 1e6
    with tempfile.TemporaryDirectory() as folder:
        cache, plain = Path(folder) / "cache", Path(folder) / "plain.npy"
        made = seconds(lambda: request(cache, kind, count))
        keys = names(count)
        opened = seconds(lambda: RowRequest(cache, kind, keys).__enter__())
        before = psutil.Process().memory_info().rss
        rows = request(cache, kind, count)
        first, later = seconds(lambda: read_all(rows, order)), seconds(lambda: read_all(rows, order))
        memory = psutil.Process().memory_info().rss - before
        np.save(plain, np.zeros((count, *kind.shape), dtype=kind.dtype))
        mapped = np.load(plain, mmap_mode="r")
        read_all(mapped, order)
        raw = seconds(lambda: read_all(mapped, order))
        files = {item.path for item in kept_files(cache)}
        added = seconds(lambda: request(cache, kind, count + ADDED))
        (new,) = (item for item in kept_files(cache) if item.path not in files)
    return {
        "kind": name, "rows": count, "megabytes": megabytes, "write_seconds": made, "open_seconds": opened,
        "first_read_seconds": first, "later_read_seconds": later, "plain_read_seconds": raw,
        "later_to_plain": later / raw, "add_20_seconds": added, "add_20_bytes": new.size,
        "memory_megabytes": memory / 1e6,
    }  # fmt: skip


def table(found: list[dict[str, Any]]) -> str:
    lines = [
        f"{'rows':>22} {'MB':>7} {'open s':>7} {'first MB/s':>11} {'later MB/s':>11} {'plain MB/s':>11} "
        f"{'add 20 s':>9} {'wrote MB':>9} {'memory MB':>10}"
    ]
    for item in found:
        rates = [item["megabytes"] / item[f"{what}_read_seconds"] for what in ("first", "later", "plain")]
        lines.append(
            f"{item['rows']:>13,} {item['kind']:>8} {item['megabytes']:>7.0f} {item['open_seconds']:>7.3f} "
            f"{rates[0]:>11.0f} {rates[1]:>11.0f} {rates[2]:>11.0f} {item['add_20_seconds']:>9.3f} "
            f"{item['add_20_bytes'] / 1e6:>9.2f} {item['memory_megabytes']:>10.0f}"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="*", help="of features alone, instead of the usual sizes")
    parser.add_argument("--out", type=Path, default=RESULTS / "cache.json")
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(json.dumps(measured(arguments.one[0], int(arguments.one[1]))))
        return
    machine = limits()
    print(machine.words())
    sizes = {"features": tuple(arguments.rows)} if arguments.rows else ROWS
    found = []
    for name, counts in sizes.items():
        for count in counts:
            command = [sys.executable, "-m", "benchmarks.cache", "--one", name, str(count)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))
    print(table(found))
    record(arguments.out, as_record(machine), {"results": found}, [])


if __name__ == "__main__":
    main()
