from __future__ import annotations

import numpy as np

from tl_core.evaluation.scores import score
from tl_core.evaluation.sentence import in_words


def test_the_sentence_for_people_says_count_interval_and_baseline() -> None:
    labels = [0] * 30 + [1] * 66
    answers = [0] * 30 + [1] * 53 + [0] * 13
    result = score(np.eye(2)[answers], labels, ("cat", "fox"), "test")
    assert in_words(result) == (
        "Right on 83 of 96 new pictures (86 %); the true rate is likely 78 to 92 %. "
        'Always saying "fox" would give 69 %.'
    )
    liked = score(np.eye(2)[answers], labels, ("cat", "fox"), "cross-validation")
    assert "83 of 96 pictures, each left out in turn (86 %)" in in_words(liked)


def test_a_percent_sign_in_a_class_name_stays_as_it_is() -> None:
    assert 'Always saying "50% off" would' in in_words(score([[0.9, 0.1]], [0], ("50% off", "full"), "test"))


def test_nearly_all_right_is_not_called_all() -> None:
    labels = np.zeros(2000, dtype=int)
    answers = labels.copy()
    answers[0] = 1
    words = in_words(score(np.eye(2)[answers], labels, ("cat", "dog"), "test"))
    assert "Right on 1,999 of 2,000 new pictures (99.9 %); the true rate is likely 99.7 to 99.9 %." in words


def test_the_sentence_names_a_class_without_a_picture() -> None:
    lonely = score(np.array([[0.9, 0.1], [0.8, 0.2]]), np.array([0, 0]), ("dog", "fox"), "validation")
    assert in_words(lonely).endswith("Not a single picture of 'fox' was among them.")
