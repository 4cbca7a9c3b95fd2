from __future__ import annotations

import errno
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.edits.editing import labels, loose, sent, state
from tests.data.pictures_for_tests import pets, png, write_zip
from tl_core.data import reading
from tl_core.data.dataset import Dataset, ImportStopped, create_dataset, open_dataset
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.splits import assign_splits
from tl_core.errors import DataError


def test_added_pictures_are_kept_beside_a_persons_folder(
    source: Path, dataset: Dataset, editor: DatasetEditor, tmp_path: Path
) -> None:
    before = state(source)
    files = [*loose(tmp_path / "new", 50, 51), ("bad.png", tmp_path / "new" / "gone.png"), ("Thumbs.db", source)]
    files.append(("C:\\photos\\50.png", tmp_path / "new" / "51.png"))
    added = editor.add("Cats", files)
    assert (added.images, added.system_files) == (2, 1)
    assert [item.reason for item in added.skipped] == [
        "The file is gone.", "The same picture is there already: 'Cats/50 (2).png'.",
    ]  # fmt: skip
    assert sent(added.dataset) == sent(dataset) + 5
    record = next(record for record in added.dataset.index.records if record.path == "Cats/50.png")
    assert (record.label, record.stored) == ("cats", True)
    (tmp_path / "new" / "50.png").unlink()
    assert added.dataset.path_of(record).read_bytes() == png(50)
    assert added.dataset.path_of(added.dataset.index.records[-1]).is_relative_to(source)
    assert state(source) == before
    assert list((dataset.folder / "incoming").iterdir()) == []


def test_pictures_that_are_there_already_are_not_added_twice(
    dataset: Dataset, editor: DatasetEditor, source: Path
) -> None:
    again = [(path.name, path) for path in sorted((source / "cats").iterdir()) if path.suffix == ".png"]
    added = editor.add("cats", again)
    assert (added.images, added.dataset.report.images) == (0, 6)
    assert [item.reason for item in added.skipped] == [
        f"The same picture is there already: 'cats/{number}.png'." for number in range(3)
    ]
    assert editor.add("dogs", again[:1]).images == 1, "another kind is a contradiction that the report shows"
    editor.leave_out(["cats/1.png"])
    assert editor.add("cats", again[1:2]).images == 1


def test_a_name_that_is_taken_gets_a_number(tmp_path: Path, bring: Bring, pool: DecoderPool) -> None:
    dataset = bring(write_zip(tmp_path / "pets.zip", pets()))
    added = DatasetEditor(dataset.folder, pool).add("cats", [("0.png", *loose(tmp_path / "new", 70)[0][1:])])
    assert [path for path in labels(added.dataset) if path.startswith("cats/0")] == ["cats/0 (2).png", "cats/0.png"]
    for record in added.dataset.index.records:
        assert added.dataset.path_of(record).stat().st_size == record.bytes


def test_a_dataset_is_made_kind_by_kind_from_nothing(tmp_path: Path, pool: DecoderPool) -> None:
    dataset = create_dataset(tmp_path / "datasets" / "new", "My pets")
    assert (dataset.name, dataset.index.classes, sent(dataset)) == ("My pets", (), 0)
    editor = DatasetEditor(dataset.folder, pool)
    editor.add("cats", loose(tmp_path / "cats", 1, 2))
    with pytest.raises(DataError, match=r"Only one kind was found: 'cats'. Put at least two kinds"):
        assign_splits(open_dataset(dataset.folder).index, validation_share=0.2, seed=1)
    both = editor.add("dogs", loose(tmp_path / "dogs", 3, 4)).dataset
    assert both.report.classes == {"cats": {"train": 2}, "dogs": {"train": 2}}
    assert both.facts.bytes == sum(len(png(seed)) for seed in (1, 2, 3, 4))
    assert [both.path_of(record).read_bytes() for record in both.index.records] == [png(seed) for seed in (1, 2, 3, 4)]


def test_a_whole_zip_is_added_with_its_kinds(dataset: Dataset, editor: DatasetEditor, tmp_path: Path) -> None:
    path = write_zip(
        tmp_path / "more.zip", {"CATS/9.png": png(90), "birds/1.png": png(91), "birds/x.png": b"", "a.txt": b""}
    )
    added = editor.add_source(path)
    assert added.dataset.report.classes == {"birds": {"train": 1}, "cats": {"train": 4}, "dogs": {"train": 3}}
    assert sent(added.dataset) == sent(dataset) + 4


def test_adding_that_is_stopped_changes_nothing(dataset: Dataset, editor: DatasetEditor, tmp_path: Path) -> None:
    before = {path for path in dataset.folder.rglob("*") if path.is_file()}
    with pytest.raises(ImportStopped, match="was stopped"):
        editor.add("cats", loose(tmp_path / "new", 50, 51), should_stop=lambda: True)
    assert {path for path in dataset.folder.rglob("*") if path.is_file()} == before
    assert open_dataset(dataset.folder).report == dataset.report


def test_a_full_disk_is_said_and_nothing_is_added(
    dataset: Dataset, editor: DatasetEditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(reading.os, "replace", full)
        with pytest.raises(DataError, match=r"The disk is full; nothing was kept. Free some space"):
            editor.add("cats", loose(tmp_path / "new", 50, 51))
    assert list((dataset.folder / "incoming").iterdir()) == []
    assert open_dataset(dataset.folder).report == dataset.report
