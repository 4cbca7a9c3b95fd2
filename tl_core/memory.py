"""How much memory a program can still take here: the machine's, or the container's where that has less left.

Knows no process of ours and nothing of what the memory is wanted for.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil

CONTAINER = Path("/sys/fs/cgroup")
# Where Linux says what a container may take, what it takes, and the figure in the statistics that could be given back:
# of control groups in their second and in their first version.
GROUPS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)


def available_memory(container: Path = CONTAINER) -> int:
    """In bytes, without swapping anything out."""
    machine = int(psutil.virtual_memory().available)
    left = container_memory(container)
    return machine if left is None else min(machine, left)


def container_memory(container: Path) -> int | None:
    """What a container's limit leaves; None where there is no limit."""
    for limit, usage, statistics, idle in GROUPS:
        with suppress(OSError, ValueError):  # no such group, or "max"
            most = int((container / limit).read_text())
            used = int((container / usage).read_text())
            lines = (line.split() for line in (container / statistics).read_text().splitlines())
            given_back = next((int(words[1]) for words in lines if words[0] == idle), 0)
            return max(0, most - used + given_back)
    return None
