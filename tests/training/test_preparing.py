"""What is made before Train is pressed: the very rows that the run then reads, and nothing that stands in its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from small_training import Ticking

from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, import_source
from tl_core.data.decoder import DecoderPool
from tl_core.events import Phase
from tl_core.training import preparing
from tl_core.training.device import device_facts
from tl_core.training.device_feed import DevicePictures
from tl_core.training.frozen_engine import with_engine
from tl_core.training.head_phase import head_prefix
from tl_core.training.made import Ahead, Made
from tl_core.training.parts_ahead import parts_ahead
from tl_core.training.pictures import Positions
from tl_core.training.preparing import prepared
from tl_core.training.rows_ahead import RowsAhead, contents_of
from tl_core.training.session import plan_facts, planned, run_training
from tl_core.training.splitting import split_pictures
from tl_core.training.surroundings import staged
from tl_core.training.workplace import Workplace

CONFIG = RunConfig(backbone="tf_efficientnet_lite0", image_size=32, preset="instant", measure="split")


@pytest.fixture
def dataset(tmp_path: Path) -> Dataset:
    """Red and blue noise, 15 of each."""
    random = np.random.default_rng(0)
    for name, tint in (("red", (160, 40, 40)), ("blue", (40, 40, 160))):
        folder = tmp_path / "pictures" / name
        folder.mkdir(parents=True)
        for number in range(15):
            pixels = np.clip(random.normal(tint, 40.0, (48, 48, 3)), 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    return import_source(tmp_path / "pictures", tmp_path / "dataset")


def prepare(dataset: Dataset, cache: Path, should_stop: Callable[[], bool] = lambda: False) -> list[Phase]:
    network = staged(CONFIG, len(dataset.index.classes), device_facts())
    with DecoderPool(children=1) as decoder:
        place = Workplace(cache, decoder, device_facts(), should_stop, Ticking())
        return list(prepared(CONFIG, dataset, network, place))


def first_phases(dataset: Dataset, folder: Path, cache: Path) -> dict[str, Phase]:
    """The first word of each phase of a run: how much of its work was there already."""
    folder.mkdir()
    found: dict[str, Phase] = {}
    for event in run_training(CONFIG, dataset, folder, cache, should_stop=lambda: False, clock=Ticking()):
        if isinstance(event, Phase):
            found.setdefault(event.name, event)
    return found


def test_a_run_finds_everything_that_was_prepared_and_nothing_is_made_twice(dataset: Dataset, tmp_path: Path) -> None:
    told = prepare(dataset, tmp_path / "cache")
    assert [phase.name for phase in told if phase.done == 0] == ["reading", "features", "features"]
    again = prepare(dataset, tmp_path / "cache")
    assert all(phase.done == phase.total for phase in again)
    found = first_phases(dataset, tmp_path / "run", tmp_path / "cache")
    for name in ("reading", "features", "scoring"):
        assert (name, found[name].done) == (name, found[name].total)


def test_pictures_are_fed_to_the_network_as_a_run_feeds_them(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed: list[int] = []

    class Noting(DevicePictures):
        def __call__(self, positions: Positions) -> torch.Tensor:
            fed.extend(positions.tolist())
            return super().__call__(positions)

    monkeypatch.setattr(preparing, "DevicePictures", Noting)
    prepare(dataset, tmp_path / "cache")
    assert sorted(fed) == list(range(30))


def test_what_is_counted_before_a_run_are_the_rows_that_it_reads(dataset: Dataset, tmp_path: Path) -> None:
    cache, device = tmp_path / "cache", device_facts()
    network = staged(CONFIG, len(dataset.index.classes), device)
    split = split_pictures(CONFIG, dataset.index)
    facts = plan_facts(split, network, device, cache)
    plan = with_engine(planned(CONFIG, facts)[0], head_prefix(network).module, cache)
    parts = parts_ahead(network, device, precision=plan.precision, engine=plan.frozen_engine, cache=cache)
    look = partial(RowsAhead, cache, [contents_of(split)], parts, plan.frozen_engine)
    assert look()(plan).made._replace(scored=0.0) == Made()
    assert not (cache / "squares").exists()
    prepare(dataset, cache)
    assert look()(plan) == Ahead(Made(read=1.0, seen=1.0, scored=1.0), held=look()(plan).held)
    other = planned(replace(CONFIG, part="0,0,0.5,0.5"), facts)[0]
    assert look()(other).made._replace(scored=0.0) == Made()
    scratch = replace(CONFIG, start="scratch", preset=None, freeze="none")
    assert look()(planned(scratch, facts)[0]).made.seen == 0.0


@pytest.mark.long
def test_asked_to_stop_it_keeps_what_was_made_and_the_run_makes_the_rest(dataset: Dataset, tmp_path: Path) -> None:
    asked: list[bool] = []

    def at_the_first_features() -> bool:
        return any(asked)

    network = staged(CONFIG, len(dataset.index.classes), device_facts())
    with DecoderPool(children=1) as decoder:
        place = Workplace(tmp_path / "cache", decoder, device_facts(), at_the_first_features, Ticking())
        for phase in prepared(CONFIG, dataset, network, place):
            asked.append(phase.name == "features")
    found = first_phases(dataset, tmp_path / "run", tmp_path / "cache")
    assert found["reading"].done == 30
    assert found["features"].total == 30


def test_pictures_that_go_meanwhile_are_left_out(dataset: Dataset, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "red" / "0.png").unlink()
    (tmp_path / "pictures" / "blue" / "0.png").write_bytes(b"no picture any more")
    told = prepare(dataset, tmp_path / "cache")
    assert {phase.total for phase in told if phase.name == "features"} <= set(range(1, 29))


def test_where_nothing_pretrained_is_used_there_is_nothing_to_make(dataset: Dataset, tmp_path: Path) -> None:
    config = RunConfig(backbone="thaw/cnn_28", start="scratch", freeze="none")
    network = staged(config, 2, device_facts())
    with DecoderPool(children=1) as decoder:
        place = Workplace(tmp_path / "cache", decoder, device_facts(), lambda: False, Ticking())
        assert list(prepared(config, dataset, network, place)) == []
