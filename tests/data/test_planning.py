from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png, write_files
from tests.data.tables_for_tests import TABLE, pictures, planned, sent, told, with_table
from tl_core.data.layout import Place
from tl_core.data.limits import HOSTED, LOCAL
from tl_core.data.planning import plan_of
from tl_core.data.several import open_sources
from tl_core.errors import DataError


def test_splits_come_from_folders_where_the_table_has_none(tmp_path: Path) -> None:
    files = {f"{side}/{number}.png": png(number) for number, side in enumerate(("train", "train", "test", "test"))}
    table = "path,label\n" + "".join(f"{path},{'ab'[number % 2]}\n" for number, path in enumerate(files))
    places, _ = planned(with_table(tmp_path, table, files))
    assert [(place.label, place.split) for place in places.values()] == [
        ("a", "test"), ("b", "test"), ("a", "train"), ("b", "train"),
    ]  # fmt: skip


def test_a_table_for_each_split_is_one_set(tmp_path: Path, bring: Bring) -> None:
    files = {
        **pictures(),
        "train.csv": b"image,label\n1.png,cat\n3.png,dog\n",
        "test.csv": b"image,label\n2.png,cat\n4.png,dog\n",
    }
    dataset = bring(write_files(tmp_path / "set", files))
    assert [record.split for record in dataset.index.records] == ["train", "test", "train", "test"]
    assert (sent(dataset), dataset.report.system_files) == (6, 2)


def test_a_table_that_is_about_something_else_is_only_a_file(tmp_path: Path, bring: Bring) -> None:
    files = {
        "cats/1.png": png(1),
        "dogs/1.png": png(2),
        "weather.csv": b"day,rain\n1,2\n",
        "other.tsv": b"path\tlabel\nx.png\ty\n",
    }
    dataset = bring(write_files(tmp_path / "set", files))
    assert dataset.index.classes == ("cats", "dogs")
    assert [item.path for item in dataset.report.skipped] == ["other.tsv", "weather.csv"]


def test_a_table_that_is_gone_when_it_is_looked_at_is_only_a_file(tmp_path: Path) -> None:
    path = with_table(tmp_path, TABLE, {"cats/1.png": png(1), "dogs/2.png": png(2)})
    source = open_sources([path.parent], LOCAL)
    path.unlink()
    assert {place.label for place in plan_of(source, LOCAL).places if isinstance(place, Place)} == {"cats", "dogs"}
    with pytest.raises(DataError, match=r"There is no file or folder .*labels.csv"):
        open_sources([path], LOCAL)


def test_a_table_wins_over_folders_and_it_is_said(tmp_path: Path, bring: Bring) -> None:
    files = {"a/1.png": png(1), "b/2.png": png(2), "metadata.csv": b"file_name,label\na/1.png,cat\nb/2.png,dog\n"}
    dataset = bring(write_files(tmp_path / "set", files))
    assert dataset.index.classes == ("cat", "dog")
    assert "The kinds were read from the table 'metadata.csv'. The names of the folders were not used." in told(
        dataset, "asked"
    )


def test_kinds_in_file_names_are_no_folders_that_a_table_passes_over(tmp_path: Path) -> None:
    files = {f"images/{kind}_{number}.png": b"x" for kind in ("a", "b") for number in range(3)}
    table = "image,label\n" + "".join(f"{path.split('/')[1]},{path[7].upper()}\n" for path in files)
    places, plan = planned(with_table(tmp_path, table, files).parent)
    assert {place.label for place in places.values()} == {"A", "B"}
    assert list(told(plan, "asked")) == ["The kinds were read from the table 'labels.csv'."]


def test_a_hosted_place_takes_two_hundred_kinds(tmp_path: Path) -> None:
    files = {f"{number}.png": b"x" for number in range(201)}
    path = with_table(tmp_path, "path,label\n" + "".join(f"{name},{name}\n" for name in files), files)
    assert len(planned(path)[0]) == 201
    with pytest.raises(DataError, match=r"'labels.csv' has 201 kinds; at most 200 are taken"):
        planned(path, limits=HOSTED)
