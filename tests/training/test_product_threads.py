"""Little work gets one thread, much work those of PyTorch, numpy's own included; afterwards all is as it was."""

from __future__ import annotations

import pytest
import torch
from threadpoolctl import threadpool_info

from tl_core.training.product_threads import LITTLE, threads_for


def numpy_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize(
    ("count", "width", "classes", "threads"),
    [
        (LITTLE, 1, 10, 1),
        (LITTLE + 1, 1, 10, 2),
        (10_000, 1024, 10, 1),
        (5_000, 1280, 1000, 2),
        (1_000, 1280, 1000, 1),
    ],
)
def test_little_work_gets_one_thread_and_much_those_of_a_training(
    count: int, width: int, classes: int, threads: int
) -> None:
    before, numpy_before = torch.get_num_threads(), numpy_threads()
    torch.set_num_threads(2)
    try:
        with threads_for(count, width, classes):
            assert torch.get_num_threads() == threads
            assert max(numpy_threads(), default=1) <= threads
        assert torch.get_num_threads() == 2
        assert numpy_threads() == numpy_before
    finally:
        torch.set_num_threads(before)


def test_what_fails_leaves_the_threads_as_they_were() -> None:
    before = torch.get_num_threads(), numpy_threads()
    with pytest.raises(ZeroDivisionError), threads_for(1, 1, 1):
        raise ZeroDivisionError
    assert (torch.get_num_threads(), numpy_threads()) == before
