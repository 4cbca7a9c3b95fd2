"""A worker that hangs and hears no polite signal, with a grandchild that has lost its parent. Only executed."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tl_core.events import Planned
from tl_core.jobs.heartbeat import Heartbeat
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.rundir import JobDir
from tl_core.platform import Lock

LEAVES_A_CHILD = """
import subprocess, sys
subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], process_group=0)
"""


def stuck_in_a_long_call() -> None:
    time.sleep(600)


def main(folder: Path) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    faulthandler.register(signal.SIGUSR1, file=sys.stderr, all_threads=True)
    subprocess.run([sys.executable, "-S", "-c", LEAVES_A_CHILD], check=True)
    job, identity = JobDir(folder), ProcessIdentity.of(os.getpid())
    lock = Lock(job.lock)
    assert lock.acquire()
    assert identity is not None
    identity.write(job.identity)
    with JournalWriter(job.journal) as journal, Heartbeat(job.heartbeat) as heart:
        journal.append(Planned({}))
        heart.beat()
        stuck_in_a_long_call()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
