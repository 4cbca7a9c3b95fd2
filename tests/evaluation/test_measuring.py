"""Measuring on records: classes by name, pictures that went away, pictures that training has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.evaluation.pictures import DecoderHere, write_picture
from tests.export.models import small_config, small_network
from tl_core.data.index import ImageIndex, ImageRecord, Skipped, Split
from tl_core.errors import DataError
from tl_core.evaluation.measuring import judging_records, measure, positions_of
from tl_core.evaluation.predictor import Predictor


def record(path: str, label: str, split: Split | None = None) -> ImageRecord:
    return ImageRecord(path, label, split, hash_of(path), 10, 10, 100)


def hash_of(path: str) -> str:
    return hashlib.sha256(path.encode()).hexdigest()


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    network = small_network()
    return Predictor(small_config(network), network.module, "cpu")


def test_the_test_split_judges_where_there_is_one_and_else_everything():
    train, test, free = record("a", "x", "train"), record("b", "x", "test"), record("c", "x")
    assert judging_records(ImageIndex(("x",), (train, test, free))) == (test,)
    assert judging_records(ImageIndex(("x",), (train, free))) == (train, free)


def test_labels_stand_where_the_models_class_of_that_name_stands():
    records = [record("a", "tulip"), record("b", "DAISY"), record("c", "Ünder")]
    assert positions_of(records, ("Daisy", "rose", "tulip", "u\u0308nder")) == {"DAISY": 0, "tulip": 2, "Ünder": 3}


def test_a_name_that_is_exactly_there_wins_and_one_that_is_like_two_is_unknown():
    assert positions_of([record("a", "Cat")], ("cat", "Cat")) == {"Cat": 1}
    with pytest.raises(DataError, match=r"The model does not know this class: 'CAT'. It knows: 'cat' and 'Cat'"):
        positions_of([record("a", "CAT")], ("cat", "Cat"))


def test_many_unknown_classes_are_counted(tmp_path: Path):
    records = [record(str(number), f"kind {number:02}") for number in range(12)]
    with pytest.raises(DataError, match=r"does not know these classes: 'kind 00', .*'kind 09' and 2 more\. It knows: "):
        positions_of(records, ("a", "b"))


def measured(predictor: Predictor, folder: Path, records: Sequence[ImageRecord], seen: frozenset[str] | None = None):
    def path_of(item: ImageRecord) -> Path:
        return folder / item.path

    return measure(predictor, records, path_of, pool=DecoderHere(), training_hashes=seen)


def test_a_picture_that_went_away_is_skipped_told_and_not_counted(predictor: Predictor, tmp_path: Path):
    records = [record("a.png", "tulip"), record("gone.png", "daisy"), record("b.png", "violet")]
    write_picture(tmp_path / "a.png", 1)
    write_picture(tmp_path / "b.png", 2)
    measurement = measured(predictor, tmp_path, records)
    assert measurement.result.images == 2
    assert [sum(row) for row in measurement.result.confusion] == [0, 1, 1]
    assert measurement.skipped == (Skipped("gone.png", "It is not a picture."),)
    assert measurement.to_dict()["skipped"] == [{"path": "gone.png", "reason": "It is not a picture."}]


def test_pictures_that_training_has_seen_are_counted_where_that_is_known(predictor: Predictor, tmp_path: Path):
    records = [record("a.png", "tulip"), record("b.png", "violet")]
    write_picture(tmp_path / "a.png", 1)
    write_picture(tmp_path / "b.png", 2)
    seen = frozenset({hash_of("b.png"), hash_of("another")})
    assert measured(predictor, tmp_path, records, seen).seen_in_training == 1
    assert measured(predictor, tmp_path, records).seen_in_training is None


def test_no_picture_that_can_be_read_is_told_with_the_first_reason(predictor: Predictor, tmp_path: Path):
    records = [record("a.png", "tulip"), record("b.png", "violet")]
    with pytest.raises(DataError, match=r"None of the 2 pictures could be read. It is not a picture. Bring them again"):
        measured(predictor, tmp_path, records)
