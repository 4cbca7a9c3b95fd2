from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from tests.data.pictures_for_tests import encoded, noise, pets, png, write_files, write_zip
from tl_core.commands import check, sample
from tl_core.errors import DataError


def run_check(workspace: Path | None, *words: str) -> int:
    parser = argparse.ArgumentParser()
    check.add_arguments(parser)
    return check.run(parser.parse_args(words, argparse.Namespace(workspace=workspace)))


def test_check_prints_the_report_as_one_json_object_and_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {**pets(), "cats/copy.png": png(0), "cats/a.txt": b"text", ".DS_Store": b"x"}
    path = write_zip(tmp_path / "pets.zip", files)
    assert run_check(tmp_path / "workspace", str(path), "--json") == 0
    (line,) = capsys.readouterr().out.splitlines()
    report = json.loads(line)
    assert report["classes"] == {"cats": {"train": 4}, "dogs": {"train": 3}}
    assert (report["images"], report["system_files"]) == (7, 1)
    assert report["skipped"] == [{"path": "cats/a.txt", "reason": "It is a text file, not a picture."}]
    assert set(report["findings"][0]) == {"kind", "severity", "message", "paths"}
    assert ["cats/0.png", "cats/copy.png"] in [finding["paths"] for finding in report["findings"]]


def test_a_second_check_reads_no_picture_and_says_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_files(tmp_path / "pets", pets())
    run_check(tmp_path / "workspace", str(folder), "--json")
    first = capsys.readouterr().out

    def read_again(*_: object, **__: object) -> None:
        raise AssertionError("the pictures were read again")

    monkeypatch.setattr(check, "import_source", read_again)
    assert run_check(tmp_path / "workspace", str(folder), "--json") == 0
    second = capsys.readouterr()
    assert second.out == first
    assert "'pets' has not changed since it was last read." in second.err


def test_check_tells_a_person_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "pets", {**pets(), "dogs/x.png": png(0), "dogs/bad\x1b.png": b""})
    assert run_check(tmp_path / "workspace", str(folder)) == 0
    text = capsys.readouterr().out
    assert "pets: 7 pictures, 2 kinds; passed over: 1 file, and 0 of the system." in text
    assert "  cats  3 train  " in text
    assert "harm: The same picture lies in 'cats' and 'dogs'; one label is wrong." in text
    assert "passed over: 'dogs/bad\\x1b.png': It is empty (0 bytes)." in text
    assert "\x1b" not in text


def test_check_draws_a_bar_for_each_split_and_says_sizes_and_formats(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"train/cats/{number}.png": png(number) for number in range(8)}
    files |= {"test/cats/9.png": png(9, (200, 100)), "train/dogs/1.jpg": encoded(noise(20), "JPEG")}
    folder = write_files(tmp_path / "pets", files)
    assert run_check(tmp_path / "workspace", str(folder)) == 0
    text = capsys.readouterr().out
    assert f"  cats  8 train, 1 test  {'#' * 28}{'.' * 4}\n" in text
    assert "  dogs  1 train          ####\n" in text
    assert "Pixels: 40 x 36 ('train/cats/0.png') to 200 x 100 ('test/cats/9.png')." in text
    assert "Formats: 9 PNG, 1 JPEG." in text
    assert run_check(tmp_path / "workspace", str(folder), "--json") == 0
    report = json.loads(capsys.readouterr().out)
    assert report["largest"] == {"path": "test/cats/9.png", "width": 200, "height": 100}
    assert report["formats"] == {"PNG": 9, "JPEG": 1}
    assert {"classes", "images", "skipped", "system_files", "findings"} < set(report)


