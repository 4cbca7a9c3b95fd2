"""What OpenVINO made of a part is read again instead of made again, and only where it is the very same."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from tests.engines.offered import openvino_only
from tests.engines.test_openvino_part import FP32, SIZE, prefix
from tl_core.caching.limits import everything_kept
from tl_core.engines import kept_parts
from tl_core.engines.choosing import OPENVINO, TORCH, Make, makers, noise
from tl_core.engines.openvino_part import EngineError
from tl_core.engines.running import FastPart, fast_part
from tl_core.engines.task import Task

pytestmark = openvino_only
BACKBONE = "test_efficientnet.r160_in1k"


def refusing(part: nn.Module, task: Task) -> nn.Module:
    raise EngineError("made again")


def ready(cache: Path, part: nn.Module, task: Task = FP32, *, make: Make | None = None) -> FastPart:
    engines = makers() if make is None else {**makers(), OPENVINO: make}
    return fast_part(part, task, OPENVINO, engines=engines, cache=cache)


def files(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.compiled"))


def test_what_was_made_is_read_again_and_says_the_same(tmp_path: Path) -> None:
    made = ready(tmp_path, prefix(BACKBONE))
    again = ready(tmp_path, prefix(BACKBONE), make=refusing)
    assert (made.engine, again.engine) == (OPENVINO, OPENVINO)
    for count in (3, 1):
        assert torch.equal(again.module(noise(SIZE, count)), made.module(noise(SIZE, count)))


@pytest.mark.parametrize("change", [{"precision": "bf16"}, {"threads": 2}, {"image_size": 40}], ids=str)
def test_for_another_task_it_is_made_again(tmp_path: Path, change: dict[str, object]) -> None:
    ready(tmp_path, prefix(BACKBONE))
    assert "made again" in ready(tmp_path, prefix(BACKBONE), replace(FP32, **change), make=refusing).told


def test_for_other_weights_or_another_network_it_is_made_again(tmp_path: Path) -> None:
    part = prefix(BACKBONE)
    ready(tmp_path, part)
    with torch.no_grad():
        next(part.parameters()).add_(1e-3)
    assert "made again" in ready(tmp_path, part, make=refusing).told
    assert "made again" in ready(tmp_path, prefix("test_convnext.r160_in1k"), make=refusing).told


def test_a_damaged_or_cut_off_file_is_made_again(tmp_path: Path) -> None:
    ready(tmp_path, prefix(BACKBONE))
    (path,) = files(tmp_path)
    whole = path.read_bytes()
    for data in (b"", whole[:20], whole[:-1], whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:]):
        path.write_bytes(data)
        assert "made again" in ready(tmp_path, prefix(BACKBONE), make=refusing).told
    assert ready(tmp_path, prefix(BACKBONE)).engine == OPENVINO
    assert ready(tmp_path, prefix(BACKBONE), make=refusing).told == ""


def test_bytes_that_are_no_part_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = prefix(BACKBONE)
    monkeypatch.setattr(kept_parts.OpenVinoPart, "content", lambda self: b"from another OpenVINO")
    ready(tmp_path, part)
    assert "made again" in ready(tmp_path, part, make=refusing).told


def test_only_the_last_few_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_parts, "MOST_FILES", 2)
    for number, threads in enumerate((1, 2, 3)):
        ready(tmp_path, prefix(BACKBONE), replace(FP32, threads=threads))
        for path in files(tmp_path):
            os.utime(path, (path.stat().st_atime, 1000.0 + number + path.stat().st_mtime % 1))
    assert len(files(tmp_path)) == 2
    assert ready(tmp_path, prefix(BACKBONE), replace(FP32, threads=3), make=refusing).engine == OPENVINO


def test_a_part_too_large_or_wrong_or_run_by_pytorch_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = prefix(BACKBONE)
    assert fast_part(part, FP32, TORCH, cache=tmp_path).engine == TORCH
    other = prefix("test_convnext.r160_in1k")
    assert ready(tmp_path, part, make=lambda _part, task: makers()[OPENVINO](other, task)).engine == TORCH
    monkeypatch.setattr(kept_parts, "MOST_BYTES", 1000)
    assert ready(tmp_path, part).engine == OPENVINO
    assert files(tmp_path) == []


def test_a_part_that_is_too_large_is_not_even_written_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[int] = []
    monkeypatch.setattr(kept_parts.OpenVinoPart, "content", lambda self: written.append(1) or b"x")
    part = prefix(BACKBONE)
    monkeypatch.setattr(kept_parts, "MOST_BYTES", kept_parts.weight_bytes(part) - 1)
    assert ready(tmp_path, part).engine == OPENVINO
    assert (written, files(tmp_path)) == ([], [])


def test_what_is_kept_counts_for_the_cache_by_when_it_was_last_read(tmp_path: Path) -> None:
    ready(tmp_path, prefix(BACKBONE))
    (path,) = files(tmp_path)
    os.utime(path, (1000.0, 1000.0))
    assert [(item.path, item.used) for item in everything_kept(tmp_path)] == [(path, 1000.0)]
    ready(tmp_path, prefix(BACKBONE), make=refusing)
    assert everything_kept(tmp_path)[0].used > 1000.0


def test_a_folder_that_cannot_be_written_costs_no_run(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder belongs")
    assert ready(tmp_path / "cache", prefix(BACKBONE)).engine == OPENVINO
