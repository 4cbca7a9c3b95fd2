from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png, write_zip
from tests.data.tables_for_tests import TABLE, WANTED, kinds, labels, pictures, planned, sent, told, with_table
from tl_core.data.limits import Limits
from tl_core.data.tables import read_table
from tl_core.errors import DataError


@pytest.mark.parametrize("way", ["table", "folder", "zip"])
def test_a_table_beside_pictures_gives_the_kinds(tmp_path: Path, bring: Bring, way: str) -> None:
    path = with_table(tmp_path, TABLE)
    if way == "zip":
        path = write_zip(
            tmp_path / "set.zip", {"set/labels.csv": TABLE.encode(), **{f"set/{n}": d for n, d in pictures().items()}}
        )
    dataset = bring(path.parent if way == "folder" else path)
    assert list(labels(dataset).values()) == list(WANTED.values())
    assert (dataset.name, sent(dataset), dataset.report.system_files) == ("set", 5, 1)
    for record in dataset.index.records:
        assert dataset.path_of(record).read_bytes() == png(int(record.path[-5]))
    asked = "The kinds were read from the table 'labels.csv'."
    assert (asked in told(dataset, "asked")) is (way != "table")


@pytest.mark.parametrize(
    "table",
    [
        TABLE.replace(",", ";"),
        TABLE.replace(",", "\t"),
        TABLE.replace(",", "|"),
        TABLE.replace("\n", "\r\n"),
        TABLE.replace("images/1.png", '"images/1.png"').replace("cat", '"cat"'),
        codecs.BOM_UTF8 + TABLE.encode(),
        TABLE.encode("utf-16"),
        TABLE.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TABLE.encode("utf-16-be"),
        TABLE.replace("images/", "images\\"),
        TABLE.replace("images/", "./images//"),
        TABLE.replace("images/", "old/place/images/"),
        TABLE.replace("images/", ""),
        TABLE.replace("images/", "").replace(".png", ""),
        TABLE.replace("images/", "").replace(".png", ".PNG"),
        TABLE.removeprefix("path,label\n"),
        TABLE.replace("path,label", "Filename ,Class_Name"),
        TABLE.replace("path,label", "图片,类别"),
        TABLE.replace("path,label", "what,ever"),
        "label,path\n" + "".join(f"{label},{path}\n" for path, label in WANTED.items()),
        "\n\npath,label\n\n" + "".join(f"{path} , {label}\n" for path, label in WANTED.items()),
        "id,width,label\n" + "".join(f"{path},{at},{label}\n" for at, (path, label) in enumerate(WANTED.items())),
        "image,class_id,class\n" + "".join(f"{path},{len(label)},{label}\n" for path, label in WANTED.items()),
        "image,cat,dog\nimages/1.png,1,0\nimages/2.png,1,0\nimages/3.png,0,1\nimages/4.png,0,1\n",
    ],
    ids=["semicolon", "tab", "pipe", "windows lines", "quotes", "utf-8 mark", "utf-16", "utf-16 without mark",
         "utf-16 big end first", "backslashes", "dots and doubled slashes", "another root", "names alone",
         "names without ending", "capital ending", "no header", "other spelling", "chinese header", "unknown header",
         "columns turned round", "spaces and empty lines", "more columns", "words before numbers", "one column a kind"],
)  # fmt: skip
def test_tables_are_read_as_people_write_them(tmp_path: Path, table: str | bytes) -> None:
    assert kinds(with_table(tmp_path, table)) == WANTED


@pytest.mark.parametrize(
    ("encoding", "label"), [("cp1252", "Müll"), ("gbk", "可回收垃圾"), ("cp932", "燃えるごみ"), ("cp1251", "стекло")]
)
def test_an_old_alphabet_is_found_out(tmp_path: Path, encoding: str, label: str) -> None:
    assert set(kinds(with_table(tmp_path, TABLE.replace("cat", label).encode(encoding))).values()) == {label, "dog"}


