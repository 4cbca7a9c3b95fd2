"""Rows that travel ahead or lie on the device are the rows themselves; input made there is what `to_batch` makes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from small_training import digits_data, small_network, small_plan

from tl_core.data.tensors import to_batch
from tl_core.events import Warned
from tl_core.training.device_feed import VARIED_AT_ONCE, DevicePictures, feeding_device
from tl_core.training.device_rows import HELD_AT_ONCE, DeviceRows
from tl_core.training.engine import Engine
from tl_core.training.fed_part import held_on_device
from tl_core.training.pictures import TrainingData
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.trainee import view_feed

DEVICES = ("cpu", "cuda") if torch.cuda.is_available() else ("cpu",)


@pytest.fixture
def numbers() -> np.ndarray[Any, Any]:
    return np.arange(600 * 4, dtype=np.float32).reshape(600, 4)


@pytest.fixture(scope="module")
def data() -> TrainingData:
    return digits_data(VARIED_AT_ONCE + 5, 10)


@pytest.fixture(scope="module")
def plan(data: TrainingData) -> TrainingPlan:
    return small_plan(data, small_network(), freeze="none", augment="strong")


@pytest.mark.parametrize("device", DEVICES)
def test_expected_rows_are_those_that_are_asked_for(numbers: np.ndarray[Any, Any], device: str) -> None:
    rows, asked = DeviceRows(numbers, device), np.array([5, 2, 599])
    rows.expect(asked)
    for _ in range(2):
        assert rows[asked].device.type == device
        assert np.array_equal(rows[asked].cpu().numpy(), numbers[asked])


def test_rows_that_nobody_expected_are_read_all_the_same(numbers: np.ndarray[Any, Any]) -> None:
    rows = DeviceRows(numbers, "cpu")
    rows.expect(np.array([1, 2, 3]))
    assert np.array_equal(rows[np.array([4, 5, 6])].numpy(), numbers[4:7])
    assert np.array_equal(rows[np.array([1, 2, 3])].numpy(), numbers[1:4])


class Noting:
    """Rows that note in which thread they were read."""

    def __init__(self, rows: np.ndarray[Any, Any]) -> None:
        self.rows, self.shape, self.dtype = rows, rows.shape, rows.dtype
        self.threads: list[str] = []

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, positions: Any) -> Any:
        self.threads.append(threading.current_thread().name)
        return self.rows[positions]


def test_expected_rows_are_read_once_and_beside_the_steps(numbers: np.ndarray[Any, Any]) -> None:
    source = Noting(numbers)
    rows = DeviceRows(source, "cpu")  # type: ignore[arg-type]
    for asked in (np.array([7, 8]), np.array([1, 9])):
        rows.expect(asked)
        assert np.array_equal(rows[asked].numpy(), numbers[asked])
    assert [name.startswith("rows-ahead") for name in source.threads] == [True, True]


def test_what_comes_next_is_told_before_the_present_step_asks_and_is_read_once_all_the_same(
    numbers: np.ndarray[Any, Any],
) -> None:
    source, batches = Noting(numbers), [np.array([3 * at, 3 * at + 1]) for at in range(5)]
    rows = DeviceRows(source, "cpu")  # type: ignore[arg-type]
    for present, following in zip(batches, [*batches[1:], None], strict=True):
        if following is not None:
            rows.expect(following)
        assert np.array_equal(rows[present].numpy(), numbers[present])
    assert [name.startswith("rows-ahead") for name in source.threads].count(True) == 4
    assert len(source.threads) == 5


def test_an_error_of_reading_ahead_comes_when_the_rows_are_asked_for(numbers: np.ndarray[Any, Any]) -> None:
    rows = DeviceRows(numbers, "cpu")
    rows.expect(np.array([600]))
    with pytest.raises(IndexError, match="600"):
        rows[np.array([600])]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.int16])
def test_held_rows_need_the_disk_no_more_and_the_others_do(
    numbers: np.ndarray[Any, Any], kind: Any, device: str
) -> None:
    source = numbers.astype(kind)
    truth = source.copy()
    rows, held = DeviceRows(source, device), np.arange(0, 600, 2)
    assert len(held) > HELD_AT_ONCE
    rows.hold(held)
    source[:] = 0
    assert np.array_equal(rows[held[::-1]].cpu().numpy(), truth[held[::-1]])
    rows.expect(held[:3])
    assert np.array_equal(rows[np.array([4, 1, 4])].cpu().numpy(), source[[4, 1, 4]])  # not all of them are held


def test_pictures_as_they_are_equal_those_of_every_other_reader(data: TrainingData, plan: TrainingPlan) -> None:
    pictures, rows = DevicePictures(plan, data), np.array([3, 0, 7, 3])
    seen = pictures(rows)
    expected = to_batch(np.asarray(data.squares[rows]), plan.preprocessing)
    assert torch.equal(seen, expected)
    assert seen.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("augment", ["gentle", "strong", "trivial"])
def test_the_views_of_a_large_step_are_those_of_small_ones(
    data: TrainingData, plan: TrainingPlan, augment: str
) -> None:
    feed = view_feed(replace(plan, augment=augment), data, mirror=True)
    rows, views = data.train.positions, np.arange(len(data.train)) % 3
    parts = [feed(rows[start : start + 19], views[start : start + 19]) for start in range(0, len(rows), 19)]
    assert torch.equal(feed(rows, views), torch.cat(parts))


def test_input_is_made_on_cuda_s_cards_and_otherwise_on_the_processor() -> None:
    found = {device: feeding_device(device) for device in ("cpu", "cuda", "mps")}
    assert found == {"cpu": "cpu", "cuda": "cuda", "mps": "cpu"}


class Full:
    """Rows that no longer fit into the device's memory."""

    shape, dtype = (200, 4), np.dtype(np.float32)

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, positions: Any) -> Any:
        raise self.error


def held(plan: TrainingPlan, data: TrainingData, error: Exception) -> Iterator[Any]:
    pictures = DevicePictures(plan, replace(data, squares=Full(error)))  # type: ignore[arg-type]
    return held_on_device(replace(plan, pictures_on_device=True), Engine("cpu", "fp32"), pictures, (data.train,))


def test_pictures_that_no_longer_fit_are_copied_step_by_step_and_it_is_said(
    data: TrainingData, plan: TrainingPlan
) -> None:
    (said,) = held(plan, data, torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."))
    assert isinstance(said, Warned)
    assert said.message.startswith("The graphics card's memory no longer has room for all pictures")
    with pytest.raises(RuntimeError, match="shapes do not match"):
        list(held(plan, data, RuntimeError("shapes do not match")))


def test_pictures_are_held_only_where_the_plan_says_so(data: TrainingData, plan: TrainingPlan) -> None:
    pictures = DevicePictures(plan, replace(data, squares=Full(RuntimeError("nobody asked"))))  # type: ignore[arg-type]
    assert list(held_on_device(plan, Engine("cpu", "fp32"), pictures, (data.train,))) == []
