"""Writes a run's training as a Python file beside a table of its pictures, or its settings as one command line.

Knows runs and files; the words of the script are tl_core.training.as_script's.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from tl_core.config import PRETRAINED, STARTS, RunConfig
from tl_core.data.dataset import Dataset, open_dataset
from tl_core.data.split_file import COLUMNS, read_split_csv
from tl_core.errors import ConfigError, RunError
from tl_core.export.command_text import train_command
from tl_core.export.described import model_path
from tl_core.jobs.beginnings import start_path
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view
from tl_core.platform import atomic_write_bytes
from tl_core.training.as_script import TABLE_ENDING, Subject, training_script
from tl_core.training.plan_values import TrainingPlan

NOT_MIRRORED = "Mirrored, only "  # how the warning begins that a training gives where it found that out


def write_script(run: RunDir, out: Path) -> tuple[Path, ...]:
    """The script at `out` and its table of pictures beside it. Raises UserError kinds with what is in the way."""
    view = read_view(run.path)
    if view.plan is None:
        raise RunError(f"The run '{run.id}' has made no plan yet.", "Wait until it has begun to train.")
    dataset = open_dataset(run.dataset_folder)
    config, plan = run.config, TrainingPlan.from_dict(view.plan)
    subject = Subject(
        config=config,
        plan=plan,
        title=run.label.name or f"The run '{run.id}'",
        data=str(_root(dataset)),
        mirrored=plan.flips != "none" and not any(said.startswith(NOT_MIRRORED) for said in view.warnings),
        start_weights=_start_weights(config, run),
    )
    table = out.with_name(out.stem + TABLE_ENDING)
    text = training_script(subject, out)
    atomic_write_bytes(table, pictures_table(run, dataset))
    atomic_write_bytes(out, text.encode("utf-8", "surrogateescape"))
    return out, table


def write_command(run: RunDir, out: Path) -> tuple[Path, ...]:
    """The settings as they were chosen, in one line that `python -m tl_core` takes."""
    dataset = open_dataset(run.dataset_folder)
    text = train_command(run.config, dataset.facts.root or dataset.name)
    atomic_write_bytes(out, text.encode("utf-8", "surrogateescape") + b"\n")
    return (out,)


def pictures_table(run: RunDir, dataset: Dataset) -> bytes:
    """split.csv with the place where each picture lies now, from the folder that the script begins at."""
    paths = {record.sha256: _place(dataset, dataset.path_of(record)) for record in dataset.index.records}
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in read_split_csv(run.split_file):
        if row.sha256 in paths:
            writer.writerow((paths[row.sha256], row.label, row.split, row.group, row.sha256))
    return text.getvalue().encode("utf-8", "surrogateescape")


def _root(dataset: Dataset) -> Path:
    return Path(dataset.facts.root) if dataset.facts.root else dataset.folder.absolute()


def _place(dataset: Dataset, path: Path) -> str:
    """Relative where it lies below, else whole: joined to any folder, a whole path stays what it is."""
    try:
        return path.absolute().relative_to(_root(dataset)).as_posix()
    except ValueError:
        return os.fspath(path.absolute())


def _start_weights(config: RunConfig, run: RunDir) -> str:
    if config.weights:
        return str(Path(config.weights).expanduser().absolute())
    if config.start in STARTS or config.start == PRETRAINED:
        return ""
    weights = model_path(start_path(config.start, run.path.parent)) / "model.safetensors"
    if not weights.is_file():
        raise ConfigError(
            f"The training began from '{config.start}', whose weights lie in a zip or are gone.",
            "Unpack that bundle, or take the settings as a command line: --to command.",
        )
    return str(weights.absolute())
