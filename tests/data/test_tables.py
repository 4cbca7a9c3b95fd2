from __future__ import annotations

import codecs
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import png, write_files, write_zip
from tl_core.data.dataset import Dataset
from tl_core.data.layout import Layout, Place
from tl_core.data.limits import HOSTED, LOCAL, Limits
from tl_core.data.planning import plan_of
from tl_core.data.several import open_sources
from tl_core.data.tables import read_table
from tl_core.errors import DataError

TABLE = "path,label\nimages/1.png,cat\nimages/2.png,cat\nimages/3.png,dog\nimages/4.png,dog\n"


def pictures(*numbers: int) -> dict[str, bytes]:
    return {f"images/{number}.png": png(number) for number in numbers or (1, 2, 3, 4)}


def labels(dataset: Dataset) -> dict[str, str]:
    return {record.path: record.label for record in dataset.index.records}


def planned(*paths: Path, limits: Limits = LOCAL) -> tuple[dict[str, Place], Layout]:
    """The places of pictures without reading one."""
    source = open_sources(paths, limits)
    plan = plan_of(source, limits)
    places = {
        entry.path: place
        for entry, place in zip(source.listing.entries, plan.places, strict=True)
        if isinstance(place, Place)
    }
    source.close()
    return places, plan


def kinds(path: Path) -> dict[str, str]:
    return {name: place.label for name, place in planned(path)[0].items()}


def told(found: Dataset | Layout, kind: str) -> dict[str, tuple[str, ...]]:
    findings = found.findings if isinstance(found, Layout) else found.report.findings
    return {finding.message: finding.paths for finding in findings if finding.kind == kind}


def sent(dataset: Dataset) -> int:
    report = dataset.report
    assert report.images == len(dataset.index.records)
    return report.images + len(report.skipped) + report.system_files


def with_table(
    root: Path, table: str | bytes, files: Mapping[str, bytes] | None = None, name: str = "labels.csv"
) -> Path:
    data = table.encode() if isinstance(table, str) else table
    return write_files(root / "set", {**(pictures() if files is None else files), name: data}) / name


WANTED = {"images/1.png": "cat", "images/2.png": "cat", "images/3.png": "dog", "images/4.png": "dog"}


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


def test_a_split_word_that_means_nothing_is_said(tmp_path: Path, bring: Bring) -> None:
    table = TABLE.replace("label", "label,split").replace("cat\n", "cat,train\n").replace("dog\n", "dog,extra\n")
    dataset = bring(with_table(tmp_path, table))
    assert "The splits 'extra' in 'labels.csv' mean none of train, val and test, and were not used." in told(
        dataset, "asked"
    )


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


def test_a_hosted_place_takes_two_hundred_kinds(tmp_path: Path) -> None:
    files = {f"{number}.png": b"x" for number in range(201)}
    path = with_table(tmp_path, "path,label\n" + "".join(f"{name},{name}\n" for name in files), files)
    assert len(planned(path)[0]) == 201
    with pytest.raises(DataError, match=r"'labels.csv' has 201 kinds; at most 200 are taken"):
        planned(path, limits=HOSTED)


def test_bytes_that_are_no_text_are_still_read_line_by_line() -> None:
    table = read_table("x.csv", [b"a.png,\xff\xfe\n", b"b.png,\x81\x8d\n"], Limits())
    assert [row[0] for row in table.rows] == ["a.png", "b.png"]
