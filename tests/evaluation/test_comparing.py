"""Two runs on the same pictures: the exact test against scipy's, pictures by their content, words that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from tests.evaluation.test_answers import answers_for_tests
from tests.ui.test_said import in_chinese
from tl_core.errors import RunError
from tl_core.evaluation.answers import Answers
from tl_core.evaluation.comparing import compare, mcnemar


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (3, 3), (9, 2), (0, 12), (40, 71), (600, 512), (5000, 5210)])
def test_the_p_value_is_scipys(counts: tuple[int, int]) -> None:
    wanted = stats.binomtest(counts[0], sum(counts)).pvalue if sum(counts) else 1.0
    assert mcnemar(*counts) == pytest.approx(wanted, rel=1e-8)


def run_with(wrong: set[int], count: int = 40) -> Answers:
    """A run that is right on all its pictures but those."""
    labels = np.arange(count) % 3
    said = np.array([(label + 1) % 3 if row in wrong else label for row, label in enumerate(labels.tolist())])
    return answers_for_tests(count, labels=labels, probabilities=np.eye(3)[said])


def test_few_differences_may_be_chance() -> None:
    found = compare(run_with({0, 1, 2}), run_with({2, 3}))
    assert (found.pictures, found.both_right, found.only_first, found.only_second) == (40, 36, 1, 2)
    assert found.may_be_chance
    assert found.in_words() == (
        "Of the 40 pictures that both were measured on, the first is right on 37 and the second on 38. "
        "The difference may be chance: they differ on 3 of them, 1 for the first and 2 for the second (p = 1.00)."
    )


def test_many_one_sided_differences_are_hardly_chance() -> None:
    found = compare(run_with(set(range(12))), run_with({20}))
    assert not found.may_be_chance
    assert "The second is truly better on pictures like these" in found.in_words()
    assert "(p = 0.003)" in found.in_words()


def test_pictures_meet_by_content_in_any_order_and_only_the_shared_count() -> None:
    one, other = run_with({0, 1}), run_with({1, 5})
    turned = other.rows(np.arange(39, 4, -1))  # without pictures 0 to 4
    found = compare(one, turned)
    assert (found.pictures, found.only_first, found.only_second) == (35, 1, 0)


def test_copies_count_once() -> None:
    one = run_with({0})
    twice = one.rows(np.array([0, 0, *range(1, 40)]))
    assert compare(twice, twice).pictures == 40


def test_pictures_with_another_label_by_now_are_left_out_and_told() -> None:
    one, labels = run_with({0}), run_with(set()).labels.copy()
    labels[:2] = 2
    found = compare(one, replace(run_with(set()), labels=labels))
    assert (found.pictures, found.relabelled) == (38, 2)
    assert found.in_words().endswith(" 2 pictures with another label by now were left out.")


def test_classes_in_another_order_are_the_same_classes() -> None:
    one = run_with({0, 3})
    swapped = replace(
        one, classes=one.classes[::-1], labels=2 - one.labels, probabilities=one.probabilities[:, ::-1].copy()
    )
    found = compare(one, swapped)
    assert (found.both_right, found.only_first, found.only_second) == (38, 0, 0)
    assert "They are right and wrong on the very same pictures." in found.in_words()


def test_runs_without_a_shared_picture_cannot_be_compared() -> None:
    with pytest.raises(RunError, match="were measured on different pictures, so their numbers cannot be compared"):
        compare(run_with(set()).rows(np.arange(5)), run_with(set()).rows(np.arange(5, 9)))
    with pytest.raises(RunError, match="The two runs know other labels for the same pictures"):
        compare(run_with(set()), replace(run_with(set()), classes=("x", "y", "z")))


def test_what_a_comparison_says_is_said_in_chinese() -> None:
    labels = run_with(set()).labels.copy()
    labels[:2] = 2
    told = [
        compare(run_with(set(range(12))), run_with({20})),
        compare(run_with({20}), run_with(set(range(30)))),
        compare(run_with({1}), run_with({1})),
        compare(run_with({1}), run_with({1, 2})),
        compare(run_with({1}), replace(run_with({1}), labels=labels)),
    ]
    for found in told:
        in_chinese(found.in_words())
