"""The pictures behind each number: as many as the number says, sorted by how sure the model was."""

from __future__ import annotations

import numpy as np
import pytest

from tests.evaluation.test_measures import measured
from tl_core.evaluation.calibration import calibration
from tl_core.evaluation.measures import score_at
from tl_ui.answer_shelf import AnswerBook
from tl_ui.selections import Selection, behind

BOOK = AnswerBook(measured(120, 3))


def found(name: str, book: AnswerBook = BOOK, **asked: int) -> Selection:
    selection = behind(book, name, surest_first=True, start=asked.get("start", 0), count=asked.get("count", 1000))
    assert selection is not None
    assert len(selection.pictures) == min(max(0, selection.total - asked.get("start", 0)), asked.get("count", 1000))
    return selection


def test_every_cell_of_the_matrix_has_as_many_pictures_as_it_says() -> None:
    result = score_at(BOOK.answers, 1.0)
    for truth, counts in enumerate(result.confusion):
        for answer, count in enumerate(counts):
            pictures = found(f"cell:{truth}:{answer}").pictures
            assert len(pictures) == count
            assert {(one.truth, one.answer) for one in pictures} <= {(f"kind {truth}", f"kind {answer}")}
        score = result.per_class[truth]
        assert found(f"truth:{truth}").total == score.support
        assert found(f"right:{truth}").total == round(score.recall * score.support)
        assert found(f"missed:{truth}").total == score.support - round(score.recall * score.support)
        assert found(f"answer:{truth}").total - found(f"false:{truth}").total == counts[truth]
    assert found("mistakes").total == result.images - result.correct
    assert found("right_ones").total == result.correct
    assert found("all").total == 120


def test_the_surest_answer_comes_first_or_the_least_sure_one() -> None:
    sure = [one.sure for one in found("mistakes").pictures]
    assert sure == sorted(sure, key=lambda value: -(value or 0))
    other = behind(BOOK, "mistakes", surest_first=False, start=0, count=1000)
    assert other is not None
    assert [one.sure for one in other.pictures] == sorted(value or 0 for value in sure)
    stretch = found("mistakes", start=2, count=3)
    assert stretch.pictures == found("mistakes").pictures[2:5]


def test_each_picture_is_told_by_its_own_content_and_path() -> None:
    for one in found("cell:0:1").pictures:
        row = BOOK.answers.paths.index(one.path)
        assert one.sha256 == BOOK.answers.hashes[row]
        assert one.sure == pytest.approx(BOOK.answers.probabilities[row].max())


def test_bins_and_points_of_the_curves_hold_what_they_count() -> None:
    bins = calibration(np.asarray(BOOK.sure, dtype=np.float64), BOOK.answers.is_right).bins
    for one in bins:
        assert found(f"bin:{round(one.low * 10)}").total == one.right.whole
    curve = BOOK.miss("kind 1")
    for place in (0, len(curve.points) // 2, len(curve.points) - 1):
        assert found(f"slip:1:{place}").total == curve.points[place].missed.part
        assert found(f"check:1:{place}").total == curve.points[place].checked.part
    for place, point in enumerate(BOOK.doubt.points):
        assert found(f"unsure:{place}").total == point.unanswered.part
        assert found(f"sure_wrong:{place}").total == point.right.whole - point.right.part


def test_another_temperature_changes_how_sure_it_is_and_not_what_it_answers() -> None:
    warm = AnswerBook(BOOK.answers, temperature=3.0)
    assert found("mistakes", warm).total == found("mistakes").total
    assert max(one.sure or 0 for one in found("all", warm).pictures) < max(
        one.sure or 0 for one in found("all").pictures
    )


def test_suspects_of_training_pictures_are_shown_too() -> None:
    wrong = measured(200, 3, sharpness=9.0)
    labels = np.array(wrong.labels)
    labels[:6] = (labels[:6] + 1) % 3
    book = AnswerBook(measured(60, 3, seed=5, sharpness=9.0), left_out=type(wrong)(**{
        name: (labels if name == "labels" else getattr(wrong, name)) for name in wrong.__dataclass_fields__
    }))  # fmt: skip
    pictures = found("suspects", book).pictures
    assert len(pictures) >= 6
    assert all(one.sure is None and one.margin is not None and one.truth != one.answer for one in pictures)


@pytest.mark.parametrize(
    "name",
    ["", "cell", "cell:0", "cell:0:3", "cell:9:0", "truth:3", "truth:-1", "mistakes:1", "bin:10", "slip:1:999999",
     "slip:7:0", "unsure:999999", "suspects:1", "__class__", "truth:0:1", "cell:0:1:2", "truth:²", "all\n"],
)  # fmt: skip
def test_what_names_no_number_has_no_pictures(name: str) -> None:
    assert behind(BOOK, name, surest_first=True, start=0, count=10) is None
