"""Which engine is chosen, for engines made here that take their time by a clock made here."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from tests.engines.offered import openvino_only
from tl_core.engines import openvino_part
from tl_core.engines.choosing import OPENVINO, TORCH, EngineChoice, Make, choose_engine, makers
from tl_core.engines.kept_choices import chosen_engine
from tl_core.engines.openvino_part import EngineError
from tl_core.engines.running import fast_part
from tl_core.engines.task import Task

TASK = Task(image_size=16, precision="fp32", device="cpu", threads=1)
PART = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()


class Watch:
    """A clock that engines move on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed(nn.Module):
    """Takes so many seconds a picture, and adds `off` of its size to what is right."""

    def __init__(self, watch: Watch, seconds: float, off: float = 0.0) -> None:
        super().__init__()
        self.watch, self.seconds, self.off = watch, seconds, off

    def forward(self, pictures: Tensor) -> Tensor:
        self.watch.now += self.seconds * len(pictures)
        with torch.inference_mode():
            return PART(pictures) * (1 + self.off)


def engines(watch: Watch, other: Make | None, usual: float = 0.1) -> dict[str, Make]:
    found: dict[str, Make] = {TORCH: lambda part, task: Timed(watch, usual)}
    return found if other is None else {**found, OPENVINO: other}


def timed(watch: Watch, seconds: float, off: float = 0.0) -> Make:
    return lambda part, task: Timed(watch, seconds, off)


def refusing(part: nn.Module, task: Task) -> nn.Module:
    raise EngineError("no such operation")


def choice(other: Callable[[Watch], Make] | None, task: Task = TASK, pictures: int = 1000) -> EngineChoice:
    watch = Watch()
    return choose_engine(
        PART, task, pictures, engines=engines(watch, None if other is None else other(watch)), clock=watch
    )


def test_the_faster_engine_is_chosen_with_both_speeds() -> None:
    found = choice(lambda watch: timed(watch, 0.025))
    assert found.engine == OPENVINO
    assert found.reason == "OpenVINO computes what is frozen: 40 pictures a second here, PyTorch 10."
    assert found.images_per_second == pytest.approx({TORCH: 10.0, OPENVINO: 40.0})


@pytest.mark.parametrize("seconds", [0.09, 0.2])
def test_an_engine_that_is_hardly_faster_or_slower_is_not_chosen(seconds: float) -> None:
    found = choice(lambda watch: timed(watch, seconds))
    assert found.engine == TORCH
    assert found.reason.startswith("PyTorch computes what is frozen: 10 pictures a second here, OpenVINO ")


@pytest.mark.parametrize(("precision", "off"), [("fp32", 0.01), ("bf16", 0.2), ("bf16", float("nan"))])
def test_an_engine_whose_features_are_off_is_not_used_and_it_is_said(precision: str, off: float) -> None:
    found = choice(lambda watch: timed(watch, 0.001, off), replace(TASK, precision=precision))
    assert found.engine == TORCH
    assert "OpenVINO's features differ from PyTorch's by " in found.reason


def test_features_rounded_to_16_bits_are_right_in_16_bits() -> None:
    assert choice(lambda watch: timed(watch, 0.001, 0.02), replace(TASK, precision="bf16")).engine == OPENVINO


def test_a_network_that_the_engine_cannot_run_stays_with_pytorch() -> None:
    found = choice(lambda _: refusing)
    assert found.engine == TORCH
    assert "OpenVINO cannot run this network (no such operation)" in found.reason


def test_without_openvino_everything_works_with_pytorch() -> None:
    found = choice(None)
    assert (found.engine, dict(found.images_per_second)) == (TORCH, {})
    assert "OpenVINO, which is faster on many processors, is not installed" in found.reason


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_graphics_card_runs_pytorch_without_measuring(device: str) -> None:
    found = choice(lambda _: refusing, replace(TASK, device=device))
    assert (found.engine, dict(found.images_per_second)) == (TORCH, {})
    assert "graphics card" in found.reason


def test_for_little_work_nothing_is_measured() -> None:
    found = choice(lambda _: refusing, pictures=20)
    assert (found.engine, found.is_final) == (TORCH, False)
    assert "before something faster is found" in found.reason


@openvino_only
def test_what_is_not_installed_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(makers()) == [TORCH, OPENVINO]
    monkeypatch.setattr("tl_core.engines.choosing.openvino_version", lambda: None)
    assert list(makers()) == [TORCH]


def test_a_package_that_is_there_in_parts_counts_as_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openvino_part.importlib.util, "find_spec", lambda name: None)
    assert openvino_part.openvino_version() is None


