"""A picture that somebody tells the truth of teaches, and never measures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.data.conftest import Bring
from tests.data.edits.editing import labels, loose
from tests.data.pictures_for_tests import encoded, noise, pets, write_files
from tl_core.data.dataset import Dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.index import ImageIndex
from tl_core.data.splits import assign_splits
from tl_core.errors import DataError


def told_paths(index: ImageIndex) -> list[str]:
    return [index.columns.path(int(row)) for row in np.flatnonzero(index.columns.told)]


def test_a_told_picture_is_there_and_undone_as_any_other(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    ((name, path),) = loose(tmp_path / "new", 90)
    added = editor.tell("cats", name, path, ())
    assert (added.images, labels(added.dataset)["cats/90.png"]) == (1, "cats")
    assert told_paths(added.dataset.index) == ["cats/90.png"]
    assert labels(editor.undo()) == labels(dataset)


def test_a_told_picture_never_validates_whatever_the_seed(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    for name, path in loose(tmp_path / "new", 90, 91, 92):
        index = editor.tell("cats", name, path, ()).dataset.index
    assert len(told_paths(index)) == 3
    for seed in range(12):
        judged = assign_splits(index, validation_share=0.5, seed=seed).of_split("val")
        assert judged, "others validate"
        assert not {record.path for record in judged} & set(told_paths(index))


def test_a_picture_that_is_there_already_is_refused_with_its_kind(dataset: Dataset, editor: DatasetEditor) -> None:
    record = dataset.index.records[0]
    with pytest.raises(DataError, match=f"among yours already: '{record.path}', as '{record.label}'"):
        editor.tell("dogs", "again.png", dataset.path_of(record), ())
    assert editor.history() == ()


def test_a_picture_nearly_the_same_as_one_that_measures_is_refused(
    tmp_path: Path, bring: Bring, pool: DecoderPool
) -> None:
    pictures = {f"train/{path}": content for path, content in pets(4).items()}
    measuring = {"test/cats/t.png": encoded(noise(70, (160, 144))), "train/cats/u.png": encoded(noise(71, (160, 144)))}
    dataset = bring(write_files(tmp_path / "set", {**pictures, **measuring, "test/dogs/d.png": encoded(noise(72))}))
    editor = DatasetEditor(dataset.folder, pool)
    for seed in (70, 71):
        (tmp_path / f"{seed}.jpg").write_bytes(encoded(noise(seed, (160, 144)), "JPEG", quality=80))
    with pytest.raises(DataError, match=r"nearly the same as 'test/cats/t.png', which measures the model"):
        editor.tell("cats", "70.jpg", tmp_path / "70.jpg", ())
    validated = next(record.sha256 for record in dataset.index.records if record.path == "train/cats/u.png")
    with pytest.raises(DataError, match=r"nearly the same as 'train/cats/u.png'"):
        editor.tell("cats", "71.jpg", tmp_path / "71.jpg", (validated,))
    told = editor.tell("cats", "71.jpg", tmp_path / "71.jpg", ()).dataset
    assert told_paths(told.index) == ["cats/71.jpg"]
    assert not {"cats/71.jpg", "train/cats/u.png"} & {
        record.path for record in assign_splits(told.index, validation_share=0.5, seed=3).of_split("val")
    }


def test_what_is_no_picture_is_said_and_changes_nothing(editor: DatasetEditor, tmp_path: Path) -> None:
    (tmp_path / "note.png").write_bytes(b"hello")
    added = editor.tell("cats", "note.png", tmp_path / "note.png", ())
    assert added.images == 0
    assert [item.reason for item in added.skipped] == ["It is a text file, not a picture."]
