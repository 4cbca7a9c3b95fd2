"""`layers --data` and `learning-rate` as a script reads them, on real pictures and the network that came with Thaw."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tl_core.__main__ import main
from tl_core.commands.learning_rate import print_curve
from tl_core.commands.progress import candidate_in_words, repeat_in_words
from tl_core.events import CandidateDone, RepeatDone, to_dict
from tl_core.training.rate_values import RateCurve, RatePoint

BACKBONE = "tf_efficientnet_lite0"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder, random = tmp_path_factory.mktemp("pictures") / "colours", np.random.default_rng(0)
    for name, tint in (("red", (160, 40, 40)), ("blue", (40, 40, 160))):
        (folder / name).mkdir(parents=True)
        for number in range(10):
            pixels = np.clip(random.normal(tint, 40.0, (48, 48, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def lines_of(words: list[str], capsys: pytest.CaptureFixture[str], workspace: Path) -> list[str]:
    assert main([*words, "--workspace", str(workspace)]) == 0
    return capsys.readouterr().out.splitlines()


def test_layers_say_what_each_stage_reads_of_the_pictures(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        json.loads(line) for line in lines_of(["layers", BACKBONE, "--data", str(pictures), "--json"], capsys, tmp_path)
    ]
    assert [row["name"] for row in rows][-1] == "head"
    assert rows[-1]["readable"] is None
    assert all(row["low"] <= row["readable"] <= row["high"] for row in rows[:-1])
    assert rows[-2]["readable"] > 0.9
    table = lines_of(["layers", BACKBONE, "--data", str(pictures)], capsys, tmp_path)
    assert "readable" in table[0]
    assert "%" in table[1]
    assert "It is a hint: not what training will reach" in table[-1]


def test_a_learning_rate_is_found_from_the_command_line(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "learning-rate",
        str(pictures),
        "--freeze",
        "blocks.6",
        "--image-size",
        "64",
        "--batch-size",
        "4",
        "--json",
    ]
    (line,) = lines_of(words, capsys, tmp_path)
    found = RateCurve.from_dict(json.loads(line))
    assert found.state == "done"
    assert found.suggestion is not None
    assert len(found.points) > 10


def test_a_learning_rate_for_the_head_alone_is_refused(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learning-rate", str(pictures), "--workspace", str(tmp_path), "--image-size", "64"]) == 2
    assert "there is no learning rate to find" in capsys.readouterr().err


def test_a_curve_is_drawn_with_bars_and_its_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    points = tuple(RatePoint(10.0**-power, power / 4, power / 4) for power in (4, 3, 2))
    print_curve(RateCurve("done", 80, 80, points, 2e-4, "because"))
    drawn = capsys.readouterr().out.splitlines()
    assert drawn[1].endswith("#" * 40)
    assert drawn[-1] == "Try --learning-rate 0.0002"


def test_candidates_and_seeds_are_said_in_a_line() -> None:
    candidate = to_dict(CandidateDone(2, 3, "blocks.4", 9, val_accuracy=0.9, val_loss=0.2, seconds=3.0, is_best=True))
    assert candidate_in_words(candidate) == (
        "Candidate 2 of 3: frozen up to blocks.4, 90.0 % on the validation pictures  leads"
    )
    assert "the head alone" in candidate_in_words({**candidate, "freeze": "all"})
    assert repeat_in_words(to_dict(RepeatDone(2, 3, 7, 0.5, 1.0))) == "Seed 7 (2 of 3): 50.0 % right."
