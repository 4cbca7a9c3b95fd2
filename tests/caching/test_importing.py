"""Squares that an import keeps on the way: a training finds them, and nothing about the import depends on them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.data.pictures_for_tests import encoded, noise, pets, png, write_files
from tl_core.backbones.build import build_network
from tl_core.backbones.usual import USUAL, usual_preprocessing
from tl_core.caching.importing import ImportedSquares, squares_for
from tl_core.caching.limits import VARIABLE
from tl_core.caching.rows import RowRequest
from tl_core.caching.squares import square_rows
from tl_core.config import RunConfig
from tl_core.data.dataset import Dataset, ImportStopped, import_source
from tl_core.data.decoder import DecoderPool
from tl_core.data.edits import DatasetEditor
from tl_core.data.looking import INPUT_SIDE

AS_IT_SEES = USUAL[RunConfig().backbone]


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Six small ones, one so large that it is decoded at a fraction of its size, and one that is no picture."""
    large = encoded(noise(7, (1300, 1100)), "JPEG")
    write_files(tmp_path / "pets", {**pets(), "cats/large.jpg": large, "cats/broken.jpg": large[:2000]})
    return tmp_path / "pets"


def brought_in(pictures: Path, cache: Path, name: str = "dataset") -> Dataset:
    return import_source(pictures, pictures.parent / name, squares=ImportedSquares(cache, AS_IT_SEES))


def kept(cache: Path, dataset: Dataset) -> RowRequest:
    return square_rows(cache, AS_IT_SEES, [record.sha256 for record in dataset.index.records])


@pytest.mark.parametrize("name", USUAL)
def test_what_is_known_of_a_network_beforehand_is_what_the_network_says(name: str) -> None:
    assert build_network(name, 2, pretrained=False).preprocessing == USUAL[name]


def test_nothing_is_known_where_the_settings_cut_pictures_in_another_way() -> None:
    usual = RunConfig()
    assert usual_preprocessing(usual) == USUAL[usual.backbone]
    assert AS_IT_SEES.resize_size >= INPUT_SIDE  # or an import would decode finer than a training does
    for other in ({"image_size": 64}, {"part": "0,0,0.5,0.5"}, {"backbone": "efficientnet_b0"}):
        assert squares_for(replace(usual, **other), Path("cache")) is None


def test_an_import_keeps_the_very_squares_that_a_training_would_decode(pictures: Path, tmp_path: Path) -> None:
    dataset = brought_in(pictures, tmp_path / "cache")
    records = dataset.index.records
    assert len(records) == 7
    with kept(tmp_path / "cache", dataset) as request, DecoderPool(1) as decoder:
        assert not len(request.missing)
        rows = request.finish()
        for place, record in enumerate(records):
            assert np.array_equal(rows[place], decoder.square(dataset.path_of(record), AS_IT_SEES))


def test_the_import_is_the_same_with_and_without(pictures: Path, tmp_path: Path) -> None:
    with_squares, without = (
        brought_in(pictures, tmp_path / "cache", "with"),
        import_source(pictures, tmp_path / "without"),
    )
    assert with_squares.report == without.report
    assert with_squares.index.records == without.index.records


def test_the_second_import_of_the_same_pictures_writes_nothing(pictures: Path, tmp_path: Path) -> None:
    brought_in(pictures, tmp_path / "cache")
    before = sorted((tmp_path / "cache").rglob("*"))
    brought_in(pictures, tmp_path / "cache", "again")
    assert sorted((tmp_path / "cache").rglob("*")) == before


def test_a_set_that_takes_much_of_the_cache_is_left_to_the_training(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "0.005")  # 5 MB, and 7 squares of 197 kB are more than a quarter of it
    dataset = brought_in(pictures, tmp_path / "cache")
    assert len(dataset.index.records) == 7
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_costs_the_squares_and_not_the_import(pictures: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file in its place")
    assert len(brought_in(pictures, tmp_path / "cache").index.records) == 7


def test_a_limit_that_is_no_size_is_for_the_training_to_say(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "much")
    assert len(brought_in(pictures, tmp_path / "cache").index.records) == 7


def test_an_import_that_is_stopped_keeps_what_it_has_and_stops_as_ever(pictures: Path, tmp_path: Path) -> None:
    looked: list[int] = []

    def note(phase: str, done: int, _total: int) -> None:
        looked.extend([done] if phase == "looking" else [])

    with pytest.raises(ImportStopped, match="was stopped"):
        import_source(
            pictures,
            tmp_path / "dataset",
            on_progress=note,
            should_stop=lambda: bool(looked) and looked[-1] >= 3,
            squares=ImportedSquares(tmp_path / "cache", AS_IT_SEES),
        )
    assert not (tmp_path / "dataset").exists()
    with kept(tmp_path / "cache", import_source(pictures, tmp_path / "without")) as request:
        assert len(request.missing) == 7 - 3


def test_a_training_after_it_decodes_nothing(pictures: Path, tmp_path: Path) -> None:
    dataset = brought_in(pictures, tmp_path / "cache")
    shutil.rmtree(pictures)
    with kept(tmp_path / "cache", dataset) as request:
        assert np.asarray(request.finish()).any(axis=(1, 2, 3)).all()


def test_pictures_that_are_added_later_are_decoded_once_too(pictures: Path, tmp_path: Path) -> None:
    dataset, new = brought_in(pictures, tmp_path / "cache"), tmp_path / "new.png"
    new.write_bytes(png(99))
    editor = DatasetEditor(dataset.folder, squares=ImportedSquares(tmp_path / "cache", AS_IT_SEES))
    added = editor.add("cats", [("new.png", new)])
    assert added.images == 1
    with kept(tmp_path / "cache", added.dataset) as request:
        assert not len(request.missing)
