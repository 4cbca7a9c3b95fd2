"""Rows D, how the kinds lie in folders, splits and tables; what is asked, said or refused."""

from __future__ import annotations

import codecs
from dataclasses import replace
from pathlib import Path

import pytest

from tests.data.catalogue.hostile import accounted, said
from tests.data.conftest import Bring
from tests.data.pictures_for_tests import pets, png, write_files, write_zip
from tl_core.data.columns import Columns
from tl_core.data.columns_file import read_columns, write_columns
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.limits import HOSTED
from tl_core.data.splits import assign_splits, check_classes
from tl_core.errors import DataError
from tl_core.evaluation.measuring import positions_of

TABLE = "path,label\n1.png,cat\n2.png,cat\n3.png,dog\n4.png,dog\n"


def index_of(counts: dict[str, int]) -> ImageIndex:
    numbered = ((f"{label}/{at}.png", label) for label, count in counts.items() for at in range(count))
    records = [ImageRecord(path, label, None, f"{n:064x}", 8, 8, 9) for n, (path, label) in enumerate(numbered)]
    return ImageIndex.of(Columns.of(sorted(records, key=lambda record: record.path)))


def loose(*names: str) -> dict[str, bytes]:
    return {name: png(at) for at, name in enumerate(names)}


def test_d01_pictures_without_class_folders_are_refused_with_what_to_do_or_read_from_clear_names(
    tmp_path: Path, bring: Bring
) -> None:
    with pytest.raises(DataError, match=r"2 pictures in 'one', and no class folder. Put each kind in a folder .*csv"):
        bring(write_files(tmp_path / "one", loose("a.png", "b.png")))
    dataset = bring(write_files(tmp_path / "two", loose("cat_1.png", "cat_2.png", "dog_1.png", "dog_2.png")))
    assert accounted(dataset, 4) == {}
    assert said(dataset, "asked").startswith("No class folders: the kinds were read from the file names ('cat' and")


def test_d02_one_kind_alone_is_brought_in_and_refused_for_training(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "d", {name: data for name, data in pets().items() if "cats" in name}))
    assert accounted(dataset, 3) == {}
    assert "Only one kind was found: 'cats'. Add a second one, or a folder 'other'." in said(dataset, "few")
    with pytest.raises(DataError, match=r"Only one kind was found: 'cats'. Put at least two kinds .* may be 'other'"):
        check_classes(dataset.index)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_d04_d05_a_kind_of_few_pictures_is_warned_about_and_never_loses_its_last(count: int) -> None:
    for seed in range(5):
        counts = assign_splits(index_of({"rare": count, "usual": 30}), validation_share=0.9, seed=seed).counts()["rare"]
        assert counts["train"] >= 1
        assert ("val" in counts) is (count > 1)


def test_d04_d05_few_pictures_are_said(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "d", {**pets(), "rare/1.png": png(50)}))
    assert accounted(dataset, 7) == {}
    assert said(dataset, "few") == (
        "Few pictures of 'rare', 'cats' and 'dogs' (down to 1); 20 of each kind make a score."
    )


def test_d06_many_kinds_are_accepted_here_and_refused_where_guests_send_them(tmp_path: Path, bring: Bring) -> None:
    files = {f"kind {at:03}/1.png": png(at) for at in range(201)}
    path = write_zip(tmp_path / "d.zip", files)
    with pytest.raises(DataError, match=r"'d.zip' has 201 kinds; at most 200 are taken. Bring fewer kinds, or join"):
        bring(path, HOSTED)
    dataset = bring(path)
    assert accounted(dataset, 201) == {}
    assert len(dataset.index.classes) == 201
    assert len(index_of(dict.fromkeys((f"{at:05}" for at in range(10_000)), 2)).classes) == 10_000


def test_d08_a_kind_with_a_thousand_times_more_pictures_is_warned_about(tmp_path: Path, bring: Bring) -> None:
    files = {f"many/{at}.png": png(at, (8, 8)) for at in range(30)} | {"rare/1.png": png(900)}
    dataset = bring(write_files(tmp_path / "d", files))
    assert accounted(dataset, 31) == {}
    assert said(dataset, "imbalance") == "'many' has 30 pictures, 'rare' 1: the score leans to the big kinds."


@pytest.mark.parametrize("names", ["train val test", "Training Validation Testing", "TRAIN valid Test"])
def test_d09_the_persons_own_splits_are_recognised_and_kept(tmp_path: Path, bring: Bring, names: str) -> None:
    sides = names.split()
    files = {
        f"{side}/{kind}/{at}.png": png(at * 10 + len(kind)) for at, side in enumerate(sides) for kind in ("a", "bb")
    }
    dataset = bring(write_zip(tmp_path / "d.zip", files))
    assert accounted(dataset, 6) == {}
    assert dataset.report.classes == {kind: {"train": 1, "val": 1, "test": 1} for kind in ("a", "bb")}
    index = assign_splits(dataset.index, validation_share=0.5, seed=3)
    assert [record.split for record in index.records] == [record.split for record in dataset.index.records]


