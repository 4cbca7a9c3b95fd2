"""Rivals and Thaw keep apart, and the rivals' stopwatch rests while the test pictures are measured."""

from __future__ import annotations

import argparse
import ast
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.rivals.telling import Stopwatch, loader_processes, stopwatch_for

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


def test_on_one_core_waiting_is_not_counted_and_nobody_loads_beside() -> None:
    own = stopwatch_for(argparse.Namespace(begun=0.0, cores=1))
    before = time.process_time()
    assert before <= own.seconds <= time.process_time()
    assert stopwatch_for(argparse.Namespace(begun=0.0, cores=2)).seconds > 1e9  # by the wall, from 1970 on
    assert (loader_processes(1), loader_processes(4)) == (0, 4)


def test_the_stopwatch_rests(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter((110.0, 115.0, 120.0))
    stopwatch = Stopwatch(100.0, lambda: next(moments))
    with stopwatch.resting():
        stopwatch.tell(0.5, epoch=3)
    point = json.loads(capsys.readouterr().out)
    assert point == {"kind": "point", "epoch": 3, "seconds": 10.0, "accuracy": 0.5}
    assert stopwatch.seconds == 15.0
