"""When the assistant prepares, and when it gives way: to a training, to other pictures, to what a person asked for."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.jobs.jobs_for_tests import wait_until
from tl_core.data.dataset import import_source
from tl_core.errors import DataError
from tl_core.jobs.background import Answer, Background
from tl_core.jobs.preparing import HEADSTART_SECONDS, Preparing
from tl_core.jobs.under_way import training_under_way
from tl_core.jobs.workspace import Workspace

SETTINGS = {"backbone": "tf_efficientnet_lite0", "image_size": 32, "preset": "instant"}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The dataset of twelve pictures of two colours."""
    random = np.random.default_rng(0)
    for name in ("red", "blue"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for number in range(6):
            pixels = random.integers(0, 256, (40, 40, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pictures" / name / f"{number}.png")
    return import_source(tmp_path / "pictures", tmp_path / "dataset").folder


@pytest.fixture
def preparing(workspace: Workspace) -> Iterator[Preparing]:
    background = Background(threading.Lock())
    yield Preparing(workspace, background)
    background.close()


def ended(preparing: Preparing, folder: Path) -> Answer:
    request = {"dataset": str(folder), "settings": SETTINGS}
    return dict(
        wait_until(lambda: (said := preparing.prepare(request))["state"] in ("done", "stopped", "failed") and said)
    )


def test_while_something_trains_nothing_is_made(preparing: Preparing, workspace: Workspace, folder: Path) -> None:
    with training_under_way(workspace, "a" * 26):
        assert ended(preparing, folder)["state"] == "stopped"
    assert not workspace.cache.exists()


def test_a_training_that_begins_at_once_has_the_cores_for_itself(workspace: Workspace, folder: Path) -> None:
    training, background = ExitStack(), Background(threading.Lock())
    times = iter([0.0, HEADSTART_SECONDS / 2])

    def clock() -> float:
        """Before the second look at it somebody presses Train."""
        now = next(times)
        if now:
            training.enter_context(training_under_way(workspace, "a" * 26))
        return now

    with training:
        assert ended(Preparing(workspace, background, clock), folder)["state"] == "stopped"
    background.close()
    assert not workspace.cache.exists()


def test_pictures_that_are_gone_are_said_to_be(preparing: Preparing, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no longer here"):
        preparing.prepare({"dataset": str(tmp_path / "nowhere"), "settings": SETTINGS})


def test_pictures_that_have_changed_take_the_place_of_the_older_ones(
    preparing: Preparing, workspace: Workspace, folder: Path
) -> None:
    with training_under_way(workspace, "a" * 26):
        assert ended(preparing, folder)["state"] == "stopped"
    os.utime(folder / "dataset.json")
    assert preparing.prepare({"dataset": str(folder), "settings": SETTINGS})["state"] == "waiting"
    found = ended(preparing, folder)
    assert (found["state"], found["phase"]) == ("done", "features")
    assert {path.name for path in workspace.cache.iterdir()} >= {"squares", "features"}
