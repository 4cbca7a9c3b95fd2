"""Batches, learning rates, parameter groups and views of pictures: each a pure function, each checked."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image
from small_training import digits_data, small_network, small_plan

from tl_core.errors import RunError
from tl_core.training.augment import NUMBERS_A_VIEW, STRENGTHS, Flips, augment, draws, picture_number
from tl_core.training.batches import batch_count, epoch_batches
from tl_core.training.checkpoint import load_tensors, restore, trained_weights
from tl_core.training.checkpointing import writing
from tl_core.training.metrics import Pace, Running
from tl_core.training.schedules import learning_rate_at


def photograph(count: int, size: int = 96) -> np.ndarray:
    picture = load_sample_image("flower.jpg")[100:400, 150:450]
    square = picture[:: 300 // size, :: 300 // size][:size, :size]
    return np.repeat(square[None], count, axis=0)


@pytest.mark.parametrize(("pictures", "sizes"), [(33, [16, 17]), (32, [16, 16]), (34, [16, 16, 2]), (1, [1]), (5, [5])])
def test_every_picture_is_in_one_batch_and_none_is_alone(pictures: int, sizes: list[int]) -> None:
    batches = epoch_batches(pictures, 16, seed=3, epoch=1)
    assert [len(batch) for batch in batches] == sizes
    assert batch_count(pictures, 16) == len(sizes)
    assert sorted(np.concatenate(batches).tolist()) == list(range(pictures))


def test_the_order_depends_on_seed_and_epoch_alone() -> None:
    first = np.concatenate(epoch_batches(50, 8, seed=1, epoch=1))
    assert np.array_equal(first, np.concatenate(epoch_batches(50, 7, seed=1, epoch=1)))
    assert not np.array_equal(first, np.concatenate(epoch_batches(50, 8, seed=1, epoch=2)))
    assert not np.array_equal(first, np.concatenate(epoch_batches(50, 8, seed=2, epoch=1)))


def test_a_view_depends_on_seed_number_and_picture_alone() -> None:
    squares, strength = photograph(3), STRENGTHS["strong"]
    numbers = draws(5, [2, 2, 2], [10, 11, 12])
    together = augment(squares, numbers, strength, size=80, flips=Flips(True))
    alone = augment(squares[1:2], draws(5, [2], [11]), strength, size=80, flips=Flips(True))
    assert np.array_equal(together[1], alone[0])
    for other in (draws(6, [2], [11]), draws(5, [3], [11]), draws(5, [2], [13])):
        assert not np.array_equal(augment(squares[1:2], other, strength, size=80, flips=Flips(True)), alone)


def test_a_pictures_number_comes_from_its_content() -> None:
    assert picture_number("00000000000a" + "f" * 52) == 10


@pytest.mark.parametrize("name", ["gentle", "strong", "trivial"])
def test_views_keep_light_and_shape(name: str) -> None:
    squares = photograph(16)
    views = augment(squares, draws(0, [1] * 16, list(range(16))), STRENGTHS[name], size=80, flips=Flips(True))
    assert views.shape == (16, 80, 80, 3)
    assert views.dtype == np.uint8
    assert abs(float(views.mean()) - float(squares.mean())) < 20
    assert len({view.tobytes() for view in views}) == 16


def test_a_view_that_moves_nothing_is_the_centre_of_the_picture_and_mirroring_mirrors_it() -> None:
    squares = photograph(1)
    still = np.full((1, NUMBERS_A_VIEW), 0.5, dtype=np.float32)
    still[0, 0] = 1.0  # the whole side
    plain = augment(squares, still, STRENGTHS["gentle"], size=96, flips=Flips(False))
    assert np.array_equal(plain, squares)
    still[0, 5] = 0.1
    assert np.array_equal(augment(squares, still, STRENGTHS["gentle"], size=96, flips=Flips(False)), squares)
    assert np.array_equal(augment(squares, still, STRENGTHS["gentle"], size=96, flips=Flips(True)), squares[:, :, ::-1])


def test_the_rate_warms_up_straight_and_falls_as_a_cosine() -> None:
    data, network = digits_data(160, 20), small_network()
    plan = small_plan(data, network, freeze="none", epochs=5, learning_rate=1.0, warmup_epochs=1.0)
    rates = [learning_rate_at(plan, step) for step in range(plan.steps)]
    assert plan.steps == 50
    assert rates[:10] == pytest.approx([0.1 * step for step in range(1, 11)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[-1] == pytest.approx(0.01)
    assert all(later <= earlier for earlier, later in itertools.pairwise(rates[10:]))
    constant = small_plan(data, network, freeze="none", epochs=5, learning_rate=1.0, schedule="constant")
    assert learning_rate_at(constant, 49) == 1.0


def test_means_weigh_batches_by_their_pictures() -> None:
    running = Running()
    running.add(1.0, 3, 4)
    running.add(4.0, 1, 2)
    assert (running.loss, running.accuracy, running.count) == (2.0, 4 / 6, 6)


def test_reports_are_due_four_times_a_second_and_the_first_at_once() -> None:
    times = iter([0.0, 0.0, 0.1, 0.24, 0.26, 0.4, 0.52])
    pace = Pace(lambda: next(times))
    assert [pace.due() for _ in range(6)] == [True, False, False, True, False, True]


def test_kept_weights_come_back_bit_by_bit(tmp_path: Path) -> None:
    network = small_network()
    module, names = network.network.module, network.parameter_names("blocks.2")
    weights = trained_weights(module, names)
    assert {name.partition(".running")[0] for name in weights if "running" in name}
    writing(weights)(tmp_path / "best.safetensors")
    with torch.no_grad():
        for name in names:
            module.get_parameter(name).add_(1.0)
    restore(module, load_tensors(tmp_path / "best.safetensors"))
    assert all(torch.equal(module.state_dict()[name], value) for name, value in weights.items())


def test_a_damaged_checkpoint_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "last.safetensors"
    path.write_bytes(b"half")
    with pytest.raises(RunError, match=r"The checkpoint 'last\.safetensors' cannot be read"):
        load_tensors(path)
