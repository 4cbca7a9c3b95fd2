"""The most alike training pictures, and pictures that are like none of them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import NearestNeighbors

from tests.ui.test_said import in_chinese
from tl_core.evaluation.alike import Reference, unlike_in_words


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    bunch = load_digits()
    return bunch.data.astype(np.float32), bunch.target


def test_the_most_alike_are_scikit_learns_nearest(digits: tuple[np.ndarray, np.ndarray]) -> None:
    features, labels = digits
    known, asked = features[:700], features[700:760]
    found = Reference(known).alike(asked, 4)
    centred = known - known.mean(axis=0)
    wanted = NearestNeighbors(n_neighbors=4, metric="cosine").fit(centred)
    far, rows = wanted.kneighbors(asked - known.mean(axis=0))
    assert np.allclose([1 - one.likeness for one in found], far, atol=1e-4)
    assert np.mean([one.rows.tolist() == own.tolist() for one, own in zip(found, rows, strict=True)]) > 0.95
    right = [(labels[:700][one.rows] == label).mean() for one, label in zip(found, labels[700:760], strict=True)]
    assert np.mean(right) > 0.9


def test_a_training_picture_is_most_like_itself(digits: tuple[np.ndarray, np.ndarray]) -> None:
    (found,) = Reference(digits[0][:600]).alike(digits[0][523:524])
    assert found.rows[0] == 523
    assert found.likeness[0] == pytest.approx(1.0, abs=1e-5)


def test_other_digits_are_like_these_and_noise_is_like_none(digits: tuple[np.ndarray, np.ndarray]) -> None:
    reference = Reference(digits[0][:900])
    assert reference.is_unlike(digits[0][900:]).mean() < 0.05
    noise = np.random.default_rng(0).uniform(0, 16, size=(50, 64)).astype(np.float32)
    assert reference.is_unlike(noise).mean() > 0.9
    assert reference.distances(noise).min() > reference.distances(digits[0][900:]).mean()


def test_of_few_pictures_nobody_is_called_unlike(digits: tuple[np.ndarray, np.ndarray]) -> None:
    reference = Reference(digits[0][:12])
    assert not reference.is_known
    assert not reference.is_unlike(digits[0][900:950] * -5).any()
    assert len(reference.alike(digits[0][900:901])[0].rows) == 5


def test_how_many_are_unlike_is_said_in_both_languages() -> None:
    assert unlike_in_words(38, 100).startswith("38 % of these look unlike your training pictures: do not trust")
    for unlike in (0, 1, 100):
        in_chinese(unlike_in_words(unlike, 100))
