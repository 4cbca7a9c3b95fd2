"""Datasets that are held open are read anew when something of theirs was written."""

from __future__ import annotations

from pathlib import Path

from tests.data.pictures_for_tests import pets, write_files
from tl_core.data.dataset import import_source
from tl_core.data.limits import LOCAL
from tl_core.data.noted import Noted, write_noted
from tl_ui.dataset_shelf import DatasetShelf


def test_what_a_training_noted_is_told_without_another_change(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    content = import_source(write_files(tmp_path / "pets", pets()), folder).index.records[0].sha256
    shelf = DatasetShelf(LOCAL)
    before = shelf.dataset(folder)
    assert shelf.dataset(folder) is before
    assert [finding.kind for finding in before.report.findings] == ["few"]
    write_noted(folder, Noted("net", ((content, "cats"),), ()))
    assert [finding.kind for finding in shelf.dataset(folder).report.findings] == ["few", "outlier"]
