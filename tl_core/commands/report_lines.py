"""A dataset's report as lines for a person at a terminal, and what `check --json` adds. Parses no arguments."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from tl_core.data.counting import counted
from tl_core.data.dataset import Dataset
from tl_core.data.groups import proposals
from tl_core.data.index import SPLITS, DatasetReport, ImageIndex, Skipped, TablePreview
from tl_core.data.names import listed, shown
from tl_core.data.overview import extremes, formats

PATHS_SHOWN = 3
REASONS_SHOWN = 10
KINDS_SHOWN = 60
BAR_LETTERS = 32  # of the largest kind
BARS = {"train": "#", "val": "=", "test": "."}  # plain letters: not every terminal has blocks


def report_in_words(dataset: Dataset) -> list[str]:
    """What was found: kinds with bars, sizes and formats, the findings by harm, and what was passed over."""
    report = dataset.report
    lines = [
        f"{shown(dataset.name)}: {counted(report.images, 'picture')}, {counted(len(report.classes), 'kind')}; passed "
        f"over: {counted(len(report.skipped), 'file')}, and {report.system_files:,} of the system."
    ]
    lines += _kinds_in_words(report) + _tables_in_words(report.tables) + _facts_in_words(facts_of(dataset.index))
    for finding in report.findings:
        lines.append(f"{finding.severity}: {shown(finding.message)}")
        if finding.paths:
            lines.append(f"  {listed(finding.paths, PATHS_SHOWN)}")
    if not report.findings:
        lines.append("Nothing to put right was found.")
    return lines + _skipped_in_words(report.skipped)


def facts_of(index: ImageIndex) -> dict[str, Any]:
    """The smallest and the largest picture by their pixels, how many there are of each format, and what they can be
    grouped by.
    """
    facts: dict[str, Any] = {"smallest": None, "largest": None, "formats": {}, "groupings": []}
    columns = index.columns
    ends = extremes(columns)
    if ends is None:
        return facts
    facts["groupings"] = [dataclasses.asdict(grouping) for grouping in proposals(index)]
    for name, at in zip(("smallest", "largest"), ends, strict=True):
        size = {"width": int(columns.width[at]), "height": int(columns.height[at])}
        facts[name] = {"path": columns.path(at), **size}
    return {**facts, "formats": {name: count for name, count in formats(columns) if name}}


def _kinds_in_words(report: DatasetReport) -> list[str]:
    kinds = list(report.classes.items())[:KINDS_SHOWN]
    wide = max((len(shown(label)) for label, _ in kinds), default=0)
    parts = [", ".join(f"{counts[split]:,} {split}" for split in SPLITS if split in counts) for _, counts in kinds]
    most = max((sum(counts.values()) for _, counts in kinds), default=1)
    room = max(map(len, parts), default=0)
    lines = [
        f"  {shown(label):<{wide}}  {part:<{room}}  {_bar(counts, most)}"
        for (label, counts), part in zip(kinds, parts, strict=True)
    ]
    if len(report.classes) > KINDS_SHOWN:
        lines.append(f"  and {len(report.classes) - KINDS_SHOWN:,} more kinds (all with --json)")
    return lines


def _bar(counts: dict[str, int], most: int) -> str:
    """A letter for every so many pictures, at least one for a split that has any."""
    lengths = {split: max(1, round(counts[split] * BAR_LETTERS / most)) for split in SPLITS if counts.get(split)}
    return "".join(BARS[split] * length for split, length in lengths.items())


def _tables_in_words(tables: Sequence[TablePreview]) -> list[str]:
    """The first rows of each table, below what its columns were taken for."""
    lines = []
    for table in tables:
        header = table.header or ("",) * len(table.used)
        titles = [f"{name} [{use}]".strip() if use else name for name, use in zip(header, table.used, strict=True)]
        lines.append(f"First rows of the table '{shown(table.name)}', with what its columns were taken for:")
        lines += [f"  {shown(' | '.join(cells))}" for cells in (titles, *table.rows)]
    return lines


def _facts_in_words(facts: dict[str, Any]) -> list[str]:
    if not facts["smallest"]:
        return []
    smallest, largest = (
        f"{facts[name]['width']} x {facts[name]['height']} ('{shown(facts[name]['path'])}')"
        for name in ("smallest", "largest")
    )
    counts = ", ".join(f"{count:,} {name}" for name, count in facts["formats"].items())
    of_one_size = facts["smallest"] == facts["largest"]
    return [
        f"Pixels: {smallest}; none has more or fewer." if of_one_size else f"Pixels: {smallest} to {largest}.",
        *([f"Formats: {counts}."] if counts else []),
        *_groupings_in_words(facts["groupings"]),
    ]


def _groupings_in_words(groupings: Sequence[dict[str, Any]]) -> list[str]:
    """What whole groups can be made of; the first is the one that is taken for new places."""
    if not groupings:
        return []
    lines = [f"  {shown(grouping['sentence'])} (group_by={grouping['by']})" for grouping in groupings]
    return [
        "Groups that can be kept on one side of a split, for use in new places (used_in=new takes the first):",
        *lines,
    ]


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
