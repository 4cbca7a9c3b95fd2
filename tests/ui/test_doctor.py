"""What is offered for a finding, and what the press then does."""

from __future__ import annotations

import pytest

from tl_core.data.index import Finding, ImageRecord
from tl_ui.doctor import Correction, Offer, copies, correction, offers


def record(path: str, label: str, split: str | None = None) -> ImageRecord:
    return ImageRecord(path, label, split, "ab" * 32, 8, 8, 100)  # type: ignore[arg-type]


def finding(kind: str, *paths: str) -> Finding:
    return Finding(kind, "harm", "It is so.", paths)


FOX, COPY, DOG = record("a", "fox"), record("b", "fox"), record("c", "dog")


def test_of_copies_the_first_stays() -> None:
    assert offers(finding("duplicate"), (FOX, COPY)) == (Offer("copies"),)
    assert correction(finding("duplicate"), (FOX, COPY), Offer("copies")) == Correction(("b",), why="a copy")


def test_all_copies_of_all_pictures_go_at_once_where_there_are_several() -> None:
    one, two = finding("duplicate", "a", "b", "c"), finding("duplicate", "d", "e")
    assert copies([one, finding("blank", "x"), two]) == ("b", "c", "e")
    assert copies([one, finding("near_duplicate", "d", "e")]) == ()


def test_one_picture_in_two_kinds_becomes_one_of_the_two() -> None:
    both = finding("two_classes")
    assert offers(both, (FOX, DOG)) == (Offer("belongs", "fox"), Offer("belongs", "dog"))
    assert correction(both, (FOX, DOG), Offer("belongs", "fox")) == Correction(("c",), label="fox")


def test_what_leaks_is_left_out_where_it_would_be_learned_from() -> None:
    train, test = record("a", "fox", "train"), record("b", "fox", "test")
    assert correction(finding("leak"), (train, test), Offer("leak")) == Correction(("a",), why="also in the test")
    judged = record("c", "fox", "val")
    assert correction(finding("leak"), (train, judged), Offer("leak")) == Correction(("a",), why="also in validation")


def test_what_is_nearly_the_same_in_two_kinds_is_not_called_a_copy() -> None:
    near = finding("near_duplicate")
    assert offers(near, (FOX, COPY)) == (Offer("copies"),)
    assert offers(near, (FOX, DOG)) == (Offer("belongs", "fox"), Offer("belongs", "dog"))


def test_blank_pictures_can_go_and_imbalance_is_for_a_person() -> None:
    assert correction(finding("blank"), (FOX,), Offer("leave")) == Correction(("a",), why="blank")
    assert offers(finding("imbalance"), (FOX, DOG)) == ()


@pytest.mark.parametrize("offer", [Offer("copies"), Offer("belongs", "cat"), Offer("leave"), Offer("")])
def test_what_was_not_offered_is_not_done(offer: Offer) -> None:
    assert correction(finding("two_classes"), (FOX, DOG), offer) is None