def test_d09_a_folder_of_test_pictures_without_kinds_is_asked_about(tmp_path: Path, bring: Bring) -> None:
    files = {f"train/{name}": data for name, data in pets().items()} | {"test/1.png": png(50)}
    dataset = bring(write_zip(tmp_path / "d.zip", files))
    assert accounted(dataset, 7)["test/1.png"].startswith("It lies beside the class folders of its split.")
    assert said(dataset, "ignored_folder").startswith("1 passed over in 'test'")


@pytest.mark.parametrize("side", ["val", "test"])
def test_d10_a_kind_that_train_lacks_is_harm_and_refused_by_name(tmp_path: Path, bring: Bring, side: str) -> None:
    files = {f"train/{name}": data for name, data in pets().items()}
    dataset = bring(write_zip(tmp_path / "d.zip", {**files, f"{side}/birds/1.png": png(50)}))
    assert accounted(dataset, 7) == {}
    assert "'train' has no pictures of 'birds'." in said(dataset, "missing_class")
    with pytest.raises(DataError, match=r"folder has a kind that train lacks: 'birds'. Add training pictures of it"):
        assign_splits(dataset.index, validation_share=0.3, seed=0)


def test_d10_a_kind_that_val_lacks_is_normal(tmp_path: Path, bring: Bring) -> None:
    files = {f"train/{name}": data for name, data in pets().items()} | {"val/cats/9.png": png(50)}
    dataset = bring(write_zip(tmp_path / "d.zip", files))
    assert said(dataset, "missing_class") == "'val' has no pictures of 'dogs'."
    check_classes(dataset.index)


def test_d12_pictures_in_train_and_test_are_counted_and_listed(tmp_path: Path, bring: Bring) -> None:
    files = {f"train/{name}": data for name, data in pets().items()}
    files |= {"test/cats/a.png": png(0), "test/cats/b.png": png(1), "test/dogs/c.png": png(60)}
    dataset = bring(write_zip(tmp_path / "d.zip", files))
    assert accounted(dataset, 9) == {}
    assert "2 of the 3 pictures in 'test' (66.7 %) have a copy in train" in said(dataset, "leak")
    assert ("test/cats/a.png", "train/cats/0.png") in [finding.paths for finding in dataset.report.findings]


def test_d13_recurring_inner_folders_are_kinds_and_the_outer_ones_groups(tmp_path: Path, bring: Bring) -> None:
    places = [f"{station}/cam1/{kind}" for station in ("north", "south") for kind in ("fox", "hare")]
    dataset = bring(write_files(tmp_path / "d", {f"{place}/1.png": png(at) for at, place in enumerate(places)}))
    assert accounted(dataset, 4) == {}
    assert dataset.index.classes == ("fox", "hare")
    assert {record.group for record in dataset.index.records} == {"north/cam1", "south/cam1"}
    assert "(north/cam1/fox: 1, north/cam1/hare: 1" in said(dataset, "asked")
    assert "The outer folders are kept as groups." in said(dataset, "asked")


def test_d14_pictures_in_a_folder_and_below_it_are_asked_about(tmp_path: Path, bring: Bring) -> None:
    files = loose("animals/1.png", "animals/cats/2.png", "animals/cats/3.png", "plants/4.png")
    dataset = bring(write_files(tmp_path / "d", files))
    assert accounted(dataset, 4) == {}
    assert dataset.index.classes == ("animals", "cats", "plants")
    assert "Folders lie inside folders (animals/cats: 2)" in said(dataset, "asked")


def test_d16_a_table_names_the_kinds_and_what_does_not_meet_is_listed_both_ways(tmp_path: Path, bring: Bring) -> None:
    files = {f"images/{at}.png": png(at) for at in range(1, 6)}
    dataset = bring(write_zip(tmp_path / "d.zip", {**files, "labels.csv": (TABLE + "9.png,cat\n").encode()}))
    assert "images/5.png" in accounted(dataset, 6)
    assert dataset.report.classes == {"cat": {"train": 2}, "dog": {"train": 2}}
    assert "9.png" in str([f.paths for f in dataset.report.findings if f.kind == "missing_file"])
    assert "images/5.png" in str([f.paths for f in dataset.report.findings if f.kind == "extra_file"])


@pytest.mark.parametrize(
    "table",
    [codecs.BOM_UTF8 + TABLE.encode(), TABLE.replace(",", ";").encode(), TABLE.replace(",", "\t").encode(),
     TABLE.encode("utf-16"), TABLE.replace("cat", '"cat"').replace("\n", "\r\n").encode()],
    ids=["BOM", "semicolon", "tab", "UTF-16", "quotes"],
)  # fmt: skip
def test_d17_every_way_a_table_is_written_is_read(tmp_path: Path, bring: Bring, table: bytes) -> None:
    files = {f"{at}.png": png(at) for at in range(1, 5)}
    dataset = bring(write_files(tmp_path / "d", {**files, "labels.csv": table}) / "labels.csv")
    assert dataset.report.classes == {"cat": {"train": 2}, "dog": {"train": 2}}
    accounted(dataset, 5)


