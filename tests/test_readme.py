"""README.md says what the program does: its settings, its files and its commands are held to the code."""

from __future__ import annotations

import dataclasses
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
