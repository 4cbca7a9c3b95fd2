from __future__ import annotations

import io
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import SMALL, pets, png, write_files, write_zip
from tl_core.data.dataset import (
    delete_dataset,
    find_unchanged,
    list_datasets,
    open_dataset,
)
from tl_core.data.decoder import DecoderPool
from tl_core.data.importing import import_into
from tl_core.data.index import ImageRecord
from tl_core.errors import DataError

FORMAT_1 = {
    "index.jsonl": """\
{"path": "cats/1.png", "label": "cats", "split": null, "sha256": "AB",
 "width": 40, "height": 36, "bytes": 500, "group": ""}|
{"path": "dogs/\\udcff.png", "label": "dogs", "split": "test", "sha256": "CD",
 "width": 8, "height": 9, "bytes": 70, "group": "North"}|
""".replace("\n", "")
    .replace("|", "\n")
    .replace("AB", "ab" * 32)
    .replace("CD", "cd" * 32),
    "report.json": """\
{"classes": {"cats": {"train": 1}, "dogs": {"test": 1}}, "images": 2, "skipped": [{"path": "x.txt", "reason": "It is a
 text file, not a picture."}], "system_files": 1, "findings": [{"kind": "few", "severity": "warning", "message": "Few.",
 "paths": []}]}""".replace("\n", ""),
    "dataset.json": """\
{"id": "old", "name": "Pets", "source": "/home/a/pets", "root": "/home/a/pets", "created": 1760000000.5, "state":
 "ready", "fingerprint": "f00d", "images": 2, "classes": 2, "bytes": 0, "format": 1}""".replace("\n", ""),
}


def test_pictures_of_a_folder_or_a_zip_can_be_found_again(source: Path, bring: Bring, pool: DecoderPool) -> None:
    dataset = bring(source)
    assert dataset.name == "pets"
    assert dataset.index.classes == ("cats", "dogs")
    assert dataset.report.classes == {"cats": {"train": 3}, "dogs": {"train": 3}}
    for record in dataset.index.records:
        assert dataset.path_of(record).read_bytes() == pets()[record.path]
        assert (record.width, record.height, record.split) == (40, 36, None)
        assert pool.square(dataset.path_of(record), SMALL).shape == (32, 32, 3)


