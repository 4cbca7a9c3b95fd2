"""What a dataset holds, in short, for the tests of its changes."""

from __future__ import annotations

from pathlib import Path

from tests.data.pictures_for_tests import png, write_files
from tl_core.data.dataset import Dataset
from tl_core.data.findings_copies import groups_of


def labels(dataset: Dataset) -> dict[str, str]:
    return {record.path: record.label for record in dataset.index.records}


def sent(dataset: Dataset) -> int:
    report = dataset.report
    assert (
        report.images == len(dataset.index.records) == sum(sum(counts.values()) for counts in report.classes.values())
    )
    assert dataset.facts.images == report.images
    return report.images + len(report.skipped) + report.system_files


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def loose(folder: Path, *seeds: int) -> list[tuple[str, Path]]:
    files = write_files(folder, {f"{seed}.png": png(seed) for seed in seeds})
    return [(path.name, path) for path in sorted(files.iterdir())]


def near_of(dataset: Dataset) -> list[str]:
    """The pictures that share a group with another one."""
    columns = dataset.index.columns
    return [columns.path(row) for rows in groups_of(columns.near) for row in rows]
