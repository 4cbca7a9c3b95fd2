"""Processes that are not taken for others, started apart from us and ended with all that they started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.jobs.jobs_for_tests import wait_until
from tl_core.processes import birth_of, boot_id, end_group, seconds_alive, spawn_detached

# ignores the polite signal, and has a child
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_process_is_known_by_its_birth_and_a_dead_one_has_none() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        born = birth_of(process.pid)
        assert born is not None
        assert birth_of(process.pid) == born
        process.kill()
        wait_until(lambda: birth_of(process.pid) is None)  # also while it is a zombie that nobody has waited for
    own = birth_of(os.getpid())
    assert own is not None
    assert own <= born
    assert boot_id() == boot_id() != ""
    assert seconds_alive() > 0


def test_a_detached_process_writes_to_its_log_in_a_session_of_its_own(tmp_path: Path) -> None:
    code = "import os, sys; print(os.getsid(0) == os.getpid(), sorted(os.environ) and os.environ['ONLY'])"
    log = tmp_path / "worker.log"
    child = spawn_detached([sys.executable, "-c", code], cwd=tmp_path, environment={"ONLY": "this"}, log=log)
    assert wait_until(lambda: child.exit_status is not None)
    assert child.exit_status == 0
    assert log.read_text().split() == ["True", "this"]
    wait_until(lambda: not psutil.pid_exists(child.pid))  # no zombie stays behind


@pytest.mark.skipif(os.name == "nt", reason="process groups are POSIX's")
def test_a_stubborn_process_is_ended_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    leader = spawn_detached([sys.executable, "-c", STUBBORN], cwd=tmp_path, environment={}, log=log)
    grandchild = int(wait_until(lambda: log.read_text().strip()))
    end_group(leader.pid, grace_seconds=0.2)
    wait_until(lambda: birth_of(leader.pid) is None and birth_of(grandchild) is None)
    wait_until(lambda: leader.exit_status == -9)
