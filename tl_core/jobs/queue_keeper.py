"""Starts whoever is next, while somebody waits: `python -m tl_core.jobs.queue_keeper WORKSPACE`. Only executed.

A small process of its own, so that the queue goes on when a run fails or is killed, with and without a screen. It knows
no pictures and no training, and ends when nobody waits.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from tl_core.errors import UserError
from tl_core.jobs.assistant_client import AssistantClient
from tl_core.jobs.launcher import launch_run
from tl_core.jobs.queue import RunQueue
from tl_core.jobs.tickets import QueueFiles, queue_held, ticketed
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock

LOOK_SECONDS = 0.5


def main(words: list[str]) -> int:
    workspace = Workspace(Path(words[0]))
    lock = Lock(QueueFiles(workspace.queue).keeper)
    if not lock.acquire():
        return 0  # another one keeps it
    queue = RunQueue(workspace, partial(launch_run, reserve=AssistantClient(workspace).hand))
    while not is_done(workspace, lock):
        try:
            for folder in queue.look():
                _say(f"started {folder.name}")
        except (OSError, UserError) as error:  # a full disk, a hanging lock: perhaps not any more at the next look
            _say(str(error))
        time.sleep(LOOK_SECONDS)
    return 0


def is_done(workspace: Workspace, lock: Lock) -> bool:
    """Lets go only while nobody can join: whoever joins after that finds no keeper and starts one."""
    try:
        with queue_held(workspace):
            if next(ticketed(workspace), None) is None:
                lock.release()
                return True
    except (OSError, UserError) as error:
        _say(str(error))
    return False


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
