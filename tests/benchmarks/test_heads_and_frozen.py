"""What is compared with what in the benchmarks of heads and of the frozen part, on small and made-up figures."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from benchmarks.frozen import AS_IT_COMES, ON_ONE, goals_of, on_one_thread, reference_of
from benchmarks.heads import measure_alone
from benchmarks.heads_alone import made_up, watched


@pytest.mark.parametrize(("all_threads", "one", "better"), [(30.0, 40.0, ON_ONE), (40.0, 30.0, AS_IT_COMES)])
def test_pytorch_as_it_comes_is_taken_at_its_better(all_threads: float, one: float, better: str) -> None:
    rates = {AS_IT_COMES: all_threads, ON_ONE: one, "the engine": 330.0}
    assert reference_of(rates) == better
    goal = goals_of({"times_as_it_comes": 8.25, "share_of_limit": 0.6, "images_per_second": rates})[0]
    assert goal.measured == f"8.2 times ({all_threads:.0f} a second on all threads, {one:.0f} on one)"
    assert goal.is_met


def test_one_thread_is_one_for_as_long_as_it_works() -> None:
    before, seen = torch.get_num_threads(), []
    torch.set_num_threads(2)
    try:
        on_one_thread(lambda: seen.append(torch.get_num_threads()))
        assert (seen, torch.get_num_threads()) == ([1], 2)
        with pytest.raises(ZeroDivisionError):
            on_one_thread(lambda: 1 / 0)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_a_head_alone_tells_its_seconds_and_its_memory() -> None:
    found = measure_alone(300, 64, 12)
    assert found["seconds"] > 0
    assert found["processor_seconds"] > 0
    assert found["megabytes_of_the_features"] == round(300 * 64 * 4 / 1e6, 1)
    assert found["megabytes"] < 500


def test_memory_that_was_given_back_counts_too() -> None:
    def work() -> None:
        held = torch.from_numpy(np.ones((4000, 4000)))
        for _ in range(30):
            held.sum()

    assert watched(work)[2] > 60


def test_made_up_features_have_all_classes() -> None:
    features, labels = made_up(500, 8, 20)
    assert features.shape == (500, 8)
    assert set(labels.tolist()) == set(range(20))
