"""A run's settings as a line for the command line. Knows which paths may be shown to whom, and no page."""

from __future__ import annotations

import dataclasses
import os
import shlex
from pathlib import Path, PurePath

from tl_core.data.store import read_facts
from tl_core.errors import UserError
from tl_core.export.command_text import train_command
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.workspace import default_root
from tl_ui.settings import Settings

PICTURES = "PICTURES"  # stands where the folder of the pictures is not known, or is the server's own
PROGRAM = "python -m tl_core"


def command_of(run: RunDir, settings: Settings) -> tuple[str, bool]:
    """The line, and whether the place of the pictures is in it. Paths of a server that others share stay its own."""
    config = run.config
    if settings.shared:
        config = dataclasses.replace(config, weights=PurePath(config.weights).name)
        return train_command(config, PICTURES), False
    pictures = _source(run.dataset_folder)
    return _placed(train_command(config, pictures or PICTURES), settings), pictures is not None


def script_command_of(run: RunDir, settings: Settings) -> str:
    """What writes the training as a plain Python file; "" for a server whose command line is not the person's."""
    return "" if settings.shared else _placed(f"{PROGRAM} export {run.id} --to script --out train_again.py", settings)


def _placed(line: str, settings: Settings) -> str:
    """With the workspace, where it is not the usual one."""
    root = settings.workspace.absolute()
    if root == default_root({}).absolute():
        return line
    return f"{PROGRAM} --workspace {shlex.quote(str(root))}{line.removeprefix(PROGRAM)}"


def _source(dataset: Path) -> str | None:
    """Where the pictures came from, where that is one place and is still there."""
    try:
        source = read_facts(dataset).source
    except UserError:
        return None
    return source if source and "\n" not in source and os.path.exists(source) else None
