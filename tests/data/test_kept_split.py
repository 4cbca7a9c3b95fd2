"""The split of a run that goes on, laid over the pictures as they are now."""

from __future__ import annotations

import dataclasses

import pytest

from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.kept_split import with_kept_split
from tl_core.data.split_file import SplitRow
from tl_core.errors import DataError

CLASSES = ("cat", "dog")


def record(name: str, label: str) -> ImageRecord:
    return ImageRecord(name, label, None, name.encode().hex().ljust(64, "0"), 10, 10, 100)


RECORDS = (record("a.png", "cat"), record("b.png", "dog"), record("c.png", "dog"))
ROWS = tuple(
    SplitRow(one.path, one.label, split, "", one.sha256)
    for one, split in zip(RECORDS, ("train", "val", "train"), strict=True)
)


def test_every_picture_has_its_side_again_and_those_that_came_since_are_left_out() -> None:
    index = ImageIndex(CLASSES, RECORDS)
    found = with_kept_split(index, (ROWS[2], ROWS[0]), CLASSES)
    assert [(one.path, one.split) for one in found.records] == [("a.png", "train"), ("c.png", "train")]
    assert [one.split for one in with_kept_split(index, ROWS, CLASSES).records] == ["train", "val", "train"]


def test_what_is_gone_replaced_or_of_another_kind_is_named_all_at_once() -> None:
    now = ImageIndex(CLASSES, (dataclasses.replace(RECORDS[0], sha256="f" * 64), record("c.png", "cat"), RECORDS[1]))
    rows = (*ROWS, *(dataclasses.replace(ROWS[0], path=f"{number}.png") for number in range(7)))
    with pytest.raises(
        DataError, match=r"Gone: '0\.png', .* and 2 more\. Replaced: 'a\.png'\. Of another kind now: 'c"
    ):
        with_kept_split(now, rows, CLASSES)


def test_other_kinds_are_said() -> None:
    with pytest.raises(DataError, match="tells 'cat', 'fox' apart, and the pictures are now sorted into 'cat', 'dog'"):
        with_kept_split(ImageIndex(CLASSES, RECORDS), ROWS, ("cat", "fox"))
