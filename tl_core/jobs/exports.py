"""Exports as jobs: a folder of its own within the run's, with a journal; offered only once it is finished. Torch-free.

An export belongs to the model as it was: where weights, temperature or decision change, it is made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.errors import ConfigError
from tl_core.export.described import model_path
from tl_core.export.manifest import read_manifest
from tl_core.export.members import open_members
from tl_core.jobs import launcher
from tl_core.jobs.liveness import state_of
from tl_core.jobs.rundir import VERSION, JobDir, RunDir, read_job
from tl_core.jobs.view import read_view
from tl_core.platform import atomic_write_json

FILES = {"bundle": "model.zip", "onnx": "model.onnx", "torch": "model.pt2"}
EXPORTS = "exports"
ExportState = Literal["none", "working", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class ExportView:
    """Where an export stands. `file` is there where it is "ready"; `message` and `hint` where it has failed.

    `largest` is the largest difference of a probability from the run's own, over `pictures`; `notes` are sentences
    about what is not in the file.
    """

    state: ExportState
    phase: str = ""
    file: Path | None = None
    size: int = 0
    pictures: int = 0
    largest: float = 0.0
    notes: tuple[str, ...] = ()
    message: str = ""
    hint: str = ""


def export_folder(run: RunDir, to: str) -> Path:
    """For the model as it is now. Raises ConfigError for a form that is none, RunError or BundleError without one."""
    if to not in FILES:
        raise ConfigError(f"There is no form '{to}' to take a model away in.", f"Take one of {', '.join(FILES)}.")
    files = read_manifest(open_members(model_path(run.path)))
    told = hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()
    return run.path / EXPORTS / f"{to}-{told[:16]}"


def begin_export(
    run: RunDir, to: str, *, samples: bool = True, launch: Callable[[Path], object] = launcher.launch
) -> ExportView:
    """Starts it, unless it is under way or done; one that failed is tried again. Exports of older models go."""
    folder = export_folder(run, to)
    now = export_view(run, to)
    if now.state in ("working", "ready"):
        return now
    _tidy(run)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    request = {"kind": "export", "version": VERSION, "created": time.time(), "to": to, "samples": samples}
    atomic_write_json(JobDir(folder).import_request, request)
    launch(folder)
    return export_view(run, to)


def export_view(run: RunDir, to: str) -> ExportView:
    """How far it is, by its folder alone."""
    folder = export_folder(run, to)
    if not JobDir(folder).import_request.is_file():
        return ExportView("none")
    view = read_view(folder)
    if view.state in ("queued", "starting", "running"):
        return ExportView("working", phase=view.phase.name if view.phase else "")
    if view.state == "finished" and view.result and (folder / FILES[to]).is_file():
        checks = view.result["checks"]
        return ExportView(
            "ready",
            file=folder / FILES[to],
            size=view.result["bytes"],
            pictures=max(check["pictures"] for check in checks),
            largest=max(check["largest"] for check in checks),
            notes=tuple(view.result["notes"]),
        )
    if view.failure is not None:
        return ExportView("failed", message=view.failure.message, hint=view.failure.hint)
    return ExportView("failed", message="The export ended before it was done.", hint="Start it again.")


def export_request(folder: Path) -> tuple[RunDir, dict[str, Any]]:
    """Of an export's folder: the run that it belongs to, and what was asked for."""
    return RunDir(folder.parents[1]), read_job(folder)


def _tidy(run: RunDir) -> None:
    """What was exported of a model that is no longer there; what is still under way is left alone."""
    kept = {export_folder(run, to).name for to in FILES}
    for folder in (run.path / EXPORTS).glob("*"):
        if folder.name not in kept and state_of(folder) not in ("queued", "starting", "running"):
            shutil.rmtree(folder, ignore_errors=True)
