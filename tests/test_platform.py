"""Files that are whole or not there, locks that die with their holder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tl_core.platform import Lock, atomic_write_bytes, atomic_write_json, is_locked, replacing

posix_only = pytest.mark.skipif(os.name == "nt", reason="modes and shared locks are POSIX's")
HOLD_A_LOCK = """
import sys, time
from pathlib import Path
from tl_core.platform import Lock
lock = Lock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
time.sleep(600)
"""


def test_a_written_file_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "label.json"
    atomic_write_json(path, {"name": "first"})
    atomic_write_json(path, {"name": "second, 名前, \udce9"})
    assert json.loads(path.read_text())["name"] == "second, 名前, \udce9"
    assert os.listdir(tmp_path) == ["label.json"]


def test_a_write_that_breaks_off_keeps_the_old_file_and_no_part_of_the_new(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    atomic_write_bytes(path, b"old")
    with pytest.raises(TypeError, match="bytes-like"), replacing(path) as file:
        file.writelines([b"half of the new", "no bytes"])  # type: ignore[list-item]
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights"]


def test_a_number_that_is_no_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        atomic_write_json(tmp_path / "result.json", {"loss": float("nan")})
    assert os.listdir(tmp_path) == []


@posix_only
def test_a_secret_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    atomic_write_bytes(tmp_path / "token", b"secret", mode=0o600)
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_a_lock_is_held_by_one_and_seen_by_others(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    assert not is_locked(path)
    lock, other = Lock(path), Lock(path)
    assert lock.acquire()
    assert is_locked(path)
    assert not other.acquire(wait_seconds=0.05)
    lock.release()
    assert not is_locked(path)
    assert other.acquire()
    other.release()


def test_a_lock_is_free_once_its_holder_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "worker.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD_A_LOCK, str(path)], stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_locked(path)
        holder.kill()
    assert not is_locked(path)


@posix_only
def test_two_who_look_at_once_do_not_take_each_other_for_the_holder(tmp_path: Path) -> None:
    import fcntl

    path = tmp_path / "worker.lock"
    path.touch()
    with open(path, "rb") as somebody_looks:
        fcntl.flock(somebody_looks, fcntl.LOCK_SH)
        assert not is_locked(path)
