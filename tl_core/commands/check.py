"""`python -m tl_core check DATA...`: what is found in a set of pictures, and what to put right. Trains nothing.

What was read is kept in the workspace, so that a later train starts at once; without a writable one it is thrown away.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tl_core.commands.report_lines import facts_of, report_in_words
from tl_core.data.dataset import Dataset, find_unchanged, import_source
from tl_core.data.names import shown
from tl_core.data.reading import OnProgress
from tl_core.errors import RunError
from tl_core.jobs.sweeping import sweep_imports
from tl_core.jobs.workspace import Workspace, new_identifier

SECONDS_BETWEEN_LINES = 1.0
DATA_HELP = "a folder or a zip of class folders, or a table of paths and labels; several are taken as one set"
DONE_WORDS = {"reading": "Read", "looking": "Checked"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", type=Path, nargs="+", help=DATA_HELP)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="thaw-check-") as spare:
        datasets = _writable(Workspace(arguments.workspace), Path(spare))
        dataset = _known_or_read(arguments.data, datasets)
        if arguments.json:
            print(json.dumps({**dataset.report.to_dict(), **facts_of(dataset.index)}))
        else:
            for line in report_in_words(dataset):
                print(line)
    return 0


def _writable(workspace: Workspace, spare: Path) -> Path:
    """Where datasets are kept, or `spare` where nothing can be kept: to look, nobody needs a place of their own."""
    try:
        datasets = workspace.person().datasets
        datasets.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=datasets):
            return datasets
    except (OSError, RunError) as error:
        print(f"What is read now is not kept: {shown(str(error))}", file=sys.stderr)
        return spare


def _known_or_read(data: Sequence[Path], datasets: Path) -> Dataset:
    sweep_imports(datasets)
    known = find_unchanged(datasets, data)
    if known is not None:
        print(f"'{shown(known.name)}' has not changed since it was last read.", file=sys.stderr)
        return known
    return import_source(data, datasets / new_identifier(), on_progress=progress_lines(time.monotonic))


def progress_lines(clock: Callable[[], float]) -> OnProgress:
    """Says on standard error how far reading has come, once a second at most, and only when it takes that long."""
    last = clock()

    def say(phase: str, done: int, total: int) -> None:
        nonlocal last
        if clock() - last >= SECONDS_BETWEEN_LINES:
            last = clock()
            print(f"{DONE_WORDS[phase]} {done:,} of {total:,} files", file=sys.stderr)

    return say
