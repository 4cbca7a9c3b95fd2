"""A run's place in the queue, as a file in its folder, and what the queue keeps of its own. Starts nothing.

A ticket lies there from the wish to start until a worker is at work, so the queue lasts through every restart.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tl_core.errors import RunError
from tl_core.jobs.rundir import TICKET, RunDir
from tl_core.jobs.turns import Policy
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock, atomic_write_json

OWNERS_KEPT = 1000  # who has had no turn for so many turns of others counts as new
MOST_RUNNING = 64
DAMAGED_NUMBER = 10**9
LOCK_SECONDS = 20.0  # starting a run asks the assistant, which may take two seconds


@dataclass(frozen=True, slots=True)
class Ticket:
    """`number` rises with every wish to start; `attempts` counts workers that were started for it."""

    number: int
    attempts: int = 0

    @classmethod
    def read(cls, path: Path) -> Ticket | None:
        """None where there is none. A damaged one stands at the end."""
        if not path.exists():
            return None
        values = _object(path)
        number, attempts = values.get("number"), values.get("attempts")
        if isinstance(number, int) and isinstance(attempts, int):
            return cls(number, attempts)
        return cls(DAMAGED_NUMBER)

    def write(self, path: Path) -> None:
        atomic_write_json(path, asdict(self))


@dataclass(frozen=True, slots=True)
class QueueFiles:
    folder: Path

    @property
    def lock(self) -> Path:
        """Held for the moment in which somebody looks or changes something."""
        return self.folder / "queue.lock"

    @property
    def keeper(self) -> Path:
        """Held by the process that starts whoever is next, while somebody waits."""
        return self.folder / "keeper.lock"

    @property
    def log(self) -> Path:
        return self.folder / "keeper.log"

    @property
    def turns(self) -> Path:
        """When each person had the last turn."""
        return self.folder / "turns.json"

    @property
    def policy(self) -> Path:
        """The program's setting: how many trainings at once, and in which order."""
        return self.folder / "policy.json"


@contextmanager
def queue_held(workspace: Workspace) -> Iterator[None]:
    """Nobody else changes the queue meanwhile, in no process."""
    files = QueueFiles(workspace.queue)
    files.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = Lock(files.lock)
    if not lock.acquire(wait_seconds=LOCK_SECONDS):
        raise RunError("The queue of trainings does not answer.", "Wait a moment and try again.")
    try:
        yield
    finally:
        lock.release()


def ticketed(workspace: Workspace) -> Iterator[tuple[str, RunDir, Ticket]]:
    """Owner, run and ticket of every run that waits or is just starting."""
    for owner, folder in _folders(workspace):
        if os.path.exists(os.path.join(folder, TICKET)):
            run = RunDir(Path(folder))
            ticket = Ticket.read(run.ticket)
            if ticket is not None:
                yield owner, run, ticket


def found(workspace: Workspace, runs: Collection[str]) -> list[tuple[str, RunDir]]:
    """The runs of these identifiers, each with its owner."""
    if not runs:
        return []
    return [(owner, RunDir(Path(path))) for owner, path in _folders(workspace) if os.path.basename(path) in runs]


def _folders(workspace: Workspace) -> Iterator[tuple[str, str]]:
    """Of everybody's runs; words and no paths, since a look goes through all of them."""
    for person in _entries(workspace.root / "people"):
        for run in _entries(os.path.join(person.path, "runs")):
            if not run.name.startswith("."):
                yield person.name, run.path


def read_policy(workspace: Workspace) -> Policy:
    """What was set last; one at a time, first in, first out, where nothing was."""
    values = _object(QueueFiles(workspace.queue).policy)
    most, most_of_one = (_count(values.get(name)) for name in ("most_running", "most_of_one"))
    return Policy(most or 1, is_fair=values.get("is_fair") is True, most_of_one=most_of_one)


def write_policy(workspace: Workspace, policy: Policy) -> None:
    workspace.queue.mkdir(mode=0o700, parents=True, exist_ok=True)
    atomic_write_json(QueueFiles(workspace.queue).policy, asdict(policy))


def read_turns(workspace: Workspace) -> dict[str, int]:
    """The number of each owner's last turn."""
    values = _object(QueueFiles(workspace.queue).turns)
    return {owner: turn for owner, turn in values.items() if isinstance(turn, int)}


def took_turn(turns: Mapping[str, int], owner: str) -> dict[str, int]:
    """The turns after another one of `owner`."""
    now = {**turns, owner: max(turns.values(), default=0) + 1}
    return dict(sorted(now.items(), key=lambda item: -item[1])[:OWNERS_KEPT])


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    with suppress(OSError), os.scandir(folder) as entries:
        return list(entries)
    return []


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= MOST_RUNNING else None


def _object(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        values = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(values, dict):
            return values
    return {}
