"""`python -m tl_core resume RUN`: goes on with a run from its last checkpoint, and follows its journal."""

from __future__ import annotations

import argparse

from tl_core.commands.progress import ProgressPrinter
from tl_core.commands.train import Following, counting_interrupts, early_worker
from tl_core.jobs.resuming import resume_run
from tl_core.jobs.rundir import find_run
from tl_core.jobs.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help="a run's folder or identifier")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", metavar="N", type=int, help="so many epochs in all")
    length.add_argument("--more", metavar="N", type=int, help="so many more epochs")
    parser.add_argument("--from-epoch", metavar="K", type=int, help="go on after this epoch instead of the last one")
    parser.add_argument("--json", action="store_true", help="print the journal's records, one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Raises a UserError where there is no such run, or nothing to go on with."""
    workspace = Workspace(arguments.workspace)
    found = find_run(workspace.person().runs, arguments.run_name)
    offset = found.journal.stat().st_size if found.journal.exists() else 0
    printer = ProgressPrinter()
    with counting_interrupts() as interrupts, early_worker(workspace) as worker:
        resume_run(
            found.path,
            worker,
            epochs=arguments.epochs,
            more_epochs=arguments.more,
            from_epoch=arguments.from_epoch,
        )
        return Following(found, printer, as_json=arguments.json, offset=offset).until_ended(interrupts)
