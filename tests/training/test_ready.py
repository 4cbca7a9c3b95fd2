"""A network that was ready before its run: the same as one made for it, given away once, and to whom it fits alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from small_training import BACKBONE, TRANSFORMER, digits_data, run, small_network, small_plan

from tl_core.backbones.build import build_network
from tl_core.backbones.stages import StagedNetwork, stage_network
from tl_core.config import RunConfig
from tl_core.events import EpochDone
from tl_core.training.ready import ReadyNetwork, ready_network

CONFIG = RunConfig(backbone=BACKBONE)


def ready() -> ReadyNetwork:
    return ReadyNetwork(CONFIG, small_network(2))


@pytest.mark.parametrize("backbone", [BACKBONE, TRANSFORMER, "thaw/cnn_28"])
def test_with_another_head_the_stages_are_those_of_a_network_made_for_it(backbone: str) -> None:
    few, many = (stage_network(build_network(backbone, classes, pretrained=False)) for classes in (2, 7))
    found = few.for_classes(7)
    assert found.stages == many.stages
    for stage in many.stages:
        assert found.parameter_names(stage.name) == many.parameter_names(stage.name)
        assert found.module_names(stage.name) == many.module_names(stage.name)
    size = found.network.preprocessing.image_size
    assert found.whole(train=False)(torch.zeros(1, 3, size, size)).shape == (1, 7)


def test_a_training_with_it_is_the_training_with_a_network_of_its_own(tmp_path: Path) -> None:
    data = digits_data(64, 20)
    made = ready()(CONFIG, 10)
    assert made is not None
    losses = []
    for name, network in (("ready", made), ("own", small_network(10))):
        own = dict(small_network(10).network.module.state_dict())
        network.network.module.load_state_dict(own)  # random ones differ by how many heads were made before
        plan = small_plan(data, network, freeze="blocks.4", epochs=1, augment="none")
        events = run(tmp_path / name, data, network, plan)
        losses.append([event.train_loss for event in events if isinstance(event, EpochDone)])
    assert losses[0] == losses[1]


def test_it_is_given_away_once() -> None:
    waiting = ready()
    assert isinstance(waiting(CONFIG, 3), StagedNetwork)
    assert waiting(CONFIG, 3) is None


@pytest.mark.parametrize(
    "changes",
    [{"backbone": TRANSFORMER}, {"start": "scratch"}, {"start": "a" * 26}, {"weights": "mine.pth"}, {"image_size": 64}],
)
def test_whoever_begins_with_something_else_is_given_nothing(changes: dict[str, object]) -> None:
    waiting = ready()
    assert waiting(replace(CONFIG, **changes), 3) is None  # type: ignore[arg-type]
    assert waiting(replace(CONFIG, image_size=32), 3) is not None  # that is its own size


def test_where_weights_are_missing_nothing_is_ready() -> None:
    assert ReadyNetwork(CONFIG, None)(CONFIG, 3) is None


def test_one_that_hurries_compares_no_engines(tmp_path: Path) -> None:
    assert ready_network(tmp_path, compares_engines=False)(RunConfig(), 3) is not None
    assert list(tmp_path.iterdir()) == []
