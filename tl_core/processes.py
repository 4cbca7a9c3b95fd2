"""Every call on processes that differs between Linux, macOS and Windows: start, rank, recognise and end them.

It knows nothing about runs, pictures or training, and imports nothing of ours.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

ROUNDS = 3  # of ending whatever a process that is ended has started meanwhile


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


def cpu_count() -> int:
    """The cores this process may use: a container is often given fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


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
    _alive_after(members, grace_seconds)
    for _ in range(ROUNDS):  # what was started meanwhile, or has lost its parent, still belongs to the session
        alive = [member for member in {*members, *_session(pid, spared)} if _runs(member)]
        if not alive:
            break
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
    return [member for member in {*members, *_session(pid)} if member.pid not in kept]


def _session(pid: int, spared: Collection[int] = ()) -> list[psutil.Process]:
    """Whoever belongs to the session that `pid` leads; no later process gets that number while anybody does."""
    members: list[psutil.Process] = []
    if sys.platform != "win32":
        for number in psutil.pids():
            with suppress(OSError, psutil.Error):
                if number not in spared and os.getsid(number) == pid:
                    members.append(psutil.Process(number))
    return members


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
