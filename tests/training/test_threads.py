"""How many threads compute."""

from __future__ import annotations

import pytest
import torch

from tests.ui.test_said import in_chinese
from tl_core.training.threads import choose_threads, work_seconds


def never(_threads: int) -> float:
    raise AssertionError("nothing is to be measured")


def test_a_machine_with_nothing_else_to_do_gives_every_core_and_measures_nothing() -> None:
    threads, why = choose_threads(8, lambda: False, never)
    assert threads == 8
    assert why == "8 threads, one for each core that this program may use."
    assert "8 个线程" in in_chinese(why)


def test_one_core_is_one_thread() -> None:
    threads, why = choose_threads(1, lambda: True, never)
    assert threads == 1
    assert in_chinese(why) == "一个线程：本程序只有一个核心可用。"


@pytest.mark.parametrize(
    ("seconds", "chosen"),
    [
        ({1: 1.0, 2: 5.0, 4: 9.0}, 1),
        ({1: 2.0, 2: 1.0, 4: 9.0}, 2),
        ({1: 1.0, 2: 1.1, 4: 1.2}, 4),
        ({1: 4, 2: 2, 4: 1}, 4),
    ],
)
def test_on_a_busy_machine_the_clearly_fastest_number_is_taken(seconds: dict[int, float], chosen: int) -> None:
    threads, why = choose_threads(4, lambda: True, lambda count: seconds[count])
    assert threads == chosen
    assert in_chinese(why)


def test_one_slow_turn_does_not_decide() -> None:
    times = {1: iter([1.0, 1.0, 1.0]), 2: iter([9.0, 1.0, 1.0])}
    assert choose_threads(2, lambda: True, lambda count: next(times[count]))[0] == 2


def test_measuring_leaves_the_number_of_threads_as_it_was() -> None:
    before = torch.get_num_threads()
    assert work_seconds(before + 1) > 0
    assert torch.get_num_threads() == before
