"""Rivals and Thaw keep apart, and the rivals' stopwatch rests while the test pictures are measured."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.rivals.telling import Stopwatch

ROOT = Path(__file__).resolve().parents[2]


def packages_of(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(node.module)


def test_rivals_import_nothing_of_thaw() -> None:
    found = set(packages_of(ROOT / "benchmarks" / "rivals"))
    assert {"timm", "fastai.vision.all", "sklearn.linear_model"} <= found
    assert not [name for name in found if name.partition(".")[0] in ("tl_core", "tl_ui")]


def test_thaw_imports_no_rival() -> None:
    for folder in ("tl_core", "tl_ui"):
        assert not [name for name in packages_of(ROOT / folder) if name.startswith(("fastai", "benchmarks"))]


def test_the_stopwatch_rests(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter((110.0, 115.0, 120.0))
    stopwatch = Stopwatch(100.0, lambda: next(moments))
    with stopwatch.resting():
        stopwatch.tell(0.5, epoch=3)
    point = json.loads(capsys.readouterr().out)
    assert point == {"kind": "point", "epoch": 3, "seconds": 10.0, "accuracy": 0.5}
    assert stopwatch.seconds == 15.0
