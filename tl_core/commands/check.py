"""`python -m tl_core check DATA`: what is found in a set of pictures, and what to put right. Trains nothing.

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

from tl_core.data.counting import counted
from tl_core.data.dataset import Dataset, find_unchanged, import_source
from tl_core.data.index import SPLITS, DatasetReport, Skipped
from tl_core.data.names import listed, shown
from tl_core.data.reading import OnProgress
from tl_core.errors import RunError
from tl_core.jobs.workspace import Workspace, new_identifier

SECONDS_BETWEEN_LINES = 1.0
PATHS_SHOWN = 3
REASONS_SHOWN = 10
DONE_WORDS = {"reading": "Read", "looking": "Checked"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", type=Path, help="a folder or a zip of class folders")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="thaw-check-") as spare:
        datasets = _writable(Workspace(arguments.workspace), Path(spare))
        dataset = _known_or_read(arguments.data, datasets)
        if arguments.json:
            print(json.dumps(dataset.report.to_dict()))
        else:
            for line in report_in_words(dataset.name, dataset.report):
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


def _known_or_read(data: Path, datasets: Path) -> Dataset:
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


def report_in_words(name: str, report: DatasetReport) -> list[str]:
    """The report as lines for a person: what was found, then the findings by harm, then what was passed over."""
    lines = [
        f"{shown(name)}: {counted(report.images, 'picture')}, {counted(len(report.classes), 'kind')}; passed over: "
        f"{counted(len(report.skipped), 'file')}, and {report.system_files:,} of the system."
    ]
    wide = max((len(label) for label in report.classes), default=0)
    for label, counts in report.classes.items():
        parts = ", ".join(f"{counts[split]:,} {split}" for split in SPLITS if split in counts)
        lines.append(f"  {shown(label):<{wide}}  {parts}")
    for finding in report.findings:
        lines.append(f"{finding.severity}: {shown(finding.message)}")
        if finding.paths:
            lines.append(f"  {listed(finding.paths, PATHS_SHOWN)}")
    if not report.findings:
        lines.append("Nothing to put right was found.")
    return lines + _skipped_in_words(report.skipped)


def _skipped_in_words(skipped: Sequence[Skipped]) -> list[str]:
    """One line a reason, with examples; `--json` has every file."""
    by_reason: dict[str, list[str]] = {}
    for item in skipped:
        by_reason.setdefault(item.reason, []).append(item.path)
    ranked = sorted(by_reason.items(), key=lambda pair: -len(pair[1]))
    lines = [f"passed over: {listed(paths, PATHS_SHOWN)}: {shown(reason)}" for reason, paths in ranked[:REASONS_SHOWN]]
    if len(ranked) > REASONS_SHOWN:
        rest = sum(len(paths) for _, paths in ranked[REASONS_SHOWN:])
        lines.append(f"passed over: {rest:,} more for other reasons (all with --json)")
    return lines
