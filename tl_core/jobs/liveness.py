"""Whether a job's worker lives, derived every time from the lock, the journal and the processes; stored nowhere."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.events import ENDING_KINDS
from tl_core.jobs.journal import last_record
from tl_core.jobs.rundir import JobDir
from tl_core.platform import atomic_write_json, is_locked
from tl_core.processes import birth_of, boot_id

State = Literal["queued", "starting", "running", "finished", "stopped", "failed", "lost"]
ENDED: tuple[State, ...] = ("finished", "stopped", "failed", "lost")
GRACE_SECONDS = 15.0  # between making a folder and starting its worker


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process, told apart from every later one that gets its number: see processes.birth_of and boot_id."""

    pid: int
    host: str
    boot: str
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """None where no such process lives."""
        birth = birth_of(pid)
        return None if birth is None else cls(pid, socket.gethostname(), boot_id(), birth)

    @classmethod
    def read(cls, path: Path) -> ProcessIdentity | None:
        """None where the file is missing or says nothing of use."""
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> ProcessIdentity:
        """Raises KeyError, ValueError or TypeError for what is none."""
        return cls(int(values["pid"]), str(values["host"]), str(values["boot"]), float(values["started"]))

    def write(self, path: Path) -> None:
        atomic_write_json(path, asdict(self))

    def is_alive(self) -> bool:
        """Whether this very process lives here; False for one of another machine or of before a restart."""
        if self.host != socket.gethostname() or self.boot != boot_id():
            return False
        return birth_of(self.pid) == self.started


def state_of(folder: Path, *, clock: Callable[[], float] = time.time) -> State:
    """The state of the job in `folder`.

    The order of the looks matters. The identity is written after the lock is had and the ending before it is freed:
    with the identity seen before a free lock, a journal read after it without an ending is a lost run's. A ticket is
    taken away by a worker that has the lock: whoever has one has not begun, or not gone on, yet.
    """
    job = JobDir(folder)
    had_ticket, had_worker = job.ticket.exists(), job.identity.exists()
    if is_locked(job.lock):
        return "running"
    if job.ticket.exists():
        return "starting" if is_launched(job) else "queued"
    if had_ticket:  # its worker began since the first look, or it was cancelled
        return state_of(folder, clock=clock)
    if job.resume_request.exists() and is_launched(job):  # the ending that stands there is to be none any more
        return "starting"
    ending = ending_of(job)
    if ending is not None:
        return ending
    if had_worker:
        return "lost"
    if _is_starting(job, clock):
        return "starting"
    # Since the first look it may have come, worked and gone: then there is an identity now, and a second round tells.
    return state_of(folder, clock=clock) if job.identity.exists() else "lost"


def ending_of(job: JobDir) -> State | None:
    """How the journal ends, or None where it has no ending."""
    record = last_record(job.journal)
    kind = record.get("kind") if record else None
    if kind not in ENDING_KINDS:
        return None
    endings: dict[object, State] = {"finished": "finished", "stopped": "stopped", "failed": "failed"}
    return endings[kind]


def is_launched(job: JobDir) -> bool:
    """Whether the process that was started for it lives, with or without the lock."""
    launched = ProcessIdentity.read(job.launched)
    return launched is not None and launched.is_alive()


def _is_starting(job: JobDir, clock: Callable[[], float]) -> bool:
    launched = ProcessIdentity.read(job.launched)
    if launched is not None:
        return launched.is_alive()
    try:
        age = clock() - job.path.stat().st_mtime
    except OSError:
        return False
    return abs(age) < GRACE_SECONDS  # abs: a clock set back would let it start for as long


def own_identity() -> dict[str, Any] | None:
    """This process's, as it is sent to others; None where the system does not tell."""
    own = ProcessIdentity.of(os.getpid())
    return None if own is None else asdict(own)
