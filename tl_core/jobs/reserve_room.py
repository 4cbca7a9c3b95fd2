"""Whether a machine has room for a worker in reserve now: nothing trains, and there is memory for it and the network.

Knows sizes; how one is made and kept, `reserve` and `reserve_keeper` know.
"""

from __future__ import annotations

from collections.abc import Callable

from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.reserve import Reserve
from tl_core.jobs.reserve_keeper import ReserveKeeper
from tl_core.jobs.under_way import is_training
from tl_core.jobs.workspace import Workspace
from tl_core.memory import available_memory

# The most that a worker took while it got ready, with PyTorch, timm, OpenVINO and EfficientNet-Lite0 in it (resident,
# two runs on Linux). Some 0.3 GB of it are files of libraries that the assistant has in memory already.
WORKER_BYTES = 900 * 10**6
# What else people have open should not have to go to the disk for a worker that only waits.
LEFT_BYTES = 500 * 10**6


def has_room(available: Callable[[], int] = available_memory) -> bool:
    return available() >= WORKER_BYTES + LEFT_BYTES


def kept_in(workspace: Workspace, *, niceness: int, available: Callable[[], int] = available_memory) -> ReserveKeeper:
    """Who keeps a worker in reserve for the screens of this workspace, when there is room for one."""
    log = AssistantFiles(workspace.assistant).reserve_log
    return ReserveKeeper(
        lambda: Reserve(log, niceness=niceness, cache=workspace.cache),
        lambda: not is_training(workspace) and has_room(available),
    )
