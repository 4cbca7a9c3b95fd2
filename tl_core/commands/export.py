"""`python -m tl_core export RUN --to bundle --out PATH`: takes a trained model away as one file, once it is proven."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tl_core.commands.model_argument import check_target, workspace_of_arguments, writing
from tl_core.data.names import listed, shown
from tl_core.errors import ConfigError
from tl_core.export.described import model_path
from tl_core.jobs.rundir import RunDir, find_run

if TYPE_CHECKING:
    from tl_core.jobs.exporting import Exported

FORMATS = {
    "bundle": "a zip with the weights, model.onnx, a script that runs it, and a card about it all",
    "onnx": "the whole model as one ONNX file",
    "torch": "the whole model as a torch.export program",
    "script": "the training itself as a Python file, with a table of the pictures beside it",
    "command": "the settings as one command line",
}
TEXTS = ("script", "command")
STEPS = {"loading": "Opening the model", "scoring": "Asking it", "saving": "Writing the file and testing it"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help="a run's folder or identifier")
    forms = "; ".join(f"{name}: {what}" for name, what in FORMATS.items())
    parser.add_argument("--to", choices=tuple(FORMATS), required=True, help=forms)
    parser.add_argument("--out", metavar="PATH", type=Path, required=True, help="the file to write")
    parser.add_argument("--no-samples", action="store_true", help="put no sample pictures into the bundle")
    parser.add_argument("--json", action="store_true", help="print what was written as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Writes the whole file or none. Raises UserError with what is in the way."""
    if arguments.no_samples and arguments.to != "bundle":
        raise ConfigError(f"--no-samples goes with --to bundle, not with {arguments.to}.", "Leave it out.")
    found = find_run(workspace_of_arguments(arguments).person().runs, arguments.run_name)
    with writing(arguments.out, "--out"):  # a name that the system does not take is told before the work
        check_target(arguments.out, "--out")
    if arguments.to in TEXTS:
        return _write_text(found, arguments)
    model_path(found.path)
    # torch takes seconds to import: help and mistakes are answered before.
    from tl_core.jobs.exporting import export_model

    with writing(arguments.out, "--out"):
        made = export_model(found, arguments.to, arguments.out, samples=not arguments.no_samples, tell=_tell)
    if arguments.json:
        print(json.dumps({"kind": "exported", **made.to_dict()}))
    else:
        _print(made)
    return 0


def _write_text(run: RunDir, arguments: argparse.Namespace) -> int:
    from tl_core.jobs.export_script import write_command, write_script

    with writing(arguments.out, "--out"):
        files = (write_script if arguments.to == "script" else write_command)(run, arguments.out)
    if arguments.json:
        print(json.dumps({"kind": "exported", "path": str(files[0]), "files": [str(file) for file in files]}))
    else:
        print(f"Wrote {listed([str(file) for file in files])}.")
    return 0


def _tell(phase: str, done: int, _total: int) -> None:
    if not done:
        print(f"{STEPS[phase]} ...", file=sys.stderr, flush=True)


def _print(made: Exported) -> None:
    print(f"Wrote '{shown(str(made.path))}' ({made.size / 1e6:.1f} MB).")
    pictures = max(check.pictures for check in made.checks)
    print(
        f"In a fresh process it answered {pictures} pictures as the run does: no probability is more than "
        f"{made.largest:.1e} away."
    )
    for note in made.notes:
        print(note)
