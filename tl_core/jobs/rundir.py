"""The folder of a job: which file is which, how a run or an import begins, how a run is found. Starts nothing."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from tl_core.config import RunConfig
from tl_core.errors import RunError
from tl_core.jobs.beginnings import check_stages, checked_beginning
from tl_core.jobs.workspace import IDENTIFIER, new_identifier, workspace_of
from tl_core.platform import atomic_write_json, fsync_folder, is_full

VERSION = 1  # of config.json and job.json
TICKET = "queue.json"
NAME_CHARACTERS = 120
NOTE_CHARACTERS = 4000


@dataclass(frozen=True, slots=True)
class JobDir:
    """What every job's folder holds, a run's and an importing dataset's alike."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def journal(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def log(self) -> Path:
        return self.path / "worker.log"

    @property
    def lock(self) -> Path:
        return self.path / "worker.lock"

    @property
    def identity(self) -> Path:
        """Who holds the lock, written after it was had."""
        return self.path / "worker.json"

    @property
    def launched(self) -> Path:
        """Whom the launcher started, written before that process has the lock."""
        return self.path / "launch.json"

    @property
    def stop(self) -> Path:
        return self.path / "stop"

    @property
    def resume_request(self) -> Path:
        """Exists from the wish to go on until the journal says so."""
        return self.path / "resume.json"

    @property
    def ticket(self) -> Path:
        """Its place in the queue; there from the wish to start until its worker trains."""
        return self.path / TICKET

    @property
    def heartbeat(self) -> Path:
        """Written over and over by the work itself, so that one that hangs is noticed."""
        return self.path / "heartbeat.json"

    @property
    def import_request(self) -> Path:
        return self.path / "job.json"


@dataclass(frozen=True, slots=True)
class Label:
    """What a person may change about a run at any time."""

    name: str
    note: str


@dataclass(frozen=True, slots=True)
class RunDir(JobDir):
    """A run's folder."""

    @property
    def config_file(self) -> Path:
        return self.path / "config.json"

    @property
    def label_file(self) -> Path:
        return self.path / "label.json"

    @property
    def split_file(self) -> Path:
        return self.path / "split.csv"

    @property
    def checkpoints(self) -> Path:
        return self.path / "checkpoints"

    @property
    def model(self) -> Path:
        """The model's folder; it is there when a usable model is."""
        return self.path / "model"

    @property
    def config(self) -> RunConfig:
        return RunConfig.from_dict(self._settings()["config"])

    @property
    def dataset_folder(self) -> Path:
        """Absolute; kept relative to the run's folder, so that a workspace can be moved."""
        return Path(os.path.normpath(self.path / self._settings()["dataset"]))

    @property
    def created(self) -> float:
        """Seconds since 1970."""
        return float(self._settings()["created"])

    @property
    def label(self) -> Label:
        values = _read_object(self.label_file)
        return Label(name=str(values.get("name", "")), note=str(values.get("note", "")))

    def write_label(self, label: Label) -> None:
        values = {"name": label.name.strip()[:NAME_CHARACTERS], "note": label.note[:NOTE_CHARACTERS]}
        atomic_write_json(self.label_file, values)

    def _settings(self) -> dict[str, Any]:
        return _read_object(self.config_file, needs=("config", "dataset", "created"))


def create_run(runs: Path, config: RunConfig, dataset_folder: Path) -> RunDir:
    """A new run's folder with its settings, whole or not at all; nothing runs yet.

    Raises a UserError, and leaves no folder, where the run could not begin with what its settings name.
    """
    config = checked_beginning(config, runs)
    run = RunDir(runs / new_identifier())
    check_stages(config, workspace_of(run.path.absolute()).cache)
    draft = RunDir(runs / f".{run.id}")
    try:
        draft.path.mkdir(parents=True)
        draft.write_label(Label(name=config.name, note=""))
        settings = {
            "kind": "train",
            "version": VERSION,
            "created": time.time(),
            "config": config.to_dict(),
            "dataset": _relative(dataset_folder, run.path),
        }
        atomic_write_json(draft.config_file, settings)
        draft.path.rename(run.path)
    except BaseException as error:
        shutil.rmtree(draft.path, ignore_errors=True)
        if isinstance(error, OSError) and is_full(error):
            raise RunError("The disk is full: no training can begin.", "Free some space, then try again.") from error
        raise
    fsync_folder(runs)
    return run


def create_import(
    datasets: Path, source: Path | Sequence[Path], name: str = "", *, limits: Literal["local", "hosted"] = "local"
) -> Path:
    """A new dataset's folder that asks for `source`, or several together, to be imported into it; nothing runs yet."""
    sources = [source] if isinstance(source, Path) else list(source)
    job = JobDir(datasets / new_identifier())
    job.path.mkdir(parents=True)
    values = {
        "kind": "import",
        "version": VERSION,
        "created": time.time(),
        "source": str(sources[0].absolute()),
        "sources": [str(path.absolute()) for path in sources],
        "name": name,
        "limits": limits,
    }
    atomic_write_json(job.import_request, values)
    return job.path


def read_job(folder: Path) -> dict[str, Any]:
    """The settings of the job in `folder`, with `kind` "train" or "import"."""
    run = RunDir(folder)
    path = run.config_file if run.config_file.exists() else run.import_request
    return _read_object(path, needs=("kind",))


def find_run(runs: Path, id_or_path: str) -> RunDir:
    """The run of an identifier or of a folder's path; raises RunError where there is none."""
    if IDENTIFIER.match(id_or_path) and (runs / id_or_path).is_dir():
        return RunDir(runs / id_or_path)
    folder = Path(id_or_path).expanduser()
    if RunDir(folder).config_file.is_file():
        return RunDir(folder.resolve())
    raise RunError(
        f"There is no run '{id_or_path}'.",
        "Give a run's folder or its identifier; `python -m tl_core runs` lists them.",
    )


def list_runs(runs: Path) -> tuple[RunDir, ...]:
    """Every run, the newest first."""
    found = [RunDir(path) for path in runs.iterdir() if IDENTIFIER.match(path.name)] if runs.is_dir() else []
    return tuple(sorted(found, key=lambda run: _modified(run.config_file), reverse=True))


def _modified(path: Path) -> float:
    """config.json is written once, so its date is the run's; 0 where it is missing."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _relative(target: Path, folder: Path) -> str:
    """With '/', relative to `folder` where both lie on one drive."""
    try:
        return Path(os.path.relpath(target.absolute(), folder.absolute())).as_posix()
    except ValueError:
        return str(target.absolute())


def _read_object(path: Path, *, needs: tuple[str, ...] = ()) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError(f"'{path.parent}' is no folder of a run: '{path.name}' is missing.") from None
    except (OSError, ValueError) as error:
        raise RunError(f"'{path}' cannot be read: {error}.", "The run's folder is damaged.") from error
    missing = [name for name in needs if not isinstance(values, dict) or name not in values]
    if missing or not isinstance(values, dict):
        raise RunError(f"'{path}' holds no {', '.join(missing) or 'settings'}.", "The run's folder is damaged.")
    return values