def asked(cache: Path, other: Make, watch: Watch, **changes: object) -> EngineChoice:
    values = {"network": "net", "cut": "head", "task": TASK, **changes}
    return chosen_engine(
        PART,
        values["task"],
        1000,
        network=str(values["network"]),
        cut=str(values["cut"]),
        cache=cache,
        engines=engines(watch, other),
        clock=watch,
    )


def test_a_choice_is_kept_and_asked_for_again_measures_nothing(tmp_path: Path) -> None:
    watch = Watch()
    first = asked(tmp_path, timed(watch, 0.025), watch)
    measured = watch.now
    assert asked(tmp_path, refusing, watch) == first
    assert watch.now == measured


@pytest.mark.parametrize(
    "change",
    [
        {"network": "other"},
        {"cut": "blocks.3"},
        {"task": replace(TASK, precision="bf16")},
        {"task": replace(TASK, image_size=20)},
        {"task": replace(TASK, threads=2)},
    ],
    ids=str,
)
def test_another_network_cut_precision_size_or_number_of_threads_is_measured_anew(
    tmp_path: Path, change: dict[str, object]
) -> None:
    watch = Watch()
    assert asked(tmp_path, timed(watch, 0.025), watch).engine == OPENVINO
    assert asked(tmp_path, timed(watch, 0.5), watch, **change).engine == TORCH


def test_a_kept_choice_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    watch = Watch()
    asked(tmp_path, timed(watch, 0.025), watch)
    (path,) = tmp_path.rglob("*.json")
    for damaged in (b"", b"{", b"[]", json.dumps({"engine": "openvino"}).encode()):
        path.write_bytes(damaged)
        assert asked(tmp_path, timed(watch, 0.5), watch).engine == TORCH
        path.unlink()


def test_little_work_is_told_from_much_by_the_first_measurement_so_that_a_busy_moment_changes_nothing(
    tmp_path: Path,
) -> None:
    watch = Watch()

    def at(pictures: int, usual: float, other: Make) -> EngineChoice:
        own = engines(watch, other, usual)
        return chosen_engine(PART, TASK, pictures, network="n", cut="head", cache=tmp_path, engines=own, clock=watch)

    small = at(20, 0.1, refusing)
    assert at(29, 5.0, refusing) == small
    assert at(31, 0.001, timed(watch, 0.0001)).engine == OPENVINO
    assert at(31, 0.001, refusing).engine == OPENVINO


def test_few_pictures_stay_with_the_engine_that_computed_their_features_before_another_was_found(
    tmp_path: Path,
) -> None:
    watch = Watch()

    def at(pictures: int, folder: str) -> EngineChoice:
        return chosen_engine(
            PART, TASK, pictures, network="n", cut="head", cache=tmp_path / folder,
            engines=engines(watch, timed(watch, 0.025), 0.1), clock=watch,
        )  # fmt: skip

    small = at(29, "few first")
    assert at(1000, "few first").engine == OPENVINO
    assert [at(29, "few first").engine, at(30, "few first").engine] == [TORCH, OPENVINO]
    assert at(29, "few first").reason == small.reason
    assert at(1000, "many first").engine == OPENVINO
    assert at(29, "many first").engine == OPENVINO  # nothing was computed by another


def test_what_was_not_measured_is_not_kept(tmp_path: Path) -> None:
    watch = Watch()
    own = engines(watch, None)
    chosen_engine(PART, TASK, 1000, network="net", cut="head", cache=tmp_path, engines=own, clock=watch)
    assert list(tmp_path.rglob("*")) == []


def test_an_engine_that_turns_out_wrong_or_absent_gives_way_to_pytorch_and_it_is_said() -> None:
    watch = Watch()
    for other, words in (
        (timed(watch, 0.1, 0.5), "its features differ from PyTorch's by 50.00%"),
        (refusing, "no such operation"),
        (None, "it is not installed any more"),
    ):
        fast = fast_part(PART, TASK, OPENVINO, engines=engines(watch, other))
        assert fast.engine == TORCH
        assert fast.told == f"OpenVINO is not used after all: {words}."
        assert torch.equal(fast.module(torch.ones(1, 3, 16, 16)), PART(torch.ones(1, 3, 16, 16)))


def test_the_engine_that_was_asked_for_is_used_where_its_features_are_right() -> None:
    fast = fast_part(PART, TASK, OPENVINO, engines=engines(Watch(), timed(Watch(), 0.1)))
    assert (fast.engine, fast.told) == (OPENVINO, "")
    assert isinstance(fast.module, Timed)
    assert fast_part(PART, TASK, TORCH, engines={}).engine == TORCH
