"""A predictor with many pictures ahead: a faster engine takes over where it pays and answers the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.engines.offered import openvino_only
from tests.evaluation.pictures import DecoderHere, write_picture
from tests.export.models import small_config, small_network
from tl_core.engines.choosing import makers
from tl_core.engines.openvino_part import EngineError
from tl_core.engines.task import Task
from tl_core.evaluation.predictor import Predictor
from tl_core.export.bundle import save_model


class Watch:
    """A clock that PyTorch's forward moves on by `usual` seconds, and the other engine's by `other`."""

    def __init__(self, usual: float, other: float) -> None:
        self.now, self.usual, self.other = 0.0, usual, other
        self.others = 0

    def __call__(self) -> float:
        return self.now

    def predictor(self) -> Predictor:
        network = small_network()
        network.module.register_forward_hook(lambda *_: self._pass(self.usual))
        return Predictor(small_config(network), network.module, "cpu")

    def make(self, off: float = 0.0):
        watch = self

        class Other(nn.Module):
            def __init__(self, module: nn.Module) -> None:
                super().__init__()
                self.inner = module

            def forward(self, pictures: torch.Tensor) -> torch.Tensor:
                watch.others += 1
                rows = self.inner(pictures)
                watch._pass(watch.other - watch.usual)
                rows[:, 0] += off
                return rows

        return lambda module, _task: Other(module)

    def _pass(self, seconds: float) -> None:
        self.now += seconds


def squares(predictor: Predictor, count: int) -> np.ndarray:
    size = predictor.preprocessing.resize_size
    return np.random.default_rng(0).integers(0, 256, size=(count, size, size, 3), dtype=np.uint8)


def refused(_module: nn.Module, _task: Task) -> nn.Module:
    raise EngineError("no such operation")


def test_a_faster_engine_answers_the_rest_where_that_pays() -> None:
    watch = Watch(usual=1.0, other=0.1)
    predictor = watch.predictor()
    pictures = squares(predictor, 4)
    first = predictor.hurry(pictures, 100, make=watch.make(), clock=watch)
    assert watch.others == 2  # asked twice: for the same answers, and for the time
    assert np.array_equal(predictor.probabilities(pictures), first)
    assert watch.others == 3
    predictor.hurry(pictures, 100, make=refused, clock=watch)
    assert watch.others == 4


@pytest.mark.parametrize(
    ("usual", "other", "off", "ahead"),
    [(1.0, 0.1, 0.0, 15), (1.0, 0.1, 0.01, 100), (1.0, 1.5, 0.0, 100), (1.0, 0.1, float("nan"), 100)],
    ids=["few pictures ahead", "other answers", "slower", "no numbers"],
)
def test_it_stays_with_pytorch_otherwise(usual: float, other: float, off: float, ahead: int) -> None:
    watch = Watch(usual, other)
    predictor = watch.predictor()
    pictures = squares(predictor, 4)
    wanted = predictor.probabilities(pictures)
    assert np.array_equal(predictor.hurry(pictures, ahead, make=watch.make(off), clock=watch), wanted)
    asked = watch.others
    assert np.array_equal(predictor.probabilities(pictures), wanted)
    assert watch.others == asked


def test_a_network_that_the_engine_cannot_run_is_answered_by_pytorch() -> None:
    watch = Watch(1.0, 0.1)
    predictor = watch.predictor()
    pictures = squares(predictor, 3)
    assert np.array_equal(predictor.hurry(pictures, 100, make=refused, clock=watch), predictor.probabilities(pictures))


@openvino_only
def test_openvino_gives_the_same_probabilities_alone_and_in_any_batch() -> None:
    watch = Watch(1.0, 0.0)
    predictor = watch.predictor()
    pictures = squares(predictor, 7)
    wanted = predictor.probabilities(pictures)
    make = makers()["openvino"]
    predictor.hurry(pictures, 1000, make=make, clock=watch)
    before = watch.now
    together = predictor.probabilities(pictures)
    alone = np.concatenate([predictor.probabilities(pictures[i : i + 1]) for i in range(len(pictures))])
    assert watch.now == before  # PyTorch's forward did not run
    assert np.abs(together - wanted).max() <= 1e-5
    assert np.abs(together - alone).max() <= 1e-6


def test_more_pictures_than_are_timed_come_back_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tl_core.evaluation.predictor.BATCH_SIZE", 2)
    network = small_network()
    save_model(tmp_path / "model", network.module, small_config(network))
    predictor = Predictor.open(tmp_path / "model", device="cpu")
    paths = [write_picture(tmp_path / f"{seed}.png", seed) for seed in range(5)]
    rows = list(predictor.rows(paths, DecoderHere()))
    alone = [next(iter(predictor.rows([path], DecoderHere()))) for path in paths]
    assert np.abs(np.stack(rows) - np.stack(alone)).max() <= 1e-6
