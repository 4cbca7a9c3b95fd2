"""Real jobs for the tests of this room: pictures on disk, imports to carry out, and a wait that needs no sleep."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image

from tl_core.jobs.assistant_address import AssistantFiles
from tl_core.jobs.journal import read_records
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir, create_import
from tl_core.jobs.workspace import Workspace
from tl_core.platform import is_locked

DEADLINE_SECONDS = 120.0  # for a machine that does other things at once; a test fails by it and never waits for it


def wait_until(claim: Callable[[], Any], *, seconds: float = DEADLINE_SECONDS) -> Any:
    """The first true value of `claim`; fails the test when none comes in time."""
    deadline = time.monotonic() + seconds
    while not (value := claim()):
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not become true within {seconds:.0f} s")
        time.sleep(0.01)
    return value


def write_pictures(folder: Path, *, of_each: int = 3, side: int = 16) -> Path:
    """Two classes of plain pictures, no two alike."""
    for number, label in enumerate(("blue", "red")):
        (folder / label).mkdir(parents=True)
        for index in range(of_each):
            shade = 40 + (index * 7) % 200
            color = (shade, index % 256, 90) if number else (index % 256, 90, shade)
            Image.new("RGB", (side, side), color).save(folder / label / f"{index}.png")
    return folder


def new_import(tmp_path: Path, *, of_each: int = 3) -> Path:
    """The folder of an import that nobody started yet."""
    pictures = write_pictures(tmp_path / "pictures", of_each=of_each)
    return create_import(Workspace(tmp_path / "workspace").person().datasets, pictures)


def kinds(journal: Path) -> list[str]:
    return [record["kind"] for record in read_records(journal)[0]]


def ended(job: JobDir) -> str:
    """How it ended, once it has."""
    return str(wait_until(lambda: (state := state_of(job.path)) in ENDED and state))


def edit_json(path: Path, **values: Any) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


def assistant_has_ended(workspace: Workspace) -> bool:
    return not is_locked(AssistantFiles(workspace.assistant).lock)
