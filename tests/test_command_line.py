"""The command line: what is refused, and with which words; trainings, stopped, killed and left alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from sklearn.datasets import load_digits

from tests.jobs.jobs_for_tests import kinds, wait_until
from tl_core.__main__ import COMMANDS, main
from tl_core.config import RunConfig
from tl_core.data.decoder import DecoderPool
from tl_core.evaluation.predictor import Prediction, Predictor
from tl_core.jobs.liveness import ProcessIdentity, state_of
from tl_core.jobs.rundir import RunDir, create_run
from tl_core.jobs.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]
# 0.4 million parameters and random weights: an epoch takes a blink, so that a run is soon caught in the middle.
SMALL = ["--backbone", "test_resnet.r160_in1k", "--start", "scratch", "--freeze", "none", "--image-size", "64"]
LONG = [*SMALL, "--epochs", "1000"]
posix_only = pytest.mark.skipif(os.name == "nt", reason="interrupts and kills by POSIX signals")


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three kinds of scikit-learn's real scanned digits: 24 pictures to learn from, 12 to test on."""
    folder = tmp_path_factory.mktemp("digits")
    scans = load_digits()
    for kind in range(3):
        for number, pixels in enumerate(scans.images[scans.target == kind][:12]):
            split = folder / ("train" if number < 8 else "test") / f"kind {kind}"
            split.mkdir(parents=True, exist_ok=True)
            Image.fromarray((pixels * 15).astype(np.uint8)).resize((64, 64)).save(split / f"{number}.png")
    return folder


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace(tmp_path_factory.mktemp("workspace"))


def command(workspace: Workspace, *words: str) -> list[str]:
    return [sys.executable, "-m", "tl_core", "--workspace", str(workspace.root), *words]


