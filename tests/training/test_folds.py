"""Small sets in folds: groups stay together, every picture is judged by heads that never saw it, and it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge

from tl_core.config import RunConfig
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.errors import ConfigError, TrainingError
from tl_core.evaluation.scores import RunResult
from tl_core.evaluation.sentence import in_words
from tl_core.training import heads
from tl_core.training.calibrating import best_scale, best_shifts, log_loss, softmax
from tl_core.training.closed_form import only_head
from tl_core.training.decomposing import decompose
from tl_core.training.folds import (
    FEW,
    FOLDS,
    cross_validated,
    fold_numbers,
    measures_in_folds,
    repeated_folds,
)
from tl_core.training.folds import REPEATS as TIMES
from tl_core.training.pictures import Part, TrainingData, empty_part

HEAD_ONLY = RunConfig(backbone="test_efficientnet.r160_in1k", image_size=32, weights="")


def index_of(count: int, *, split: str | None = None, near: int = 0, group: str = "") -> ImageIndex:
    made = [
        ImageRecord(
            f"{n % 2}/{n}.png", str(n % 2), "test" if split == "test" and n < 4 else None, f"{n:064x}", 10, 10, 100,
            group=group if n < 6 else "", near=near if n in (8, 9) else 0,
        )
        for n in range(count)
    ]  # fmt: skip
    return ImageIndex(classes=("0", "1"), records=tuple(made))


def test_folds_are_as_big_as_each_other_in_every_kind() -> None:
    labels = np.repeat([0, 1, 2], [50, 25, 10])
    contents = [f"{n:064x}" for n in range(85)]
    numbers = fold_numbers(np.arange(85), labels, contents, seed=0)
    for label, most in ((0, 10), (1, 5), (2, 2)):
        assert np.bincount(numbers[labels == label], minlength=FOLDS).tolist() == [most] * FOLDS
    assert (fold_numbers(np.arange(85), labels, contents, seed=1) != numbers).any()
    assert (fold_numbers(np.arange(85), labels, contents, seed=0) == numbers).all()


def test_a_group_is_never_parted() -> None:
    random = np.random.default_rng(0)
    groups, labels = random.integers(0, 20, 100), random.integers(0, 3, 100)
    numbers = fold_numbers(groups, labels, [f"{n:064x}" for n in range(100)], seed=3)
    assert all(len(set(numbers[groups == group])) == 1 for group in np.unique(groups))
    assert set(numbers) == set(range(FOLDS))


def test_near_duplicates_and_a_persons_own_groups_belong_together() -> None:
    index = index_of(12, near=7, group="one cat")
    everything = Part(np.arange(12), np.arange(12) % 2)
    contents = tuple(record.sha256 for record in index.records)
    data = TrainingData(
        index.classes, contents, np.zeros((12, 1, 1, 3), np.uint8), everything, empty_part(), empty_part()
    )
    for folds in repeated_folds(data, index, RunConfig(group_by="table")):
        assert len(set(folds[:6])) == 1
        assert folds[8] == folds[9]
    assert any(len(set(folds[:6])) > 1 for folds in repeated_folds(data, index, RunConfig()))


def test_each_picture_is_judged_as_by_a_head_fitted_without_its_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    bunch = load_digits()
    features, labels = bunch.data[:60], bunch.target[:60]
    numbers = fold_numbers(np.arange(60), labels, [f"{n:064x}" for n in range(60)], seed=0)
    monkeypatch.setattr(heads, "RELATIVE_PENALTIES", (0.3,))
    found = cross_validated(features, labels, 10, [numbers])
    parts = decompose(features)
    standard, targets = (features - parts.mean) / parts.scale, np.eye(10)[labels]
    predicted = np.zeros((60, 10))
    for fold in range(FOLDS):
        held_out = numbers == fold
        ridge = Ridge(alpha=0.3 * parts.eigenvalues.mean()).fit(standard[~held_out], targets[~held_out])
        predicted[held_out] = ridge.predict(standard[held_out])
    for fold in range(FOLDS):
        held_out, others = numbers == fold, numbers != fold
        start = best_scale(predicted[others], labels[others])[0]
        scale, shifts = best_shifts(predicted[others], labels[others], start)
        assert np.allclose(found[held_out], softmax(predicted[held_out] * scale + shifts), atol=1e-4)
    assert np.allclose(found.sum(axis=1), 1.0, atol=1e-5)


def test_labels_that_are_chance_are_judged_as_chance() -> None:
    bunch = load_digits()
    features, labels = bunch.data[:100], bunch.target[:100]
    numbers = fold_numbers(np.arange(100), labels, [f"{n:064x}" for n in range(100)], seed=0)
    chance = np.random.default_rng(1).permutation(labels)
    found = cross_validated(features, chance, 10, [numbers])
    assert np.mean(found.argmax(axis=1) == chance) < 0.2
    assert log_loss(found, chance) > np.log(10) - 0.1


def test_pictures_that_are_all_in_one_fold_are_refused_in_words() -> None:
    with pytest.raises(TrainingError, match="All 8 pictures belong together, so none can be judged"):
        cross_validated(np.eye(8), np.arange(8) % 2, 2, [np.zeros(8, dtype=np.int64)])


def test_groups_that_look_alike_flatter_unless_they_are_judged_together() -> None:
    random = np.random.default_rng(0)
    features, labels = np.repeat(random.normal(size=(40, 50)), 4, axis=0), np.repeat(np.arange(40) % 2, 4)
    contents = [f"{n:064x}" for n in range(160)]
    accuracies = []
    for groups in (np.arange(160), np.repeat(np.arange(40), 4)):
        found = cross_validated(features, labels, 2, [fold_numbers(groups, labels, contents, seed=0)])
        accuracies.append(float(np.mean(found.argmax(axis=1) == labels)))
    alone, together = accuracies
    assert alone > 0.95
    assert together < 0.75  # the labels are chance


@pytest.mark.parametrize(
    ("choices", "index", "expected"),
    [
        ({}, index_of(40), True),
        ({}, index_of(FEW), False),
        ({"measure": "auto"}, index_of(40), True),
        ({"measure": "split"}, index_of(40), False),
        ({"measure": "folds"}, index_of(FEW), True),
        ({"measure": "folds"}, index_of(40, split="test"), False),
        ({"preset": "instant"}, index_of(40), True),
        ({"preset": "better"}, index_of(40), False),
        ({"freeze": "none"}, index_of(40), False),
        ({"freeze": "none", "start": "scratch"}, index_of(40), False),
    ],
)
def test_folds_are_for_few_pictures_a_head_alone_and_no_test_of_ones_own(
    choices: dict[str, str], index: ImageIndex, expected: bool
) -> None:
    assert measures_in_folds(RunConfig.from_dict(choices), index) is expected


def test_folds_for_more_than_the_head_are_refused() -> None:
    with pytest.raises(ConfigError, match="measure is 'folds', which measures a head that is fitted in closed form"):
        measures_in_folds(RunConfig(measure="folds", freeze="none"), index_of(40))


@pytest.mark.parametrize("choices", [{"gradual": "2:conv_stem"}, {"train_stages": ("head",)}, {"batch_norm": "train"}])
def test_more_than_the_plain_head_is_not_the_head_alone(choices: dict[str, object]) -> None:
    assert only_head(RunConfig())
    assert not only_head(replace(RunConfig(), **choices))


def test_a_result_in_folds_says_where_it_comes_from() -> None:
    result = RunResult.from_dict(
        {
            "measured_on": "cross-validation", "images": 40, "correct": 36, "accuracy": 0.9, "accuracy_low": 0.77,
            "accuracy_high": 0.96, "baseline": 0.5, "baseline_class": "0", "macro_f1": 0.9, "auroc": None,
            "balanced_accuracy": 0.9, "log_loss": 0.3, "classes": ["0"], "confusion": [[40]], "per_class": [],
            "folds": FOLDS, "fold_repeats": TIMES,
        }
    )  # fmt: skip
    assert "in 5 folds, 3 times; the final head learned from all of them" in in_words(result)
    assert RunResult.from_dict(result.to_dict()) == result
