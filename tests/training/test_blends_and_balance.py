"""Blended pictures, weighted and balanced classes, and the average of weights: each against its plain formula."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_training import digits_data, run, small_network, small_plan
from torch.nn.functional import cross_entropy
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from tl_core.config import BOUNDS
from tl_core.training.averaging import Averaged
from tl_core.training.batches import VIEWS_APART, balanced_batches, views_of
from tl_core.training.losses import Objective, Targets, targets_of
from tl_core.training.mixing import Mixture, mixed, mixture_of
from tl_core.training.plan_values import TrainingPlan
from tl_core.training.trainee import view_feed

DATA, NETWORK = digits_data(80, 20), small_network()


def plan(**choices: Any) -> TrainingPlan:
    return small_plan(DATA, NETWORK, **{"freeze": "none", "augment": "none", "epochs": 2, **choices})


def test_blended_pictures_and_labels_have_the_same_shares() -> None:
    pictures = torch.arange(4.0)[:, None, None, None].expand(4, 3, 32, 32)
    mixture = mixture_of(plan(mixup=0.4), epoch=1, batch=1, pictures=4)
    assert mixture is not None
    expected = mixture.share * np.arange(4) + (1 - mixture.share) * mixture.partner
    np.testing.assert_allclose(mixed(pictures, mixture)[:, 0, 5, 5], expected, rtol=1e-6)
    logits, labels = torch.randn(4, 10), np.array([3, 1, 4, 1])
    soft = torch.zeros(4, 10)
    for row in range(4):
        soft[row, labels[row]] += mixture.share
        soft[row, labels[mixture.partner[row]]] += 1 - mixture.share
    ours = Objective(0.1).losses(logits, targets_of(labels, mixture, "cpu")).mean()
    torch.testing.assert_close(ours, cross_entropy(logits, soft, label_smoothing=0.1))


def test_a_pasted_piece_takes_as_much_of_the_label_as_of_the_picture() -> None:
    pictures = torch.arange(4.0)[:, None, None, None].expand(4, 3, 32, 32)
    for batch in range(1, 12):
        mixture = mixture_of(plan(cutmix=1.0), epoch=1, batch=batch, pictures=4)
        assert mixture is not None
        pasted = mixed(pictures, mixture)
        for row, partner in enumerate(mixture.partner):
            if partner != row:
                assert float((pasted[row, 0] == row).float().mean()) == pytest.approx(mixture.share)


def test_what_is_blended_depends_on_seed_epoch_and_step_alone() -> None:
    chosen = plan(mixup=0.4, cutmix=1.0)
    one = [mixture_of(chosen, epoch=1, batch=batch, pictures=8) for batch in range(1, 30)]
    again = [mixture_of(chosen, epoch=1, batch=batch, pictures=8) for batch in range(1, 30)]
    assert [str(item) for item in one] == [str(item) for item in again]
    assert len({str(item) for item in one}) == len(one)
    assert {item.box is None for item in one if item} == {True, False}
    assert str(mixture_of(chosen, epoch=2, batch=1, pictures=8)) != str(one[0])
    assert mixture_of(plan(), epoch=1, batch=1, pictures=8) is None


def test_pictures_are_blended_before_the_frozen_part_sees_them(tmp_path: Path) -> None:
    chosen = plan(freeze="blocks.2", mixup=0.4)
    assert not chosen.prefix_cached
    assert chosen.reasons["prefix_cached"].startswith("Blended pictures are new at every step")
    assert plan(freeze="blocks.2").prefix_cached


def test_the_foremost_label_is_the_one_with_the_larger_share() -> None:
    labels = np.array([0, 1])
    for share, foremost in ((0.7, [0, 1]), (0.3, [1, 0])):
        assert targets_of(labels, Mixture(np.array([1, 0]), share), "cpu").foremost.tolist() == foremost


def unbalanced() -> Any:
    rows = np.concatenate([np.flatnonzero(DATA.train.labels == 0)[:8], np.flatnonzero(DATA.train.labels == 1)[:2]])
    part = replace(DATA.train, positions=DATA.train.positions[rows], labels=DATA.train.labels[rows])
    return replace(DATA, classes=("zero", "one"), train=part)


def test_class_weights_are_torchs_with_a_mean_of_one_over_the_pictures() -> None:
    data = unbalanced()
    objective = Objective.of(replace(plan(label_smoothing=0.0), class_balance="weights"), data)
    assert objective.weights is not None
    assert objective.weights.tolist() == pytest.approx([10 / 16, 10 / 4])
    logits, labels = torch.randn(10, 2), torch.from_numpy(data.train.labels)
    ours = objective.losses(logits, Targets(labels)).mean()
    torch.testing.assert_close(ours, cross_entropy(logits, labels, weight=objective.weights))
    assert Objective.of(plan(), data).weights is None


def test_balanced_batches_show_every_class_as_often_and_no_picture_needlessly_twice() -> None:
    labels = np.array([0] * 30 + [1] * 5 + [2] * 7)
    batches = balanced_batches(labels, 8, seed=1, epoch=1)
    shown = np.concatenate(batches)
    assert Counter(labels[shown].tolist()) == {0: 14, 1: 14, 2: 14}
    times = Counter(shown.tolist())
    assert max(times[row] for row in range(30)) == 1
    assert {times[row] for row in range(30, 35)} == {2, 3}
    assert np.array_equal(shown, np.concatenate(balanced_batches(labels, 8, seed=1, epoch=1)))
    assert not np.array_equal(shown, np.concatenate(balanced_batches(labels, 8, seed=1, epoch=2)))


def test_a_picture_that_comes_again_in_an_epoch_is_seen_in_another_view() -> None:
    batches = [np.array([4, 7, 4]), np.array([7, 4, 9])]
    views = views_of(batches, 3)
    assert [own.tolist() for own in views] == [[3, 3, 3 + VIEWS_APART], [3 + VIEWS_APART, 3 + 2 * VIEWS_APART, 3]]
    assert BOUNDS["epochs"][1] < VIEWS_APART
    data, chosen = unbalanced(), plan(augment="gentle", class_balance="sampling")
    (order,) = balanced_batches(data.train.labels, 16, seed=0, epoch=1)
    seen = view_feed(chosen, data, mirror=True)(data.train.positions[order], *views_of([order], 1))
    assert len(set(order.tolist())) < len(order) == 10
    assert len({picture.numpy().tobytes() for picture in seen}) == 10


def test_the_average_of_weights_and_buffers_is_torchs_own_once_it_has_caught_up() -> None:
    module = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
    ours = Averaged(module, [name for name, _ in module.named_parameters()], decay=0.0001)  # never the smaller of two
    theirs = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(0.0001), use_buffers=True)
    theirs.update_parameters(module)  # torch's first update is a copy, which ours starts with
    for step in range(5):
        with torch.no_grad():
            for value in module.parameters():
                value.add_(torch.randn_like(value))
        module.train()(torch.randn(4, 1, 5, 5) * step)
        ours.update()
        theirs.update_parameters(module)
    own = {name: value.clone() for name, value in module.state_dict().items()}
    with ours.in_place():
        for name, value in module.state_dict().items():
            if value.is_floating_point():
                torch.testing.assert_close(value, theirs.module.state_dict()[name])
                assert not torch.equal(value, own[name])
    assert all(torch.equal(value, own[name]) for name, value in module.state_dict().items())


def test_at_first_the_average_follows_quickly() -> None:
    layer = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(layer.weight)
    averaged = Averaged(layer, ["weight"], decay=0.999)
    torch.nn.init.ones_(layer.weight)
    expected = 0.0
    for step in range(1, 4):
        averaged.update()
        decay = (1 + step) / (10 + step)
        expected = decay * expected + (1 - decay)
        with averaged.in_place():
            assert float(layer.weight.detach()) == pytest.approx(expected)


def test_a_run_with_an_average_keeps_it_as_its_model(tmp_path: Path) -> None:
    data, results = digits_data(48, 12), []
    for name, decay in (("plain", 0.0), ("averaged", 0.99)):
        network = small_network()
        chosen = small_plan(data, network, freeze="none", augment="none", epochs=1, learning_rate=1e-3, ema_decay=decay)
        run(tmp_path / name, data, network, chosen)
        results.append(network.network.module.conv_stem.weight.detach().clone())
    start = small_network().network.module.conv_stem.weight.detach()
    plain, averaged = ((result - start).abs().mean() for result in results)
    assert 0 < averaged < plain
