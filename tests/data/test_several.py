from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_files, write_zip
from tl_core.data.dataset import Dataset, find_unchanged
from tl_core.data.importing import import_into
from tl_core.data.limits import Limits
from tl_core.data.several import open_sources
from tl_core.errors import DataError


def sent(dataset: Dataset) -> int:
    return dataset.report.images + len(dataset.report.skipped) + dataset.report.system_files


def bytes_of(dataset: Dataset) -> dict[str, bytes]:
    return {record.path: dataset.path_of(record).read_bytes() for record in dataset.index.records}


def test_files_of_one_name_in_two_zips_stay_two_pictures(tmp_path: Path, bring: Bring) -> None:
    one = write_zip(tmp_path / "one.zip", {"wrap/Cats/1.png": png(1), "wrap/dogs/1.png": png(2), "wrap/a.txt": b"x"})
    (tmp_path / "more").mkdir()
    again = {"cats/1.png": png(3), "birds/1.png": png(4), ".DS_Store": b"x"}
    other = write_zip(tmp_path / "more" / "one.zip", again)
    dataset = bring([one, other])
    assert bytes_of(dataset) == {
        "one.zip/wrap/Cats/1.png": png(1), "one.zip/wrap/dogs/1.png": png(2),
        "one.zip (2)/cats/1.png": png(3), "one.zip (2)/birds/1.png": png(4),
    }  # fmt: skip
    assert dataset.index.classes == ("Cats", "birds", "dogs")
    assert "merged_classes" in [finding.kind for finding in dataset.report.findings]
    assert (sent(dataset), dataset.name) == (6, "one + one")


def test_folders_zips_and_tables_are_one_set(tmp_path: Path, bring: Bring) -> None:
    folder = write_files(tmp_path / "a" / "pets", pets(1))
    table = write_files(tmp_path / "b" / "more", {"x.png": png(7), "l.csv": b"path,label\nx.png,birds\n"}) / "l.csv"
    archive = write_zip(tmp_path / "fish.zip", {"test/fish/1.png": png(8), "train/fish/2.png": png(9)})
    dataset = bring([folder, table, archive])
    assert bytes_of(dataset) == {
        "a/pets/cats/0.png": pets(1)["cats/0.png"], "a/pets/dogs/0.png": pets(1)["dogs/0.png"],
        "b/more/x.png": png(7), "fish.zip/test/fish/1.png": png(8), "fish.zip/train/fish/2.png": png(9),
    }  # fmt: skip
    assert [(record.label, record.split, record.stored) for record in dataset.index.records] == [
        ("cats", None, False), ("dogs", None, False), ("birds", None, False), ("fish", "test", True),
        ("fish", "train", True),
    ]  # fmt: skip
    assert dataset.facts.root == str(tmp_path.resolve())
    assert dataset.facts.bytes == len(png(8)) + len(png(9))
    assert sent(dataset) == 6


def test_several_sources_that_have_not_changed_are_known_again(tmp_path: Path, bring: Bring) -> None:
    sources = [write_files(tmp_path / "pets", pets(1)), write_zip(tmp_path / "more.zip", {"birds/1.png": png(5)})]
    dataset = bring(sources)
    found = find_unchanged(tmp_path / "datasets", sources)
    assert found is not None
    assert found.folder == dataset.folder
    assert find_unchanged(tmp_path / "datasets", sources[:1]) is None
    write_files(tmp_path / "pets", {"cats/new.png": png(6)})
    assert find_unchanged(tmp_path / "datasets", sources) is None


def test_all_that_is_wrong_with_several_is_said_at_once(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.zip": b"Rar!\x1a\7\1\0"})
    with pytest.raises(DataError, match=r"'a.zip' is a RAR archive, not a zip. There is no file or folder '.*nowhere'"):
        open_sources([tmp_path / "a.zip", tmp_path / "nowhere", tmp_path], Limits())
    with pytest.raises(DataError, match=r"Nothing was given. Give a folder, a zip or a table"):
        open_sources([], Limits())


def test_the_same_files_are_not_taken_twice(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "pets", pets(1))
    with pytest.raises(DataError, match=r"'pets' and 'cats' hold the same files. Give each one once"):
        open_sources([folder, folder / "cats"], Limits())
    with pytest.raises(DataError, match="hold the same files"):
        open_sources([folder, folder], Limits())


def test_limits_hold_for_all_of_them_together(tmp_path: Path) -> None:
    sources = [write_files(tmp_path / name, pets(1)) for name in ("a", "b")]
    with pytest.raises(DataError, match="Together they hold 4 files; at most 3 are taken"):
        open_sources(sources, Limits(entries=3))


def test_a_stopped_import_of_several_keeps_nothing(tmp_path: Path) -> None:
    sources = [write_files(tmp_path / "a", pets(1)), write_zip(tmp_path / "b.zip", {"x.txt": b""})]
    with pytest.raises(DataError, match="was stopped"):
        import_into(sources, tmp_path / "dataset", should_stop=lambda: True)
    assert not (tmp_path / "dataset").exists()