@pytest.mark.parametrize("label", ["NA", "nan", "null", "None", "01", "1", "1.0", "True", "=1+1", "-"])
def test_a_label_stays_the_text_that_it_is(tmp_path: Path, label: str) -> None:
    assert label in kinds(with_table(tmp_path, TABLE.replace("cat", label))).values()


def test_an_old_alphabet_is_found_far_down_in_a_long_table(tmp_path: Path) -> None:
    rows = "".join(f"images/1.png,cat{' ' * (number % 50)}\n" for number in range(9000))
    table = "path,label\n" + rows + "images/3.png,M\u00fcll\nimages/4.png,M\u00fcll\n"
    assert set(kinds(with_table(tmp_path, table.encode("cp1252"))).values()) == {"cat", "Müll"}


def test_a_tsv_is_a_table_too(tmp_path: Path) -> None:
    table = "path\tlabel\n1.png\tcat, small\n2.png\tcat, small\n3.png\tdog; big\n4.png\tdog; big\n"
    assert set(kinds(with_table(tmp_path, table, name="labels.tsv")).values()) == {"cat, small", "dog; big"}
    assert set(kinds(with_table(tmp_path / "x", table, name="LABELS.TSV").parent).values()) == {
        "cat, small",
        "dog; big",
    }


def test_a_split_and_a_group_column_are_used(tmp_path: Path, bring: Bring) -> None:
    table = (
        "file,species,SET,Station\nimages/1.png,cat,Train,north\nimages/2.png,Cat,VALID,south\n"
        "images/3.png,dog,training,north\nimages/4.png,dog,Testing,\n"
    )
    dataset = bring(with_table(tmp_path, table))
    assert [(record.split, record.group) for record in dataset.index.records] == [
        ("train", "north"), ("val", "south"), ("train", "north"), ("test", ""),
    ]  # fmt: skip
    assert "'Cat', 'cat' were taken as one kind: 'Cat'." in told(dataset, "merged_classes")


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("", "The table 'labels.csv' is empty"),
        ("\n\n", "The table 'labels.csv' is empty"),
        (
            "label,x\ncat,aa\ndog,bb\n",
            "'labels.csv' has no column of paths that name pictures here. Name a column 'path'; the table has",
        ),
        ("path\nimages/1.png\n", "'labels.csv' has no column of labels"),
        (
            "path,label\nx.png,cat\n",
            r"No row of 'labels.csv' gives a label to a file that is there. 1 row of 'labels.csv' without",
        ),
        ("path,label\n/home/x/1.png,cat\n", r"No row .* passed over: their paths are absolute"),
        ("PK\3\4", "'labels.csv' is a zip archive or an Office document, not a table. Save the table as CSV"),
        ("%PDF-1.4", "'labels.csv' is a PDF document, not a table"),
        ('path,label\n"' + "x" * 200_000, "Line .* of the table 'labels.csv' cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_says_why(tmp_path: Path, table: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as caught:
        planned(with_table(tmp_path, table))
    assert caught.value.hint


def test_a_table_beyond_the_limits_is_refused(tmp_path: Path) -> None:
    path = with_table(tmp_path, TABLE)
    with pytest.raises(DataError, match=r"The table 'labels.csv' has more than 50 bytes"):
        planned(path, limits=Limits(table_bytes=50))
    with pytest.raises(DataError, match=r"The table 'labels.csv' has more than 3 rows"):
        planned(path, limits=Limits(table_rows=3))
    with pytest.raises(DataError, match=r"has 2 kinds; at most 1 are taken. Bring fewer kinds"):
        planned(path, limits=Limits(classes=1))


def test_bytes_that_are_no_text_are_still_read_line_by_line() -> None:
    table = read_table("x.csv", [b"a.png,\xff\xfe\n", b"b.png,\x81\x8d\n"], Limits())
    assert [row[0] for row in table.rows] == ["a.png", "b.png"]
