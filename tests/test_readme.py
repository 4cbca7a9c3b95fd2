"""README.md says what the program does: its settings, its files and its commands are held to the code."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

from scripts.readme import README, filled, settings_table
from tl_core.__main__ import COMMANDS
from tl_core.config import RunConfig

ROOT = Path(__file__).resolve().parent.parent
TEXT = README.read_text(encoding="utf-8")


def test_the_settings_and_the_tree_are_as_the_code_has_them() -> None:
    assert filled(TEXT) == TEXT, "run: python -m scripts.readme"


def test_every_setting_has_a_row() -> None:
    for field in dataclasses.fields(RunConfig):
        assert f"| `{field.name}` |" in settings_table()


def test_every_command_that_the_readme_shows_exists() -> None:
    shown = set(re.findall(r"python -m tl_core ([\w-]+)", TEXT))
    assert shown <= set(COMMANDS)
    assert {"sample", "check", "layers", "train", "runs", "evaluate", "predict", "export"} <= shown


def test_every_picture_that_the_readme_shows_is_there() -> None:
    for name in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT):
        assert (ROOT / name).is_file(), name


def test_the_table_of_freeze_depth_says_what_the_benchmark_measured() -> None:
    measured = json.loads((ROOT / "benchmarks" / "results" / "freeze_depth.json").read_text(encoding="utf-8"))["rows"]
    section = TEXT.split("## How far to freeze")[1].split("\n## ")[0]
    said = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if "`" in line and "|" in line
    ]
    assert len(said) == len(measured)
    for (name, accuracy, learns, epoch, whole), row in zip(said, measured, strict=True):
        interval = f"{100 * row['accuracy_low']:.1f} to {100 * row['accuracy_high']:.1f}"
        assert f"`{row['freeze']}`" in name
        assert accuracy == f"{100 * row['accuracy']:.1f} % ({interval})"
        assert learns == f"{row['trainable_parameters']:,}"
        assert abs(float(whole.removesuffix(" s")) - row["seconds"]) <= 0.5
        if row["seconds_an_epoch"] is not None:
            assert abs(float(epoch.removesuffix(" s")) - row["seconds_an_epoch"]) <= 0.5