def test_d17_five_rows_are_shown_with_what_their_columns_were_taken_for(tmp_path: Path, bring: Bring) -> None:
    files = {f"{at}.png": png(at) for at in range(1, 8)}
    table = "".join(f"{'ab'[at % 2]};{at}.png;{'long ' * 30}\n" for at in range(1, 8))
    dataset = bring(write_files(tmp_path / "d", {**files, "labels.csv": table.encode()}) / "labels.csv")
    (shown,) = dataset.report.tables
    assert (shown.name, shown.used, shown.header) == ("labels.csv", ("label", "path", ""), ())
    assert [row[:2] for row in shown.rows] == [("b", "1.png"), ("a", "2.png"), ("b", "3.png"), ("a", "4.png"),
                                               ("b", "5.png")]  # fmt: skip
    assert {len(row[2]) for row in shown.rows} == {80}
    assert DatasetEditor(dataset.folder).rename_class("a", "c").report.tables == dataset.report.tables


def test_d17_a_table_beyond_the_limit_is_refused(tmp_path: Path, bring: Bring) -> None:
    path = write_files(tmp_path / "d", {"1.png": png(1), "labels.csv": TABLE.encode() * 99}) / "labels.csv"
    with pytest.raises(DataError, match=r"The table 'labels.csv' has more than 1 kB. Split it, or leave columns out"):
        bring(path, replace(HOSTED, table_bytes=1000))


@pytest.mark.parametrize(
    ("name", "files"),
    [("COCO", {"train2017/1.jpg": b"x", "annotations/instances_train2017.json": b"{}"}),
     ("Pascal VOC", {f"V/{at}{end}": b"<annotation>" for at in "12" for end in (".jpg", ".xml")}),
     ("YOLO", {f"obj/{at}{end}": b"0 0.5 0.5 0.2 0.1\n" for at in "12" for end in (".jpg", ".txt")})],
)  # fmt: skip
def test_d18_a_set_of_boxes_is_refused_by_its_name(
    tmp_path: Path, bring: Bring, name: str, files: dict[str, bytes]
) -> None:
    with pytest.raises(DataError, match=rf"'d' is a {name} set: boxes around things .* Thaw tells whole pictures"):
        bring(write_files(tmp_path / "d", files))


def test_d20_d21_kinds_keep_their_names_whatever_their_order_and_a_change_makes_no_old_list_wrong(
    tmp_path: Path, bring: Bring, pool: DecoderPool
) -> None:
    files = list(pets().items())
    first = bring(write_zip(tmp_path / "one.zip", files))
    second = bring(write_zip(tmp_path / "two.zip", files[::-1]))
    labels = [{record.path: record.label for record in found.index.records} for found in (first, second)]
    assert labels[0] == labels[1]
    changed = DatasetEditor(second.folder, pool).rename_class("cats", "zebras")
    assert (first.index.classes, changed.index.classes) == (("cats", "dogs"), ("dogs", "zebras"))
    assert positions_of(second.index.records, first.index.classes) == {"cats": 0, "dogs": 1}
    with pytest.raises(DataError, match=r"The model does not know this class: 'zebras'. It knows: 'cats' and 'dogs'"):
        positions_of(changed.index.records, first.index.classes)


def test_d22_one_picture_over_and_over_is_harm_and_refused_for_training(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(write_files(tmp_path / "d", dict.fromkeys(pets(), png(1))))
    assert accounted(dataset, 6) == {}
    assert said(dataset, "identical") == "All 6 pictures are the same one: there is nothing to tell apart."
    with pytest.raises(DataError, match=r"All 6 pictures are the same one: there is nothing to tell apart"):
        check_classes(dataset.index)


def test_d24_an_opened_index_is_mapped_columns_and_no_list_of_records(tmp_path: Path) -> None:
    write_columns(tmp_path / "index.columns", index_of({"a": 3000, "b": 3000}).columns)
    columns = read_columns(tmp_path / "index.columns")
    assert len(columns) == 6000
    assert not columns.sha256.flags.owndata
    assert not columns.bytes.flags.writeable


def test_d25_a_name_is_only_text_in_a_table_and_as_a_folder(tmp_path: Path, bring: Bring) -> None:
    kinds = ["nan", "01", "1", "True", "NA", "null", "none", "other"]
    files = {f"{at}.png": png(at) for at in range(len(kinds))}
    table = "path,label\n" + "".join(f"{at}.png,{kind}\n" for at, kind in enumerate(kinds))
    dataset = bring(write_files(tmp_path / "d", {**files, "labels.csv": table.encode()}) / "labels.csv")
    assert dataset.index.classes == tuple(sorted(kinds))
    folders = bring(write_files(tmp_path / "e", {f"{kind}/1.png": png(at) for at, kind in enumerate(kinds)}))
    assert folders.index.classes == tuple(sorted(kinds))
