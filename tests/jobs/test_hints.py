"""What the assistant finds out in the background, on real pictures and the network that came with Thaw."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.jobs.jobs_for_tests import wait_until
from tl_core.backbones.stage import HEAD
from tl_core.config import PRESETS
from tl_core.data.dataset import Dataset, import_source
from tl_core.errors import ConfigError, DataError
from tl_core.jobs.background import Background
from tl_core.jobs.hints import Hints
from tl_core.training.estimate_values import Estimate
from tl_core.training.probe_values import NetworkHint, Probe

SETTINGS = {"backbone": "tf_efficientnet_lite0", "image_size": 64}
Operation = Callable[[dict[str, Any]], dict[str, Any]]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Red and blue noise, 12 of each."""
    folder, random = tmp_path_factory.mktemp("pictures") / "colours", np.random.default_rng(0)
    for name, tint in (("red", (160, 40, 40)), ("blue", (40, 40, 160))):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            pixels = np.clip(random.normal(tint, 40.0, (64, 64, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return import_source(folder, folder.parent / "dataset")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def hints(cache: Path) -> Iterator[Hints]:
    background = Background(threading.Lock())
    yield Hints(cache, background)
    background.close()


def answered(operation: Operation, dataset: Dataset, **settings: Any) -> dict[str, Any]:
    request = {"dataset": str(dataset.folder), "settings": {**SETTINGS, **settings}}
    wait_until(lambda: operation(request)["state"] in ("done", "stopped", "failed"), seconds=300)
    return operation(request)


def test_a_probe_is_polled_until_every_stage_is_read(hints: Hints, dataset: Dataset) -> None:
    request = {"dataset": str(dataset.folder), "settings": SETTINGS}
    assert hints.probe(request)["state"] == "waiting"
    found = Probe.from_dict(answered(hints.probe, dataset))
    assert (found.state, found.images) == ("done", 24)
    assert found.stages[0].name == "conv_stem"
    assert found.stages[-1].accuracy > 0.9  # red and blue are easy


def test_an_assistant_that_comes_after_finds_the_answer_on_the_disk(
    cache: Path, hints: Hints, dataset: Dataset
) -> None:
    before = answered(hints.probe, dataset)
    (kept,) = (cache / "probes").glob("*.json")
    written = kept.stat().st_mtime_ns
    background = Background(threading.Lock())
    again = answered(Hints(cache, background).probe, dataset)
    background.close()
    assert again == before
    assert kept.stat().st_mtime_ns == written


def test_an_estimate_has_every_line_and_every_preset(hints: Hints, dataset: Dataset) -> None:
    found = answered(hints.estimate, dataset, freeze="blocks.4", epochs=2)
    assert set(found["presets"]) == set(PRESETS)
    assert {"all", "none", "conv_stem", "blocks.6"} <= set(found["lines"])
    assert HEAD not in found["lines"]
    assert found["chosen"] == found["lines"]["blocks.4"]
    chosen = Estimate.from_dict(found["chosen"])
    assert 0 < chosen.epoch_seconds < chosen.total_seconds
    assert 0 < chosen.trainable_share < 1
    assert found["presets"]["instant"]["total_seconds"] <= found["presets"]["better"]["total_seconds"]
    assert found["presets"]["better"]["total_seconds"] < found["presets"]["best"]["total_seconds"]


def test_presets_that_train_on_are_estimated_with_pictures_to_judge_by_also_where_the_head_alone_is_chosen(
    hints: Hints, dataset: Dataset
) -> None:
    found = answered(hints.estimate, dataset, freeze="all")
    instant, better, best = (found["presets"][name]["total_seconds"] for name in PRESETS)
    assert instant < better < best
    assert found["lines"]["blocks.4"]["epoch_seconds"] > 0


def test_other_settings_are_estimated_at_once_from_what_was_measured(hints: Hints, dataset: Dataset) -> None:
    once = answered(hints.estimate, dataset, freeze="none", epochs=2)
    request = {"dataset": str(dataset.folder), "settings": {**SETTINGS, "freeze": "none", "epochs": 4}}
    twice = hints.estimate(request)
    assert twice["state"] == "done"
    assert twice["chosen"]["epoch_seconds"] == once["chosen"]["epoch_seconds"]
    assert twice["chosen"]["total_seconds"] > once["chosen"]["total_seconds"]


def test_settings_that_contradict_each_other_have_no_estimate_of_their_own(hints: Hints, dataset: Dataset) -> None:
    found = answered(hints.estimate, dataset, freeze="no such stage")
    assert found["chosen"] is None
    assert found["lines"]["all"]["epoch_seconds"] == 0.0


@pytest.mark.long
def test_the_networks_that_are_here_are_compared(hints: Hints, dataset: Dataset) -> None:
    request = {"dataset": str(dataset.folder), "settings": SETTINGS}

    def states() -> set[str]:
        return {network["state"] for network in hints.compare(request)["networks"]}

    wait_until(lambda: states() <= {"done", "failed"}, seconds=600)
    wait_until(lambda: hints.compare(request)["networks"][0]["epoch_seconds"] is not None, seconds=300)
    chosen = NetworkHint.from_dict(hints.compare(request)["networks"][0])
    assert (chosen.backbone, chosen.state) == ("tf_efficientnet_lite0", "done")
    assert chosen.low is not None
    assert chosen.high is not None
    assert chosen.accuracy is not None
    assert chosen.low <= chosen.accuracy <= chosen.high
    assert chosen.first_model_seconds is not None


def test_a_network_that_is_not_here_is_not_fetched_for_a_hint(hints: Hints, dataset: Dataset) -> None:
    found = answered(hints.probe, dataset, backbone="torchvision/vgg16", image_size=None)
    assert found["state"] == "failed"
    assert found["message"] == "The pretrained weights of 'torchvision/vgg16' are not on this computer yet."


def test_pictures_that_are_gone_are_said_at_once(hints: Hints, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="These pictures are no longer here"):
        hints.probe({"dataset": str(tmp_path), "settings": SETTINGS})
    with pytest.raises(ConfigError, match="no setting called 'bakbone'"):
        hints.probe({"dataset": str(tmp_path), "settings": {"bakbone": "x"}})


def test_a_learning_rate_test_is_polled_and_can_be_stopped(hints: Hints, dataset: Dataset) -> None:
    request = {"dataset": str(dataset.folder), "settings": {**SETTINGS, "freeze": "blocks.5"}}
    assert hints.rate_finder(request)["state"] == "waiting"
    hints.rate_finder({**request, "stop": True})
    wait_until(lambda: hints.rate_finder(request)["state"] in ("stopped", "done"), seconds=300)
    assert hints.rate_finder(request)["suggestion"] is None


def test_a_head_alone_has_no_learning_rate_to_find(hints: Hints, dataset: Dataset) -> None:
    found = answered(hints.rate_finder, dataset, freeze="all")
    assert found["state"] == "failed"
    assert "there is no learning rate to find" in found["message"]
