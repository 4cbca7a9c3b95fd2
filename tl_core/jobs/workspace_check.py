"""Whether a workspace can be worked in: tried at the start, and not found out in the middle. Knows no run."""

from __future__ import annotations

import secrets

from tl_core.errors import RunError
from tl_core.jobs.workspace import Workspace
from tl_core.platform import Lock, atomic_write_bytes

OTHER_FOLDER = "Choose another folder with --workspace or THAW_WORKSPACE, or put its permissions right."


def check_workspace(workspace: Workspace) -> None:
    """Writes, moves and locks a file there. Raises RunError with the path where one of these does not work."""
    trial = workspace.root / f".trial-{secrets.token_hex(6)}"
    try:
        workspace.root.mkdir(parents=True, exist_ok=True)
        try:
            atomic_write_bytes(trial, b"x")
            holds = _locks_hold(workspace, trial.name)
        finally:
            trial.unlink(missing_ok=True)
            (workspace.root / f"{trial.name}.lock").unlink(missing_ok=True)
    except OSError as error:
        raise RunError(
            f"The workspace '{workspace.root}' cannot be used: {error.strerror} ('{error.filename}').", OTHER_FOLDER
        ) from error
    if not holds:
        raise RunError(
            f"Locks on files do not hold in the workspace '{workspace.root}'; it may lie on a network drive.",
            "Choose a folder on a disk of this computer with --workspace.",
        )


def claim_screen(workspace: Workspace) -> Lock | None:
    """Held by the first program that shows this workspace, as long as it lives; None for every further one.

    They may all show it: whatever they change has locks of its own. Each is told, since two are rarely meant.
    """
    lock = Lock(workspace.root / "screen.lock")
    return lock if lock.acquire() else None


def _locks_hold(workspace: Workspace, name: str) -> bool:
    """On some network drives two who ask for one lock both get it."""
    one, other = (Lock(workspace.root / f"{name}.lock") for _ in range(2))
    if not one.acquire():
        return False
    try:
        if not other.acquire():
            return True
        other.release()
        return False
    finally:
        one.release()
