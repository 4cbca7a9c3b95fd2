from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.edits.editing import sent
from tl_core.data.dataset import Dataset
from tl_core.data.edits import DatasetEditor
from tl_core.data.splits import SplitRow, assign_splits, read_split_csv, write_split_csv
from tl_core.errors import DataError


def test_a_split_table_that_was_taken_away_is_brought_back(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    wanted = assign_splits(dataset.index, validation_share=0.34, seed=5)
    write_split_csv(wanted, tmp_path / "split.csv")
    changed = editor.set_splits(read_split_csv(tmp_path / "split.csv"))
    assert [record.split for record in changed.index.records] == [record.split for record in wanted.records]
    assert sent(changed) == sent(dataset)


def test_rows_of_a_split_are_matched_by_content_then_by_path_and_the_others_said(
    dataset: Dataset, editor: DatasetEditor
) -> None:
    content = dataset.index.records[0].sha256
    rows = [
        SplitRow("renamed.png", "cats", "val", "", content), SplitRow("cats/1.png", "cats", "test", "", ""),
        SplitRow("cats/2.png", "cats", "test", "", "0" * 64), SplitRow("gone.png", "cats", "val", "", "1" * 64),
    ]  # fmt: skip
    changed = editor.set_splits(rows)
    assert [record.split for record in changed.index.records][:4] == ["val", "test", "test", None]
    told = {
        finding.message: finding.paths for finding in changed.report.findings if finding.kind in ("bad_row", "asked")
    }
    assert told == {
        "1 row of the split fit no picture here, and were passed over.": ("gone.png",),
        "1 row of the split were matched by name alone: the pictures are others now.": ("cats/2.png",),
        "3 pictures without a row in the split that was brought keep their side.": (),
    }
    with pytest.raises(DataError, match="None of the 1 row fits a picture of this dataset"):
        editor.set_splits(rows[3:])
