"""How contenders are started and skipped, and what follows from their rows; nothing is trained."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.comparison import INSTANT, TIMM, compared
from benchmarks.contenders import Contender, Job, command, contenders, missing, on_cores
from benchmarks.peers import goals_of, settings_of

JOB = Job(Path("pictures"), "tiny", Path("w.safetensors"), 28, 2, Path("."))


def row(contender: str, seconds: float, accuracy: float) -> dict[str, object]:
    return {"contender": contender, "seed": 0, "points": [{"seconds": seconds, "accuracy": accuracy}]}


def test_thaw_runs_by_its_own_command_and_rivals_by_the_peers_python() -> None:
    thaw = command(Contender("Thaw", preset="instant"), JOB, 3, "/peers/python", 17.5)
    assert thaw[:5] == [sys.executable, "-m", "tl_core", "train", "pictures"]
    assert thaw[thaw.index("--seed") + 1] == "3"
    rival = command(contenders((5,))[-1], JOB, 3, "/peers/python", 17.5)
    assert (rival[0], rival[rival.index("--begun") + 1]) == ("/peers/python", "17.5")
    assert rival[-4:] == ["--epochs", "5", "--way", "fine_tune"]


def test_one_core_is_asked_of_the_system() -> None:
    assert on_cores(["python", "-m", "it"], 2) == ["python", "-m", "it"]
    pinned = on_cores(["python", "-m", "it"], 1)
    assert pinned[:2] == ["taskset", "--cpu-list"]
    assert pinned[3:] == ["python", "-m", "it"]


def test_fastai_is_tried_at_every_length_and_the_plain_loop_at_the_longest() -> None:
    names = [contender.name for contender in contenders((5, 20, 60))]
    assert sum(name.startswith("fastai") for name in names) == 6
    assert [name for name in names if "loop" in name] == ["PyTorch loop, 60 epochs"]
    assert len(set(names)) == len(names)


def test_what_is_not_installed_is_named() -> None:
    assert missing(sys.executable, ("json", "no_such_rival")) == f"no_such_rival not installed in '{sys.executable}'"
    assert missing(sys.executable, ("json",)) == ""
    assert "does not run" in missing("/no/such/python", ("json",))


def test_the_goals_ask_for_more_than_speed() -> None:
    rows = [row(INSTANT, 2.0, 0.8), row(TIMM, 6.0, 0.82), row("slow", 60.0, 0.9)]
    accuracy, time = goals_of(compared(rows))
    assert (accuracy.measured, accuracy.is_met) == ("80.0 % against 82.0 %", False)
    assert (time.measured, time.is_met) == (f"3.0 times ({TIMM})", True)


def test_a_peer_that_was_as_right_sooner_is_said() -> None:
    _, time = goals_of(compared([row(INSTANT, 2.0, 0.8), row(TIMM, 1.0, 0.8)]))
    assert (time.measured, time.is_met) == (f"0.5 times ({TIMM})", False)
    _, time = goals_of(compared([row(INSTANT, 2.0, 0.8), row(TIMM, 1.0, 0.7)]))
    assert (time.measured, time.is_met) == ("no peer got there", True)


def test_the_pictures_of_a_folder_are_counted(tmp_path: Path) -> None:
    for name in ("train/a/1.png", "train/a/2.png", "train/b/3.png", "test/a/4.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    given = {"train": 2000, "test": 1000, "backbone": "tiny", "image_size": 28, "one_core": False}
    own = settings_of(argparse.Namespace(data=tmp_path, **given))
    assert (own["data"], own["train"], own["test"]) == (tmp_path.name, 3, 1)
    assert settings_of(argparse.Namespace(data=None, **given)) == {
        "data": "Fashion-MNIST", "train": 2000, "test": 1000, "backbone": "tiny", "image_size": 28,
    }  # fmt: skip
    one = settings_of(argparse.Namespace(data=None, **{**given, "one_core": True}))
    assert one["cores"] == 1  # its rows are not compared with those of more cores
