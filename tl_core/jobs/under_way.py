"""Which trainings of a workspace are under way just now, so that what nobody waits for gives way to them.

A mark a training, with its worker's identity: one that was killed leaves a mark that counts no more. Reads no journal.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tl_core.jobs.liveness import ProcessIdentity
from tl_core.jobs.workspace import Workspace

MARKS = "trainings"


@contextmanager
def training_under_way(workspace: Workspace, run: str) -> Iterator[None]:
    """Marks that this process trains `run`, as long as the block lasts; without a mark the training goes on, too."""
    mark = workspace.assistant / MARKS / f"{run}.json"
    identity = ProcessIdentity.of(os.getpid())
    with suppress(OSError):
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if identity is not None:
            identity.write(mark)
    try:
        yield
    finally:
        with suppress(OSError):
            mark.unlink(missing_ok=True)


def is_training(workspace: Workspace) -> bool:
    """Whether any training of this workspace, whoever's, is under way on this machine."""
    return bool(trainers(workspace))


def trainers(workspace: Workspace) -> list[int]:
    """The process numbers of the workers that train just now."""
    return [identity.pid for mark in _marks(workspace) if (identity := _living(mark)) is not None]


def runs_under_way(workspace: Workspace) -> frozenset[str]:
    """The identifiers of the runs that train just now."""
    return frozenset(mark.stem for mark in _marks(workspace) if _living(mark) is not None)


def _marks(workspace: Workspace) -> list[Path]:
    with suppress(OSError):
        return [Path(entry.path) for entry in os.scandir(workspace.assistant / MARKS) if entry.name.endswith(".json")]
    return []


def _living(mark: Path) -> ProcessIdentity | None:
    """A dead one's mark is taken away, so that it is looked at once."""
    identity = ProcessIdentity.read(mark)
    if identity is not None and identity.is_alive():
        return identity
    if identity is not None:
        with suppress(OSError):
            mark.unlink(missing_ok=True)
    return None
