"""A run in a process of its own: says what is missing, waits for a word, makes it, says what it reads.

`python -m tests.caching.another_run CACHE KEYS [unfinished | little room]`
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import numpy as np

from tests.caching.rows_for_tests import KIND, row
from tl_core.caching.rows import RowRequest
from tl_core.errors import RunError


def main(cache: Path, keys: str, how: str) -> None:
    with RowRequest(cache, KIND, list(keys)) as request:
        print(f"missing {len(request.missing)}", flush=True)
        if how == "unfinished":
            request.put(0, row(keys[0]))
            print("written", flush=True)
        sys.stdin.readline()
        if how == "little room":
            allow_files_of(20)
        for position in request.missing:
            request.put(int(position), row(keys[position]))
        rows = request.finish()
    print(f"read {bytes(np.asarray(rows)[:, 0, 0]).decode()}", flush=True)
    sys.stdin.readline()


def allow_files_of(size: int) -> None:
    """The operating system refuses to let a file grow further, as a full disk does."""
    if sys.platform != "win32":
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], " ".join(sys.argv[3:]))
    except RunError as error:
        print(error)
