"""Pictures beside a table of labels, and what a plan makes of them; for the tests of tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tests.data.pictures_for_tests import png, write_files
from tl_core.data.dataset import Dataset
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import LOCAL, Limits
from tl_core.data.planning import plan_of
from tl_core.data.several import open_sources

TABLE = "path,label\nimages/1.png,cat\nimages/2.png,cat\nimages/3.png,dog\nimages/4.png,dog\n"
WANTED = {"images/1.png": "cat", "images/2.png": "cat", "images/3.png": "dog", "images/4.png": "dog"}


def pictures(*numbers: int) -> dict[str, bytes]:
    return {f"images/{number}.png": png(number) for number in numbers or (1, 2, 3, 4)}


def labels(dataset: Dataset) -> dict[str, str]:
    return {record.path: record.label for record in dataset.index.records}


def planned(*paths: Path, limits: Limits = LOCAL) -> tuple[dict[str, Place], Layout]:
    """The places of pictures without reading one."""
    source = open_sources(paths, limits)
    plan = plan_of(source, limits)
    places = {
        entry.path: place
        for entry, place in zip(source.listing.entries, plan.places, strict=True)
        if isinstance(place, Place)
    }
    source.close()
    return places, plan


def kinds(path: Path) -> dict[str, str]:
    return {name: place.label for name, place in planned(path)[0].items()}


def told(found: Dataset | Layout, kind: str) -> dict[str, tuple[str, ...]]:
    findings = found.findings if isinstance(found, Layout) else found.report.findings
    return {finding.message: finding.paths for finding in findings if finding.kind == kind}


def sent(dataset: Dataset) -> int:
    report = dataset.report
    assert report.images == len(dataset.index.records)
    return report.images + len(report.skipped) + report.system_files


def with_table(
    root: Path, table: str | bytes, files: Mapping[str, bytes] | None = None, name: str = "labels.csv"
) -> Path:
    data = table.encode() if isinstance(table, str) else table
    return write_files(root / "set", {**(pictures() if files is None else files), name: data}) / name
