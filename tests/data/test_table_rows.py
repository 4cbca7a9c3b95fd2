from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png, write_files
from tests.data.tables_for_tests import TABLE, WANTED, labels, pictures, planned, sent, told, with_table


def test_what_is_missing_is_listed_both_ways_and_every_file_is_accounted_for(tmp_path: Path, bring: Bring) -> None:
    files = {**pictures(1, 2, 3, 4, 5, 6), "notes.txt": b"text", "images/Thumbs.db": b"x"}
    dataset = bring(with_table(tmp_path, TABLE + "images/gone.png,cat\nimages/5.png,\n", files))
    assert told(dataset, "missing_file") == {
        "1 row of 'labels.csv' without a file that is there.": ("images/gone.png",)
    }
    assert told(dataset, "extra_file") == {"1 picture without a row in 'labels.csv', passed over.": ("images/6.png",)}
    reasons = {item.path: item.reason for item in dataset.report.skipped}
    assert reasons == {
        "images/5.png": "Its row in the table has no label. Write one, or take the row out.",
        "images/6.png": "The table has no row for it. Write one to use it.",
        "notes.txt": "It is a text file, not a picture.",
    }
    assert (dataset.report.images, dataset.report.system_files, sent(dataset)) == (4, 2, 9)


def test_rows_that_disagree_are_harm_and_equal_rows_are_one(tmp_path: Path, bring: Bring) -> None:
    dataset = bring(with_table(tmp_path, TABLE + "images/1.png,dog\nimages/4.png,Dog\n"))
    assert labels(dataset) == {path: label for path, label in WANTED.items() if path != "images/1.png"}
    assert dataset.report.skipped[0].reason == "The table gives it several labels: 'cat' and 'dog'."
    assert told(dataset, "bad_row") == {
        "1 picture with several labels in 'labels.csv', passed over.": ("images/1.png",)
    }


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("../outside.png", "lead outside the folder"), ("images/../../outside.png", "lead outside the folder"),
        ("..\\outside.png", "lead outside the folder"), ("OUTSIDE", "are absolute"),
        ("C:\\outside.png", "are absolute"),
        ("\\\\server\\outside.png", "are absolute"), ("~/outside.png", "are absolute"),
        ("http://169.254.169.254/outside.png", "addresses on the internet"),
        ("file:///outside.png", "addresses on the"),
        ("S3://bucket/outside.png", "addresses on the internet"), ("images/1.png\0", "hold a NUL character"),
        ("", "name no file"), ("./", "name no file"), ("x" * 5000 + ".png", "name no file"),
    ],
)  # fmt: skip
def test_a_row_never_leads_out_of_the_tables_folder(tmp_path: Path, cell: str, reason: str) -> None:
    outside = write_files(tmp_path, {"outside.png": png(9)}) / "outside.png"
    cell = str(outside) if cell == "OUTSIDE" else cell
    places, plan = planned(with_table(tmp_path, f"{TABLE}{cell},fish\n"))
    assert {name: place.label for name, place in places.items()} == WANTED
    ((message, paths),) = told(plan, "bad_row").items()
    assert message.startswith("1 row of 'labels.csv' passed over: ")
    assert reason in message
    assert paths == (cell,)


def test_a_link_that_leads_outside_is_no_way_out(tmp_path: Path, bring: Bring) -> None:
    write_files(tmp_path / "outside", {"9.png": png(9)})
    path = with_table(tmp_path, TABLE + "elsewhere/9.png,fish\n")
    (path.parent / "elsewhere").symlink_to(tmp_path / "outside")
    dataset = bring(path)
    assert "fish" not in dataset.index.classes
    assert list(told(dataset, "missing_file").values()) == [("elsewhere/9.png",)]


def test_a_name_that_fits_several_files_needs_its_folder(tmp_path: Path) -> None:
    files = {"a/1.png": png(1), "b/1.png": png(2), "b/2.png": png(3), "c/b/2.png": png(4)}
    places, plan = planned(with_table(tmp_path, "path,label\n1.png,x\nold/b/1.png,x\nc/b/2.png,y\n", files))
    assert {name: place.label for name, place in places.items()} == {"b/1.png": "x", "c/b/2.png": "y"}
    assert list(told(plan, "bad_row")) == [
        "1 row of 'labels.csv' passed over: they fit several files; write the folder too."
    ]


def test_a_split_word_that_means_nothing_is_said(tmp_path: Path, bring: Bring) -> None:
    table = TABLE.replace("label", "label,split").replace("cat\n", "cat,train\n").replace("dog\n", "dog,extra\n")
    dataset = bring(with_table(tmp_path, table))
    assert "The splits 'extra' in 'labels.csv' mean none of train, val and test, and were not used." in told(
        dataset, "asked"
    )
