"""Every call that differs between Linux, macOS and Windows: durable files, locks, processes and their identity.

It knows nothing about runs, pictures or training, and imports nothing of ours.
"""

from __future__ import annotations

import json
import mmap
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import psutil
from filelock import FileLock, Timeout

REPLACE_ATTEMPTS = 50  # Windows refuses to replace a file while somebody reads it; 50 times 20 ms is a second
REPLACE_WAIT_SECONDS = 0.02
LOCK_POLL_SECONDS = 0.02


@contextmanager
def replacing(path: Path, *, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file that takes the place of `path`, durably and at once, when the block ends without an exception.

    Readers see the old content or the new, never a part. `mode` is cut by the umask.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    fsync_folder(path.parent)


def atomic_write_bytes(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a whole file so that nobody ever reads a part of it, also after a power cut."""
    with replacing(path, mode=mode) as file:
        file.write(data)


def atomic_write_json(path: Path, value: Any, *, mode: int = 0o666) -> None:
    """As atomic_write_bytes, for a JSON value; NaN and infinity raise ValueError, since they are no JSON.

    In ASCII, since a path may hold bytes that are no UTF-8 (lone surrogates in Python).
    """
    text = json.dumps(value, allow_nan=False, indent=1)
    atomic_write_bytes(path, (text + "\n").encode("ascii"), mode=mode)


def mapped(path: Path) -> mmap.mmap | bytes:
    """A file's bytes, read when they are touched. Windows lets nobody replace or delete a mapped file: there, read."""
    if sys.platform == "win32":
        return path.read_bytes()
    with path.open("rb") as file:
        if not os.fstat(file.fileno()).st_size:
            return b""  # an empty file cannot be mapped
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def fsync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut; Windows has no such call and does it by itself."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with suppress(OSError):  # some network file systems refuse; the file itself was synced before
                os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _replace(temporary: Path, path: Path) -> None:
    for attempt in range(REPLACE_ATTEMPTS):
        try:
            os.replace(temporary, path)
        except PermissionError:
            if os.name != "nt" or attempt == REPLACE_ATTEMPTS - 1:
                raise
            time.sleep(REPLACE_WAIT_SECONDS)
        else:
            return


class Lock:
    """An exclusive lock on a file that the operating system frees when its holder dies. The file stays behind.

    It is held by one object, not by a thread: a second Lock on the same path has to wait, in this process too.
    """

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(str(path), thread_local=False, is_singleton=False)

    def acquire(self, *, wait_seconds: float = 0.0) -> bool:
        """Whether the lock was had within `wait_seconds`."""
        try:
            self._lock.acquire(timeout=wait_seconds, poll_interval=LOCK_POLL_SECONDS)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        self._lock.release()


if sys.platform == "win32":

    def is_locked(path: Path) -> bool:
        """Whether a living process holds the lock at `path`; takes and frees it for a moment to find out."""
        if not path.exists():
            return False
        lock = Lock(path)
        if not lock.acquire(wait_seconds=5 * LOCK_POLL_SECONDS):  # another look may hold it for a moment
            return True
        lock.release()
        return False

else:
    import fcntl

    def is_locked(path: Path) -> bool:
        """Whether a living process holds the lock at `path`; shares it for a moment to find out.

        Shared, so that two who look at once do not take each other for the holder.
        """
        try:
            with open(path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False


def spawn_detached(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str], log: Path, listens: bool = False
) -> ChildProcess:
    """Start a process that outlives this one and its terminal: own session, output to `log`, no standard input.

    One that `listens` has a pipe there, whose other end is ours alone: when we are gone, however, it reads its end.
    """
    with open(log, "ab") as output:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env=dict(environment),
            stdin=subprocess.PIPE if listens else subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=_detached_flags(),
        )
    return ChildProcess(process)


class ChildProcess:
    """A started process that may outlive us. A thread of its own waits for it, so that no zombie stays behind."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.pid = process.pid
        self._process = process
        threading.Thread(target=process.wait, name=f"reaper-{process.pid}", daemon=True).start()

    def tell(self, line: bytes) -> bool:
        """Whether one that listens could be told its last line; without one (b"") it is told that nothing comes."""
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return False
        try:
            with pipe:
                pipe.write(line)
        except OSError:  # it has gone
            return False
        return True

    @property
    def exit_status(self) -> int | None:
        """None while it lives; below zero is the signal that ended it."""
        return self._process.poll()


def _detached_flags() -> int:
    if sys.platform == "win32":
        flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    else:
        flags = 0
    return flags


def lower_priority(steps: int = 10) -> None:
    """Let the screen and the person's other programs go first; a process that refuses keeps its priority."""
    with suppress(OSError, psutil.Error):
        if sys.platform == "win32":
            psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
        else:
            os.nice(steps)


def lower_thread_priority(steps: int) -> None:
    """The same for the calling thread and the threads that it starts; only Linux gives each one a priority."""
    if sys.platform == "linux":
        with suppress(OSError):
            here = threading.get_native_id()
            os.setpriority(os.PRIO_PROCESS, here, os.getpriority(os.PRIO_PROCESS, here) + steps)


def is_busy() -> bool:
    """Whether other programs want more of this machine than it has: what is timed then holds for no other moment."""
    load: float = psutil.getloadavg()[0]
    return load > (os.cpu_count() or 1) + 1


def boot_id() -> str:
    """A name of the time since this machine was started: a process identifier means nothing after a restart."""
    if sys.platform == "linux":
        with suppress(OSError):
            return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    if sys.platform == "darwin":
        command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0 and done.stdout.strip():
            return done.stdout.strip()
    return f"{psutil.boot_time():.0f}"


def birth_of(pid: int) -> float | None:
    """When a living process began, equal at every call however the clock is set, or None where there is none.

    On Linux clock ticks since the machine started (field 22 of /proc/PID/stat); elsewhere seconds since 1970. A dead
    process that its parent has not looked after yet is not alive.
    """
    try:
        if sys.platform == "linux":
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            born, is_dead = fields[19], fields[0] in "ZX"
        else:
            process = psutil.Process(pid)
            born, is_dead = process.create_time(), process.status() == psutil.STATUS_ZOMBIE
    except (OSError, psutil.Error):
        return None
    return None if is_dead else float(born)


def seconds_alive() -> float:
    """How long this process has run, starting Python included."""
    if sys.platform == "linux":
        # To a hundredth; psutil would add a boot time that is kept in whole seconds.
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        began = (birth_of(os.getpid()) or 0.0) / os.sysconf("SC_CLK_TCK")
    else:
        now, began = time.time(), float(psutil.Process().create_time())
    return max(0.0, now - began)


def end_group(pid: int, *, grace_seconds: float = 0.0, spared: Collection[int] = ()) -> None:
    """End the process `pid`, which leads a group, with all that it started: asked first, then by force.

    The caller has made sure that `pid` is who they mean (see birth_of). Those `spared` lead groups of their own; they
    and what they started go on.
    """
    members = _family(pid, spared)
    _signal_group(pid, members, by_force=False)
    if alive := _alive_after(members, grace_seconds):
        _signal_group(pid, alive, by_force=True)
        _alive_after(alive, 5.0)


def _alive_after(members: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Who still runs when the time is up, or nobody sooner. It only looks: psutil's own waiting would take a child's
    exit status away from the thread that waits for it (see ChildProcess), which then reads 0.
    """
    deadline = time.monotonic() + seconds
    while alive := [member for member in members if _runs(member)]:
        if time.monotonic() >= deadline:
            break
        time.sleep(0.02)
    return alive


def _runs(member: psutil.Process) -> bool:
    """A zombie with threads is still ending: its files, and so its locks, are not free yet."""
    try:
        ending = member.status() == psutil.STATUS_ZOMBIE and member.num_threads() <= 1
        return bool(member.is_running() and not ending)
    except psutil.Error:
        return False


def _family(pid: int, spared: Collection[int] = ()) -> list[psutil.Process]:
    try:
        leader = psutil.Process(pid)
        members = [leader, *leader.children(recursive=True)]
    except psutil.Error:
        return []
    kept = {member.pid for one in spared if one != pid for member in _family(one)}
    return [member for member in members if member.pid not in kept]


def _signal_group(pid: int, members: Sequence[psutil.Process], *, by_force: bool) -> None:
    if sys.platform != "win32":
        import signal

        with suppress(OSError):
            if os.getpgid(pid) == pid:  # a leader's group holds grandchildren that lost their parent, too
                os.killpg(pid, signal.SIGKILL if by_force else signal.SIGTERM)
    for member in members:
        with suppress(psutil.Error):
            if by_force:
                member.kill()
            else:
                member.terminate()
