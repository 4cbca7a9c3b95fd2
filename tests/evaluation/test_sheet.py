"""The sheet of answers to many photos: kept, counted, sorted, written as a table, and its copies in folders."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest

from tl_core.data.index import Skipped
from tl_core.data.store import stored_path
from tl_core.errors import RunError
from tl_core.evaluation.sheet import Line, Sheet, read_sheet, sheet_csv, write_sheet
from tl_core.evaluation.sorted_copies import NOT_SURE, folders_of, places_of, plain_name, sorted_zip

FOX = Line("trip/a.jpg", "a" * 64, "fox", 0.9, taken=1795253400.0, is_sure=True, is_unlike=False)
DOUBT = Line("trip/b.jpg", "b" * 64, "fox", 0.4, is_sure=False, is_unlike=True)
FROG = Line("=c.jpg", "c" * 64, "frog", 0.7, is_sure=True, is_unlike=False)
SHEET = Sheet(("fox", "frog"), (FROG, FOX, DOUBT), (Skipped("note.txt", "It is a text file, not a picture."),))


def test_a_sheet_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_sheet(tmp_path / "sheet.jsonl", SHEET)
    assert read_sheet(tmp_path / "sheet.jsonl") == SHEET


@pytest.mark.parametrize("content", [b"", b"{}\n", b'{"classes": []}\n{"path": 1}\n', b"\xff"])
def test_a_damaged_sheet_is_said_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "sheet.jsonl").write_bytes(content)
    with pytest.raises(RunError, match="The answers to these photos cannot be read"):
        read_sheet(tmp_path / "sheet.jsonl")


def test_the_summary_counts_answers_and_what_is_unlike_all_training_pictures() -> None:
    assert SHEET.summary() == {"images": 3, "skipped": 1, "unsure": 1, "unlike": 1, "kinds": [["fox", 1], ["frog", 1]]}
    nobody_knows = Sheet(("fox",), (Line("a.jpg", "a" * 64, "fox", 0.9),), ())
    assert (nobody_knows.summary()["unsure"], nobody_knows.summary()["unlike"]) == (0, None)


def test_lines_are_sorted_by_certainty_and_filtered_by_answer() -> None:
    assert SHEET.chosen() == [DOUBT, FROG, FOX]
    assert SHEET.chosen(order="most_sure") == [FOX, FROG, DOUBT]
    assert SHEET.chosen("fox") == [FOX]
    assert SHEET.chosen(only="unsure") == SHEET.chosen(only="unlike") == [DOUBT]
    assert SHEET.chosen(order="path") == [FROG, FOX, DOUBT]


def test_the_table_has_path_time_class_and_certainty_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(sheet_csv(SHEET).decode("utf-8-sig"))))
    assert rows == [
        ["path", "taken", "class", "certainty", "sure", "unlike training pictures", "problem"],
        ["'=c.jpg", "", "frog", "0.7000", "yes", "no", ""],
        ["trip/a.jpg", "2026-11-21 09:30:00", "fox", "0.9000", "yes", "no", ""],
        ["trip/b.jpg", "", "fox", "0.4000", "no", "yes", ""],
        ["note.txt", "", "", "", "", "", "It is a text file, not a picture."],
    ]


def test_copies_lie_in_the_folder_of_their_kind_under_their_own_way() -> None:
    assert [path for _, path in places_of(SHEET)] == ["frog/=c.jpg", "fox/trip/a.jpg", f"{NOT_SURE}/trip/b.jpg"]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a/b", "a_b"),
        ("..", "_"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("x. ", "x"),
        ("狐狸", "狐狸"),
        ('a"<b', "a__b"),
    ],
)
def test_a_name_of_a_stranger_becomes_one_that_every_system_takes(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_kinds_that_folders_cannot_tell_apart_stay_apart() -> None:
    found = folders_of(("a/b", "a:b", "A_B", NOT_SURE))
    assert len({name.casefold() for name in found.values()} | {NOT_SURE}) == 5


def test_the_zip_of_copies_holds_the_photos_and_the_table(tmp_path: Path) -> None:
    for line in (FOX, FROG):
        path = stored_path(tmp_path, line.sha256)
        path.parent.mkdir(parents=True)
        path.write_bytes(line.label.encode())
    content = b"".join(sorted_zip(SHEET, tmp_path))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["answers.csv", "frog/=c.jpg", "fox/trip/a.jpg"]  # the third has gone
        assert archive.read("fox/trip/a.jpg") == b"fox"
        assert archive.read("answers.csv") == sheet_csv(SHEET)
