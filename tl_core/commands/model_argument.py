"""What the commands that take a MODEL share: finding it by path or identifier, and where results may be written."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tl_core.data.names import shown
from tl_core.errors import ConfigError
from tl_core.jobs.rundir import find_run
from tl_core.jobs.workspace import IDENTIFIER, Workspace, default_root

MODEL_HELP = "a run's folder or identifier, or a bundle (zip)"


def workspace_of_arguments(arguments: argparse.Namespace) -> Workspace:
    return Workspace(arguments.workspace or default_root())


def model_source(arguments: argparse.Namespace) -> Path:
    """The path that `arguments.model` means. Raises RunError for an identifier that no run has."""
    path = Path(arguments.model).expanduser()
    if IDENTIFIER.match(arguments.model) and not path.exists():
        return find_run(workspace_of_arguments(arguments).person().runs, arguments.model).path
    return path


@contextmanager
def writing(path: Path, option: str) -> Iterator[None]:
    """Turns a full disk, a write-protected folder and their like into ConfigError with the system's words."""
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{option} '{shown(str(path))}' could not be written ({error.strerror}).", "Choose another place."
        ) from error


def check_target(path: Path, option: str) -> None:
    """Raises ConfigError when no file can be written at `path`: better before the work than after it."""
    if path.is_dir():
        raise ConfigError(f"{option} is '{shown(str(path))}', which is a folder.", "Give a file's name in it.")
    if not path.parent.is_dir():
        raise ConfigError(
            f"{option} is '{shown(str(path))}', but there is no folder '{shown(str(path.parent))}'.",
            "Make the folder first.",
        )
