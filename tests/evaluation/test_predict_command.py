"""`predict` from the command line: answers, reasons and tables, with real decoding children."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.evaluation.pictures import write_picture
from tests.export.models import CLASSES, save_small_model, small_bundle
from tl_core.__main__ import main
from tl_core.commands.predict import pictures_under
from tl_core.errors import DataError
from tl_core.export.packing import zip_model


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_bundle(tmp_path_factory.mktemp("bundle"))


def predict(tmp_path: Path, *words: object) -> int:
    return main(["--workspace", str(tmp_path / "workspace"), "predict", *(str(word) for word in words)])


def test_json_gives_one_object_a_picture_and_a_reason_for_each_that_cannot_be_read(bundle, tmp_path, capsys):
    write_picture(tmp_path / "in" / "b" / "2.png", 2)
    write_picture(tmp_path / "in" / "a.jpg", 1)
    (tmp_path / "in" / "note.txt").write_text("shopping list")
    write_picture(tmp_path / "in" / ".hidden.png", 3)
    assert predict(tmp_path, bundle, tmp_path / "in", "--json") == 0
    told = capsys.readouterr()
    lines = [json.loads(line) for line in told.out.splitlines()]
    assert [line["path"] for line in lines] == [
        str(tmp_path / "in" / name) for name in ("a.jpg", "b/2.png", "note.txt")
    ]
    assert list(lines[0]) == ["path", "class", "probability", "scores"]
    assert set(lines[0]["scores"]) == set(CLASSES)
    assert sum(lines[0]["scores"].values()) == pytest.approx(1, abs=1e-6)
    assert lines[0]["probability"] == lines[0]["scores"][lines[0]["class"]]
    assert (lines[2]["kind"], bool(lines[2]["reason"])) == ("skipped", True)
    assert f"Skipped '{tmp_path / 'in' / 'note.txt'}': {lines[2]['reason']}" in told.err


def test_people_read_a_line_a_picture(bundle, tmp_path, capsys):
    picture = write_picture(tmp_path / "a.png", 1)
    assert predict(tmp_path, bundle, picture, picture) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert first.startswith(f"{picture}: ")
    assert first.endswith(" %)")


def test_the_run_folder_its_identifier_and_the_zip_answer_alike(tmp_path, capsys):
    identifier = "a" * 26
    run = tmp_path / "workspace" / "people" / "me" / "runs" / identifier
    save_small_model(run / "model")
    (run / "config.json").write_text("{}")
    (run / "events.jsonl").touch()
    picture = write_picture(tmp_path / "a.png", 1)
    zip_model(run / "model", tmp_path / "b.zip")
    said = []
    for model in (run, identifier, tmp_path / "b.zip"):
        assert predict(tmp_path, model, picture, "--json") == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1] == said[2]


def test_a_table_is_written_whole_with_every_file_in_it(bundle, tmp_path, capsys):
    write_picture(tmp_path / "in" / "a.png", 1)
    (tmp_path / "in" / "bad.png").write_bytes(b"bad")
    assert predict(tmp_path, bundle, tmp_path / "in", "--csv", tmp_path / "out.csv") == 0
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [Path(row["path"]).name for row in rows] == ["a.png", "bad.png"]
    assert rows[0]["class"] in CLASSES
    assert rows[1]["problem"]
    assert f"Wrote 2 rows to '{tmp_path / 'out.csv'}'." in capsys.readouterr().err


def test_nothing_that_can_be_read_is_exit_status_2_and_no_table(bundle, tmp_path, capsys):
    (tmp_path / "bad.png").write_bytes(b"bad")
    assert predict(tmp_path, bundle, tmp_path / "bad.png", "--csv", tmp_path / "out.csv") == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "None of the 1 files could be read as a picture." in told.err
    assert "Skipped" in told.err
    assert not (tmp_path / "out.csv").exists()


def test_every_missing_path_is_named_before_the_model_is_opened(tmp_path, capsys):
    write_picture(tmp_path / "here.png", 1)
    paths = [tmp_path / "x.png", tmp_path / "here.png", tmp_path / "y"]
    assert predict(tmp_path, tmp_path / "no model", *paths) == 2
    wanted = (
        f"There is nothing at '{tmp_path / 'x.png'}' and '{tmp_path / 'y'}'.\nCheck the spelling, and where you are.\n"
    )
    assert capsys.readouterr().err == wanted


def test_an_empty_folder_is_told(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"There are no files in '.*empty'. Give a folder that has pictures"):
        pictures_under([tmp_path / "empty"])


def test_a_table_that_could_not_be_written_is_told_before_the_work(bundle, tmp_path, capsys):
    picture = write_picture(tmp_path / "a.png", 1)
    assert predict(tmp_path, bundle, picture, "--csv", tmp_path) == 2
    assert f"--csv is '{tmp_path}', which is a folder." in capsys.readouterr().err
    assert predict(tmp_path, bundle, picture, "--csv", tmp_path / "no" / "out.csv") == 2
    assert f"but there is no folder '{tmp_path / 'no'}'." in capsys.readouterr().err


def test_a_table_that_the_system_will_not_write_is_told(bundle, tmp_path, capsys):
    picture = write_picture(tmp_path / "a.png", 1)
    out = tmp_path / ("long" * 63)  # its temporary name is longer than file systems take
    assert predict(tmp_path, bundle, picture, "--csv", out) == 2
    assert f"--csv '{out}' could not be written (" in capsys.readouterr().err


def test_a_model_that_is_none_and_an_identifier_without_a_run_are_told(tmp_path, capsys):
    picture = write_picture(tmp_path / "a.png", 1)
    assert predict(tmp_path, tmp_path / "nowhere.zip", picture) == 2
    assert f"There is no model at '{tmp_path / 'nowhere.zip'}'." in capsys.readouterr().err
    assert predict(tmp_path, "b" * 26, picture) == 2
    assert f"There is no run '{'b' * 26}'." in capsys.readouterr().err