def test_a_folders_pictures_stay_where_they_are(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", pets())
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    dataset = bring(folder)
    assert dataset.path_of(dataset.index.records[0]) == folder / "cats/0.png"
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    assert not (dataset.folder / "files").exists()


def test_a_dataset_is_opened_again_as_it_was(source: Path, bring: Bring) -> None:
    dataset = bring(source)
    again = open_dataset(dataset.folder)
    assert (again.index, again.report, again.facts) == (dataset.index, dataset.report, dataset.facts)


def test_an_unchanged_source_is_not_read_again_and_a_changed_one_is(source: Path, bring: Bring, tmp_path: Path) -> None:
    dataset = bring(source)
    found = find_unchanged(tmp_path / "datasets", source)
    assert found is not None
    assert found.folder == dataset.folder
    os.utime(source if source.is_file() else source / "cats/1.png", ns=(1, 1))
    assert find_unchanged(tmp_path / "datasets", source) is None


def test_nothing_of_an_unchanged_source_is_opened_when_it_is_looked_up(source: Path, bring: Bring) -> None:
    dataset = bring(source)
    path = source if source.is_file() else source / "cats/1.png"
    written, size = path.stat().st_mtime_ns, path.stat().st_size
    path.write_bytes(bytes(size))  # what is no picture and no archive any more: reading it would fail
    os.utime(path, ns=(written, written))
    found = find_unchanged(dataset.folder.parent, source)
    assert found is not None
    assert found.report == dataset.report


def test_a_file_more_or_another_name_makes_a_folder_changed(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", pets())
    bring(folder)
    (folder / "birds").mkdir()
    assert find_unchanged(tmp_path / "datasets", folder) is None
    (folder / "birds").rmdir()
    assert find_unchanged(tmp_path / "datasets", folder) is not None
    (folder / "cats/0.png").rename(folder / "cats/9.png")
    assert find_unchanged(tmp_path / "datasets", folder) is None


def test_thumbnails_are_made_once_while_the_pictures_are_looked_at(source: Path, bring: Bring) -> None:
    dataset = bring(source)
    made = {path: path.read_bytes() for path in (dataset.folder / "thumbnails").rglob("*.jpg")}
    assert len(made) == 6
    with DecoderPool(children=1, module="tests.data.no_such_child") as nobody:  # whoever asked it would hear so
        shown = {dataset.thumbnail(record, nobody) for record in dataset.index.records}
    assert {path: path.read_bytes() for path in shown} == made
    for data in made.values():
        with Image.open(io.BytesIO(data)) as small:
            assert (small.format, small.size) == ("JPEG", (40, 36))


def test_a_thumbnail_that_is_gone_or_of_another_size_is_made_when_it_is_asked_for(
    source: Path, bring: Bring, pool: DecoderPool
) -> None:
    dataset = bring(source)
    record = dataset.index.records[0]
    dataset.thumbnail(record, pool).unlink()
    path = dataset.thumbnail(record, pool)
    path.write_bytes(b"kept")
    assert dataset.thumbnail(record, pool).read_bytes() == b"kept"
    with Image.open(dataset.thumbnail(record, pool, 16)) as small:
        assert small.size == (16, 14)


def test_datasets_are_listed_newest_first_and_deleted_without_the_originals(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "pets", pets())
    archive = write_zip(tmp_path / "pets.zip", pets())
    first, second = bring(folder), bring(archive)
    (tmp_path / "datasets" / "unfinished").mkdir()
    assert [item.folder for item in list_datasets(tmp_path / "datasets")] == [second.folder, first.folder]
    assert [item.bytes for item in list_datasets(tmp_path / "datasets")] == [sum(map(len, pets().values())), 0]
    delete_dataset(first.folder)
    delete_dataset(second.folder)
    assert list_datasets(tmp_path / "datasets") == []
    assert archive.exists()
    assert len(list(folder.rglob("*.png"))) == 6


def test_only_a_dataset_is_deleted(tmp_path: Path) -> None:
    write_files(tmp_path / "holiday", {"1.png": png(1)})
    with pytest.raises(DataError, match="'holiday' is no dataset"):
        delete_dataset(tmp_path / "holiday")
    assert (tmp_path / "holiday" / "1.png").exists()


@pytest.mark.parametrize("name", ["dataset.json", "index.columns", "report.json"])
@pytest.mark.parametrize("damage", [b"", b"{", b"[1]", b'{"format": 1}\n'])
def test_a_damaged_dataset_says_which_file_and_what_to_do(tmp_path: Path, kept: Path, name: str, damage: bytes) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    (folder / name).write_bytes(damage)
    with pytest.raises(DataError, match=rf"The dataset 'copy' is damaged: {name} .* Delete this dataset"):
        open_dataset(folder)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, pool: DecoderPool) -> Path:
    root = tmp_path_factory.mktemp("kept")
    import_into(write_files(root / "pets", pets()), root / "dataset", pool=pool)
    return root / "dataset"


def test_a_dataset_that_an_older_version_made_still_opens(tmp_path: Path) -> None:
    write_files(tmp_path / "old", {name: text.encode() for name, text in FORMAT_1.items()})
    dataset = open_dataset(tmp_path / "old")
    assert (dataset.name, dataset.index.classes, dataset.report.system_files) == ("Pets", ("cats", "dogs"), 1)
    assert dataset.index.records == [
        ImageRecord("cats/1.png", "cats", None, "ab" * 32, 40, 36, 500),
        ImageRecord("dogs/\udcff.png", "dogs", "test", "cd" * 32, 8, 9, 70, "North"),
    ]


def test_a_dataset_of_a_newer_version_is_refused(tmp_path: Path, kept: Path) -> None:
    folder = shutil.copytree(kept, tmp_path / "copy")
    (folder / "dataset.json").write_text('{"format": 99}')
    with pytest.raises(DataError, match=r"made by a newer version of Thaw. Update Thaw"):
        open_dataset(folder)
