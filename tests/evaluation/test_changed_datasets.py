"""A run that was trained before its dataset was changed: kinds meet by name, and what the model cannot know is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.pictures_for_tests import pets, write_files
from tl_core.data.dataset import Dataset, import_source
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.splits import assign_splits, read_split_csv, write_split_csv
from tl_core.errors import DataError
from tl_core.evaluation.measuring import positions_of


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    return import_source(write_files(tmp_path / "pets", pets()), tmp_path / "dataset")


def test_an_old_run_meets_changed_labels_by_their_names(dataset: Dataset) -> None:
    trained_with = dataset.index.classes
    with DecoderPool(children=1) as pool:
        editor = DatasetEditor(dataset.folder, pool)
        moved = editor.relabel(["cats/0.png"], "dogs")
        assert positions_of(moved.index.records, trained_with) == {"cats": 0, "dogs": 1}
        swapped = editor.rename_class("dogs", "Cats and others")
        with pytest.raises(DataError, match="The model does not know this class: 'Cats and others'"):
            positions_of(swapped.index.records, trained_with)


def test_a_run_keeps_the_split_that_it_was_trained_with(dataset: Dataset, tmp_path: Path) -> None:
    write_split_csv(assign_splits(dataset.index, validation_share=0.3, seed=1), tmp_path / "split.csv")
    before = read_split_csv(tmp_path / "split.csv")
    DatasetEditor(dataset.folder).rename_class("dogs", "wolves")
    DatasetEditor(dataset.folder).leave_out(["cats/0.png"])
    assert read_split_csv(tmp_path / "split.csv") == before
    assert {row.label for row in before} == {"cats", "dogs"}
