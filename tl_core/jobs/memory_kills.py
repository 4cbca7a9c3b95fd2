"""Whether the system has ended a process for want of memory: the counter that Linux keeps of that. Knows no job.

Elsewhere nothing is counted, and nothing is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

ROOT = Path("/")


def counter_file(root: Path = ROOT) -> Path | None:
    """Where this process's kills are counted: by its control group (version 2 or 1), else by the whole machine."""
    return next((path for path in _candidates(root) if kills_in(path) is not None), None)


def kills_in(path: Path) -> int | None:
    """How many processes were ended so far, or None where the file does not say."""
    with suppress(OSError):
        found = re.search(r"^oom_kill (\d+)$", path.read_text(), flags=re.MULTILINE)
        return int(found[1]) if found else None
    return None


def _candidates(root: Path) -> Iterator[Path]:
    """A container often sees its own group as the root of all: then the path that the kernel names is not there."""
    with suppress(OSError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _number, controllers, group = line.split(":", 2)
            inside = group.lstrip("/")
            if controllers == "":
                yield root / "sys/fs/cgroup" / inside / "memory.events"
                yield root / "sys/fs/cgroup/memory.events"
            elif "memory" in controllers.split(","):
                yield root / "sys/fs/cgroup/memory" / inside / "memory.oom_control"
                yield root / "sys/fs/cgroup/memory/memory.oom_control"
    yield root / "proc/vmstat"
