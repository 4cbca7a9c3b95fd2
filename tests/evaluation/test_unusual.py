from __future__ import annotations

import numpy as np
import pytest

from tl_core.evaluation import unusual as module
from tl_core.evaluation.unusual import unusual


def clusters(classes: int = 3, each: int = 30, wide: float = 0.5) -> tuple[np.ndarray, np.ndarray]:
    """Features (classes * each, 64) around a middle for each class, and the classes."""
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(classes, 64))
    labels = np.repeat(np.arange(classes), each)
    return (middles[labels] + wide * rng.normal(size=(len(labels), 64))).astype(np.float32), labels


def test_a_tidy_set_has_nothing_unusual() -> None:
    found = unusual(*clusters())
    assert len(found.outliers) == len(found.copies) == 0


def test_a_picture_far_from_its_class_is_found_and_the_farthest_comes_first() -> None:
    features, labels = clusters()
    features[5] = -8 * features[5]
    features[70] = np.random.default_rng(1).normal(size=64)
    assert set(unusual(features, labels).outliers) == {5, 70}
    assert unusual(features, labels).outliers[0] == 5


def test_a_picture_with_the_label_of_another_class_is_found() -> None:
    features, labels = clusters()
    labels[40] = 2
    assert unusual(features, labels).outliers.tolist() == [40]


def test_copies_are_found_whatever_their_class() -> None:
    features, labels = clusters()
    rng = np.random.default_rng(2)
    features[31] = features[3] + 0.05 * rng.normal(size=64)
    features[89] = features[61] + 0.05 * rng.normal(size=64)
    labels[31] = 0
    assert unusual(features, labels).copies.tolist() == [[3, 31], [61, 89]]


def test_a_class_whose_pictures_are_all_much_alike_has_no_copies() -> None:
    features, labels = clusters(wide=0.02)
    assert len(unusual(features, labels).copies) == 0


def test_pictures_in_blocks_are_judged_as_together(monkeypatch: pytest.MonkeyPatch) -> None:
    features, labels = clusters()
    features[31] = features[3]
    features[80] = -features[80]
    whole = unusual(features, labels)
    monkeypatch.setattr(module, "_BLOCK", 7)
    parted = unusual(features, labels)
    assert parted.outliers.tolist() == whole.outliers.tolist() == [80, 31]
    assert parted.copies.tolist() == whole.copies.tolist() == [[3, 31]]


@pytest.mark.parametrize("count", [0, 1, 11])
def test_of_a_handful_nothing_is_said(count: int) -> None:
    features, labels = clusters()
    found = unusual(features[:count], labels[:count])
    assert len(found.outliers) == len(found.copies) == 0
