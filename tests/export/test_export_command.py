"""`export` from the command line: the whole file or none."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from tests.export.models import CLASSES, save_small_model
from tests.jobs.export_runs import run_with_pictures
from tl_core.__main__ import main
from tl_core.export.bundle import open_model


@pytest.fixture
def run(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    save_small_model(run / "model")
    (run / "config.json").write_text("{}")
    (run / "events.jsonl").touch()
    return run


def export(run: Path, out: Path, *words: str, to: str = "bundle") -> int:
    return main(["--workspace", str(run.parent), "export", str(run), "--to", to, "--out", str(out), *words])


@pytest.mark.long
def test_a_bundle_is_written_over_an_older_file_and_told(run: Path, tmp_path: Path, capsys):
    (tmp_path / "out.zip").write_bytes(b"older")
    assert export(run, tmp_path / "out.zip") == 0
    assert open_model(tmp_path / "out.zip")[0].classes == CLASSES
    size = (tmp_path / "out.zip").stat().st_size
    told = capsys.readouterr().out
    assert told.startswith(f"Wrote '{tmp_path / 'out.zip'}' ({size / 1e6:.1f} MB).\nIn a fresh process it answered 32")
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


def test_json_tells_path_size_hash_and_what_the_self_test_found(run: Path, tmp_path: Path, capsys):
    assert export(run, tmp_path / "out.onnx", "--json", to="onnx") == 0
    data = (tmp_path / "out.onnx").read_bytes()
    told = json.loads(capsys.readouterr().out)
    (check,) = told.pop("checks")
    assert told == {
        "kind": "exported",
        "path": str(tmp_path / "out.onnx"),
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "notes": [],
    }
    assert (check["what"], check["pictures"], check["largest"] < 1e-4) == ("model.onnx", 32, True)


def test_a_folder_is_not_overwritten(run: Path, tmp_path: Path, capsys):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    assert export(run, tmp_path / "mine") == 2
    assert f"--out is '{tmp_path / 'mine'}', which is a folder." in capsys.readouterr().err
    assert os.listdir(tmp_path / "mine") == ["letter.txt"]


def test_a_place_that_does_not_exist_is_told(run: Path, tmp_path: Path, capsys):
    assert export(run, tmp_path / "nowhere" / "out.zip") == 2
    assert f"there is no folder '{tmp_path / 'nowhere'}'.\nMake the folder first." in capsys.readouterr().err


def test_a_file_that_the_system_will_not_write_is_told(run: Path, tmp_path: Path, capsys):
    out = tmp_path / ("long" * 64)  # longer than file systems take
    assert export(run, out, to="onnx") == 2
    told = capsys.readouterr().err
    assert told.startswith(f"--out '{out}' could not be written (")
    assert told.endswith(").\nChoose another place.\n")


def test_a_run_that_never_began_has_no_script_and_leaves_no_file(run: Path, tmp_path: Path, capsys):
    assert export(run, tmp_path / "train.py", to="script") == 2
    assert "has made no plan yet.\nWait until it has begun to train." in capsys.readouterr().err
    assert not [name for name in os.listdir(tmp_path) if name.startswith("train")]


def test_the_settings_are_written_as_one_line_that_trains_again(tmp_path: Path, capsys):
    made = run_with_pictures(tmp_path)
    assert export(made.path, tmp_path / "again.txt", "--json", to="command") == 0
    assert json.loads(capsys.readouterr().out)["files"] == [str(tmp_path / "again.txt")]
    text = (tmp_path / "again.txt").read_text()
    assert text == f"python -m tl_core train {tmp_path / 'pets'}\n"


def test_samples_are_no_matter_of_other_forms(run: Path, tmp_path: Path, capsys):
    assert export(run, tmp_path / "out", "--no-samples", to="onnx") == 2
    assert capsys.readouterr().err == "--no-samples goes with --to bundle, not with onnx.\nLeave it out.\n"


def test_a_damaged_model_is_told_and_leaves_no_file(run: Path, tmp_path: Path, capsys):
    (run / "model" / "config.json").write_text("{}")
    assert export(run, tmp_path / "out.zip") == 2
    assert "This is no model of Thaw" in capsys.readouterr().err
    assert not [name for name in os.listdir(tmp_path) if name.startswith((".", "out"))]


def test_a_run_without_a_model_leaves_no_file(run: Path, tmp_path: Path, capsys):
    os.rename(run / "model", run / "elsewhere")
    assert export(run, tmp_path / "out.zip") == 2
    assert "The run 'run' has no model.\nWait until it has finished, or train again." in capsys.readouterr().err
    assert not (tmp_path / "out.zip").exists()


def test_a_run_that_is_not_there_is_told(tmp_path: Path, capsys):
    assert export(tmp_path / "nothing", tmp_path / "out.zip") == 2
    assert f"There is no run '{tmp_path / 'nothing'}'." in capsys.readouterr().err
