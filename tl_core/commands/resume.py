"""`python -m tl_core resume RUN`: planned, and says so."""

from __future__ import annotations

import argparse

from tl_core.errors import NotYetError
from tl_core.jobs.rundir import find_run
from tl_core.jobs.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_name", metavar="RUN", help="a run's folder or identifier")
    parser.add_argument("--json", action="store_true", help="print the journal's records, one JSON object a line")


def run(arguments: argparse.Namespace) -> int:
    """Raises RunError where there is no such run, else NotYetError."""
    found = find_run(Workspace(arguments.workspace).person().runs, arguments.run_name)
    raise NotYetError(
        f"Run '{found.id}' cannot be resumed: going on with a run is not built yet.",
        "Train again with the same data; what was computed once is kept, so it starts faster.",
    )