@contextmanager
def training(workspace: Workspace, digits: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], RunDir]]:
    """A `train --json` under way, after its plan, with the run's folder."""
    before = {path.name for path in workspace.person().runs.iterdir()}
    process = subprocess.Popen(
        command(workspace, "train", str(digits), "--json", *words),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["kind"] == "planned"
        (name,) = {path.name for path in workspace.person().runs.iterdir()} - before
        yield process, RunDir(workspace.person().runs / name)


def worker_of(run: RunDir) -> psutil.Process:
    identity = ProcessIdentity.read(run.identity)
    assert identity is not None
    assert identity.is_alive()
    return psutil.Process(identity.pid)


def listed(workspace: Workspace, run: RunDir) -> dict[str, Any]:
    done = subprocess.run(command(workspace, "runs", "--json"), cwd=ROOT, capture_output=True, text=True, check=True)
    rows = {row["id"]: row for row in map(json.loads, done.stdout.splitlines())}
    return dict(rows[run.id])


def test_a_training_prints_its_records_and_last_the_model_with_its_time(workspace: Workspace, digits: Path) -> None:
    words = ["train", str(digits), "--image-size", "64", "--name", "Scans", "--json"]
    started = time.monotonic()
    done = subprocess.run(command(workspace, *words), cwd=ROOT, capture_output=True, text=True, check=False)
    waited = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    run = RunDir(Path(records[-1]["run"]))
    assert [record["kind"] for record in records] == kinds(run.journal)
    assert (records[0]["kind"], records[-1]["kind"]) == ("planned", "finished")
    assert [record["n"] for record in records] == list(range(len(records)))
    assert 0 < records[-1]["seconds"] < waited
    assert (run.model / "model.safetensors").is_file()
    result = records[-1]["result"]
    assert (result["measured_on"], result["images"], result["classes"]) == ("test", 12, ["kind 0", "kind 1", "kind 2"])
    assert result["accuracy"] >= 0.75
    assert "Right on" in done.stderr
    row = listed(workspace, run)
    assert (row["run"], row["state"], row["accuracy"]) == (str(run.path), "finished", result["accuracy"])
    assert (row["name"], row["backbone"]) == ("Scans", "tf_efficientnet_lite0")


@posix_only
def test_an_interrupt_stops_a_training_and_keeps_a_usable_model(workspace: Workspace, digits: Path) -> None:
    with training(workspace, digits, *LONG) as (process, run):
        wait_until(lambda: kinds(run.journal).count("epoch_done") > 1)
        process.send_signal(signal.SIGINT)
        out, said = process.communicate()
        assert process.returncode == 0, said
    last = json.loads(out.splitlines()[-1])
    assert (last["kind"], last["run"]) == ("stopped", str(run.path))
    assert "the model so far will be kept" in said
    assert (run.model / "model.safetensors").is_file()
    assert listed(workspace, run)["state"] == "stopped"
    with DecoderPool(children=1) as pool:
        (answer,) = Predictor.open(run.path).predict([digits / "test" / "kind 0" / "9.png"], pool)
    assert isinstance(answer, Prediction)
    assert set(answer.scores) == {"kind 0", "kind 1", "kind 2"}


@posix_only
def test_a_killed_worker_gives_its_log_and_status_1_and_the_run_is_lost(workspace: Workspace, digits: Path) -> None:
    with training(workspace, digits, *LONG) as (process, run):
        wait_until(lambda: kinds(run.journal).count("epoch_done") > 1)
        worker_of(run).kill()
        _out, said = process.communicate()
        assert process.returncode == 1
    assert "is gone before its end" in said
    assert "kind=epoch_done" in said
    assert not {"finished", "stopped", "failed"} & set(kinds(run.journal))
    assert listed(workspace, run)["state"] == "lost"


@posix_only
def test_a_second_interrupt_leaves_the_run_to_itself(workspace: Workspace, digits: Path) -> None:
    with training(workspace, digits, *LONG) as (process, run):
        assert process.stderr is not None
        worker = worker_of(run)
        worker.suspend()
        process.send_signal(signal.SIGINT)
        wait_until(run.stop.exists)
        process.send_signal(signal.SIGINT)
        _out, said = process.communicate()
        assert process.returncode == 130
    assert "It goes on without this window." in said
    worker.resume()
    assert wait_until(lambda: state_of(run.path) == "stopped")


def test_what_does_not_fit_the_network_fails_in_words_and_status_2(workspace: Workspace, digits: Path) -> None:
    words = ["train", str(digits), *SMALL, "--json", "--train-stages", "hed"]
    done = subprocess.run(command(workspace, *words), cwd=ROOT, capture_output=True, text=True, check=False)
    last = json.loads(done.stdout.splitlines()[-1])
    assert (done.returncode, last["kind"], last["by_user"]) == (2, "failed", True)
    assert "'hed'" in last["message"]
    assert last["message"] in done.stderr
    assert "Traceback" not in done.stderr
    # All trainings of this file were on one folder of pictures, which was read once.
    assert len(list(workspace.person().datasets.iterdir())) == 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["trian"], "There is no command 'trian'. Did you mean 'train'?"),
        (["train"], "DATA is missing."),
        (["train", "x", "--epoch", "3"], "There is no option '--epoch'. Did you mean '--epochs'?"),
        (["train", "x", "y"], "'y' is one word too many."),
        (["train", "x", "--epochs"], "--epochs stands without a value."),
        (["train", "x", "--epochs", "few"], "epochs is 'few', which is no whole number."),
        (["train", "x", "--epochs", "0"], "epochs is 0; it goes from 1 to 1000."),
        (["train", "x", "--augment", "wild"], "augment is 'wild'; it is one of none, gentle, strong, trivial."),
        (["train", "x", "--set", "weight_decay"], "--set wants FIELD=VALUE, and 'weight_decay' has no '='."),
        (["train", "x", "--set", "wieght_decay=1"], "no setting called 'wieght_decay'. Did you mean 'weight_decay'?"),
        (["train", "x", "--epochs", "3", "--set", "epochs=4"], "epochs is given more than once."),
        (["train", "x", "--preset", "fast"], "preset is 'fast'; it is one of instant, better, best."),
        (["train", "/nowhere/animals"], "There is no file or folder '/nowhere/animals'."),
        (["resume", "nothing"], "There is no run 'nothing'."),
        (["runs", "--workspace"], "--workspace stands without a value."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_with_status_2(
    words: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--workspace", str(tmp_path), *words]) == 2
    printed = capsys.readouterr()
    assert says in printed.err
    assert printed.out == ""
    assert list(tmp_path.rglob("config.json")) == []


def test_a_run_whose_pictures_are_gone_cannot_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = create_run(Workspace(tmp_path).person().runs, RunConfig(), tmp_path / "data")
    os.utime(run.path, (0, 0))
    assert main(["resume", run.id, "--workspace", str(tmp_path)]) == 2
    assert f"The pictures of the run '{run.id}' are gone." in capsys.readouterr().err


def test_a_damaged_run_is_listed_with_what_is_damaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = Workspace(tmp_path).person().runs / ("a" * 26)
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    assert main(["runs", "--json", "--workspace", str(tmp_path)]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["id"], row["backbone"], row["accuracy"]) == ("a" * 26, None, None)
    assert "config.json' holds no config" in row["problem"]
    assert main(["runs", "--workspace", str(tmp_path)]) == 0
    assert "config.json' holds no config" in capsys.readouterr().out


def test_a_workspace_without_runs_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", "--workspace", str(tmp_path)]) == 0
    assert "There are no runs yet. `python -m tl_core train DATA` makes one." in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([name, "--help"])
    assert f"usage: python -m tl_core {name}" in capsys.readouterr().out


def test_a_workspace_that_cannot_be_written_to_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "people").write_text("a file where a folder has to be")
    assert main(["runs", "--workspace", str(tmp_path)]) == 2
    assert f"The workspace '{tmp_path}' cannot be used: Not a directory" in capsys.readouterr().err


def test_a_fault_in_the_program_is_no_sentence_but_a_traceback(tmp_path: Path) -> None:
    (Workspace(tmp_path).person().runs / ("a" * 26) / "events.jsonl").mkdir(parents=True)
    done = subprocess.run(command(Workspace(tmp_path), "runs"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback (most recent call last):" in done.stderr
