from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tl_core.data.index import ImageIndex, ImageRecord, Split
from tl_core.data.splits import apply_split, assign_splits, check_classes, read_split_csv, write_split_csv
from tl_core.data.store import make_index
from tl_core.errors import DataError


def record(path: str, split: Split | None = None, content: str = "") -> ImageRecord:
    label = path.split("/")[-2]
    return ImageRecord(
        path,
        label,
        split,
        hashlib.sha256((content or path).encode("utf-8", "surrogateescape")).hexdigest(),
        40,
        36,
        1000,
    )


def index(counts: dict[str, int], split: Split | None = None) -> ImageIndex:
    return make_index(record(f"{label}/{i}.png", split) for label, count in counts.items() for i in range(count))


def split(given_index: ImageIndex, share: float = 0.2, seed: int = 0) -> ImageIndex:
    return assign_splits(given_index, validation_share=share, seed=seed)


def test_each_class_gives_its_share_to_validation() -> None:
    assert split(index({"a": 100, "b": 20})).counts() == {"a": {"train": 80, "val": 20}, "b": {"train": 16, "val": 4}}


def test_a_class_with_one_picture_stays_in_training() -> None:
    assert split(index({"a": 10, "b": 1})).counts()["b"] == {"train": 1}


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("share", [0.01, 0.5, 0.9])
def test_a_small_class_has_both_sides(count: int, share: float) -> None:
    counts = split(index({"a": count, "b": 9}), share).counts()["a"]
    assert counts["train"] >= 1
    assert counts["val"] >= 1


def test_the_seed_alone_decides_and_another_seed_splits_otherwise() -> None:
    pictures = index({"a": 40, "b": 40})
    assert split(pictures, seed=3) == split(pictures, seed=3)
    assert split(pictures, seed=3) != split(pictures, seed=4)


def test_adding_pictures_moves_few_others() -> None:
    before = {r.path: r.split for r in split(index({"a": 100, "b": 100})).records}
    after = {r.path: r.split for r in split(index({"a": 110, "b": 100})).records}
    assert sum(before[path] != after[path] for path in before) <= 6


def test_a_validation_folder_of_the_persons_own_is_kept() -> None:
    own = make_index([*index({"a": 5, "b": 5}, "train").records, record("val/a/x.png", "val")])
    assert split(own) == own


def test_a_test_folder_is_kept_and_validation_is_cut_from_training() -> None:
    own = make_index([*index({"a": 10, "b": 10}, "train").records, record("test/a/x.png", "test")])
    assert split(own).counts() == {"a": {"test": 1, "train": 8, "val": 2}, "b": {"train": 8, "val": 2}}


def test_copies_of_a_picture_stay_on_one_side() -> None:
    pictures = make_index([record(f"a/{i}.png", content=f"sha{i % 10}") for i in range(30)] + [record("b/0.png")])
    sides: dict[str, set[str | None]] = {}
    for item in split(pictures).records:
        sides.setdefault(item.sha256, set()).add(item.split)
    assert all(len(side) == 1 for side in sides.values())
    assert split(pictures).counts()["a"]["val"] == 6


def test_a_class_of_copies_of_one_picture_stays_in_training() -> None:
    pictures = make_index([*(record(f"a/{i}.png", content="same") for i in range(5)), *index({"b": 5}).records])
    assert split(pictures).counts()["a"] == {"train": 5}


def test_a_picture_with_two_labels_or_in_the_test_set_never_validates() -> None:
    pictures = make_index([
        *(record(f"{label}/{i}.png", content=f"both{i}") for label in "ab" for i in range(4)),
        record("a/own.png"), record("a/tested.png", content="tested"), record("test/a/t.png", "test", "tested"),
    ])  # fmt: skip
    assert [item.path for item in split(pictures, 0.9).of_split("val")] == ["a/own.png"]


def test_one_kind_alone_is_refused_with_its_name() -> None:
    with pytest.raises(DataError, match=r"Only one kind was found: 'a'. Put at least two kinds"):
        split(index({"a": 5}))
    with pytest.raises(DataError, match="No pictures were found"):
        split(index({}))


@pytest.mark.parametrize(("side", "word"), [("val", "validation"), ("test", "test")])
def test_a_class_that_training_lacks_is_refused_by_name(side: Split, word: str) -> None:
    pictures = make_index([*index({"a": 2, "b": 2}, "train").records, record("x/wolf/1.png", side)])
    with pytest.raises(DataError, match=rf"The {word} folder has a kind that train lacks: 'wolf'"):
        split(pictures)


def test_a_split_comes_back_from_its_file_as_it_was(tmp_path: Path) -> None:
    odd = ['say "hi"', "a,b", "line\nbreak", "犬", "=1+1", "byte\udcff"]
    pictures = split(
        make_index(record(f"{label}/{i}.png", content=f"{n}{i}") for n, label in enumerate(odd) for i in range(3))
    )
    write_split_csv(pictures, tmp_path / "split.csv")
    rows = read_split_csv(tmp_path / "split.csv")
    assert [(row.path, row.label, row.split, row.sha256) for row in rows] == [
        (item.path, item.label, item.split, item.sha256) for item in pictures.records
    ]
    unsplit = ImageIndex(pictures.classes, tuple(dataclasses.replace(item, split=None) for item in pictures.records))
    assert apply_split(unsplit, rows) == pictures


def test_a_split_of_other_pictures_is_refused(tmp_path: Path) -> None:
    write_split_csv(split(index({"a": 3, "b": 3})), tmp_path / "split.csv")
    rows = read_split_csv(tmp_path / "split.csv")
    with pytest.raises(DataError, match=r"'a/3.png' is not in the split"):
        apply_split(index({"a": 4, "b": 3}), rows)
    changed = make_index([*index({"a": 3, "b": 2}).records, record("b/2.png", content="other")])
    with pytest.raises(DataError, match=r"'b/2.png' has changed since the split was made"):
        apply_split(changed, rows)


def test_a_file_that_is_no_split_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "split.csv"
    path.write_text("name,label\n")
    with pytest.raises(DataError, match=r"'split.csv' does not start with the columns path, label"):
        read_split_csv(path)
    path.write_text("path,label,split,group,sha256\na.png,a,exam,,00\n")
    with pytest.raises(DataError, match=r"Line 2 of 'split.csv' is no split row"):
        read_split_csv(path)
    with pytest.raises(DataError, match=r"'none.csv' cannot be read"):
        read_split_csv(tmp_path / "none.csv")


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 30), min_size=2),
    st.floats(0.01, 0.9),
    st.integers(0, 2**32 - 1),
)
def test_no_class_loses_its_last_training_picture(counts: dict[str, int], share: float, seed: int) -> None:
    done = split(index(counts), share, seed)
    for label, count in counts.items():
        sides = done.counts()[label]
        assert sides["train"] >= 1
        assert sum(sides.values()) == count
        assert (sides.get("val", 0) >= 1) == (count > 1)


def test_one_kind_alone_is_refused_before_there_is_a_run() -> None:
    record = ImageRecord("cats/1.jpg", "cats", None, "a" * 64, 9, 9, 9)
    with pytest.raises(DataError, match=r"Only one kind was found: 'cats'\. Put at least two kinds"):
        check_classes(ImageIndex(("cats",), (record,)))