def test_check_says_what_the_pictures_can_be_grouped_by(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds = ("fox", "hare")
    files = {
        f"{place}/{kind}/{n}.png": png(100 * at + 10 * n + kinds.index(kind))
        for at, place in enumerate(("North", "South", "West"))
        for kind in kinds
        for n in range(3)
    }
    folder = write_files(tmp_path / "cameras", files)
    run_check(tmp_path / "workspace", str(folder))
    sentence = "The outer folders make 3 groups, such as 'North', 'South' and 'West'."
    assert f"  {sentence} (group_by=folder)" in capsys.readouterr().out.splitlines()
    run_check(tmp_path / "workspace", str(folder), "--json")
    groupings = json.loads(capsys.readouterr().out)["groupings"]
    assert [(found["by"], found["groups"], found["sentence"]) for found in groupings] == [("folder", 3, sentence)]


def test_check_takes_several_sources_as_one_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "pets", pets())
    table = (
        write_files(tmp_path / "more", {"1.png": png(50), "labels.csv": b"path,label\n1.png,birds\n"}) / "labels.csv"
    )
    assert run_check(tmp_path / "workspace", str(folder), str(table), "--json") == 0
    assert json.loads(capsys.readouterr().out)["classes"] == {
        "birds": {"train": 1}, "cats": {"train": 3}, "dogs": {"train": 3},
    }  # fmt: skip


def test_check_shows_the_first_rows_of_a_table_and_what_its_columns_were_taken_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {f"{at}.png": png(at) for at in range(7)}
    table = "file;kind;\x1b[31m;station\n" + "".join(f"{name};{'ab'[at % 2]};x;N\n" for at, name in enumerate(files))
    folder = write_files(tmp_path / "set", {**files, "labels.csv": table.encode()})
    assert run_check(tmp_path / "workspace", str(folder)) == 0
    text = capsys.readouterr().out
    told = "First rows of the table 'labels.csv', with what its columns were taken for:\n"
    assert f"{told}  file [path] | kind [label] | \\x1b[31m | station [group]\n  0.png | a | x | N\n" in text
    assert "  4.png | a | x | N\nPixels" in text
    assert run_check(tmp_path / "workspace", str(folder), "--json") == 0
    (shown,) = json.loads(capsys.readouterr().out)["tables"]
    assert (shown["used"], len(shown["rows"])) == (["path", "label", "", "group"], 5)


def test_many_kinds_are_counted_and_not_all_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "many", {f"kind {number:02}/1.png": png(number) for number in range(62)})
    assert run_check(tmp_path / "workspace", str(folder)) == 0
    text = capsys.readouterr().out
    assert "  kind 59  1 train" in text
    assert "  and 2 more kinds (all with --json)" in text


def test_check_needs_no_workspace_that_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "workspace").write_text("a file stands in the way")
    folder = write_files(tmp_path / "pets", pets())
    assert run_check(tmp_path / "workspace", str(folder), "--json") == 0
    assert json.loads(capsys.readouterr().out)["images"] == 6


def test_what_cannot_be_checked_leaves_nothing_in_the_workspace(tmp_path: Path) -> None:
    write_files(tmp_path, {"pets.zip": b"Rar!\x1a\7\1\0"})
    with pytest.raises(DataError, match=r"'pets.zip' is a RAR archive, not a zip"):
        run_check(tmp_path / "workspace", str(tmp_path / "pets.zip"))
    assert not [path for path in (tmp_path / "workspace").rglob("*") if path.is_file()]


def test_progress_is_said_once_a_second_at_most(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 0.5, 0.9, 1.2, 1.2, 1.3, 2.5, 2.5])
    say = check.progress_lines(lambda: next(times))
    for done in range(1, 6):
        say("reading" if done < 4 else "looking", done, 5)
    assert capsys.readouterr().err == "Read 3 of 5 files\nChecked 5 of 5 files\n"


def test_the_sample_command_writes_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tl_core.data.samples.garden.TRAIN", 1)
    monkeypatch.setattr("tl_core.data.samples.garden.TEST", 1)
    parser = argparse.ArgumentParser()
    sample.add_arguments(parser)
    assert sample.run(parser.parse_args(["garden", str(tmp_path / "garden")])) == 0
    text = capsys.readouterr().out
    assert "9 pictures of 4 kinds" in text
    assert f"Next: python -m tl_core train {tmp_path / 'garden'}" in text
    assert len(list((tmp_path / "garden").glob("*/*/*.jpg"))) == 9
    with pytest.raises(DataError, match="is not empty; nothing was written"):
        sample.run(parser.parse_args(["digits", str(tmp_path / "garden")]))
