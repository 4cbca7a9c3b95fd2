"""`python -m tl_core export RUN --to bundle --out PATH`: takes a trained model away as one file."""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from tl_core.commands.model_argument import check_target, workspace_of_arguments, writing
from tl_core.data.names import shown
from tl_core.errors import NotYetError
from tl_core.jobs.rundir import find_run

FORMATS = ("bundle", "onnx", "torch", "script")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help="a run's folder or identifier")
    parser.add_argument(
        "--to", choices=FORMATS, required=True, help="bundle: a zip with the weights and all about them"
    )
    parser.add_argument("--out", metavar="PATH", type=Path, required=True, help="the file to write")
    parser.add_argument("--json", action="store_true", help="print what was written as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Writes the whole file or none. Raises UserError with what is in the way."""
    if arguments.to != "bundle":
        raise NotYetError(f"Export to '{arguments.to}' is not built yet.", "Use --to bundle.")
    found = find_run(workspace_of_arguments(arguments).person().runs, arguments.run_name)
    check_target(arguments.out, "--out")
    # torch takes seconds to import: help and mistakes are answered before.
    from tl_core.export.described import model_path
    from tl_core.export.packing import zip_model

    model = model_path(found.path)
    with writing(arguments.out, "--out"):
        zip_model(model, arguments.out)
    size = arguments.out.stat().st_size
    if arguments.json:
        with open(arguments.out, "rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        print(json.dumps({"kind": "exported", "path": str(arguments.out), "bytes": size, "sha256": sha256}))
    else:
        print(f"Wrote '{shown(str(arguments.out))}' ({size / 1e6:.1f} MB).")
    return 0
