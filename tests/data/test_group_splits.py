"""Splits that keep together what belongs together: properties over made-up sets, and one set of real copies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.data.conftest import Bring
from tests.data.pictures_for_tests import encoded, write_files
from tests.data.test_near_duplicates import CHANGES, photo
from tl_core.data.groups import judged_together, kept_together
from tl_core.data.index import SPLITS, ImageIndex, ImageRecord
from tl_core.data.places import Places, places_of
from tl_core.data.splits import assign_splits
from tl_core.data.store import make_index
from tl_core.errors import DataError

Row = tuple[str, int, int, int]  # class, group, near, content


def picture(number: int, row: Row) -> ImageRecord:
    label, group, near, content = row
    sha256 = hashlib.sha256(f"{content or 1000 + number}".encode()).hexdigest()
    return ImageRecord(f"{label}/{number:03d}.png", label, None, sha256, 40, 36, 1, group=f"p{group}", near=near)


ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 7), st.sampled_from([0, 0, 0, 1, 2, 3]), st.integers(0, 12)),
    min_size=4,
    max_size=60,
).filter(lambda rows: len({row[0] for row in rows}) > 1 and len({row[3] or at + 99 for at, row in enumerate(rows)}) > 1)


def divided(index: ImageIndex, used_in: str = "new", *, share: float = 0.2, seed: int = 0) -> ImageIndex:
    by = "table" if used_in == "new" else None
    return assign_splits(index, validation_share=share, seed=seed, used_in=used_in, group_by=by)


def places(index: ImageIndex, used_in: str = "new", group_by: str | None = "table") -> Places:
    """What the number means that is measured on a split, or in folds where the index has none."""
    return places_of(index, validation_share=0.2, used_in=used_in, group_by=group_by)


@given(ROWS, st.sampled_from(["same", "new"]), st.floats(0.05, 0.6), st.integers(0, 99))
@settings(max_examples=150, deadline=None)
def test_what_belongs_together_never_straddles_and_nothing_is_lost(
    rows: list[Row], used_in: str, share: float, seed: int
) -> None:
    index = make_index(picture(number, row) for number, row in enumerate(rows))
    done = divided(index, used_in, share=share, seed=seed)
    split = done.columns.split
    keys = kept_together(index, used_in=used_in, group_by="table" if used_in == "new" else None)
    assert all(len(set(split[keys == key].tolist())) == 1 for key in np.unique(keys))
    assert set(split.tolist()) <= {0, 1}
    assert [record.path for record in done.records] == [record.path for record in index.records]
    trained = {record.label for record in done.of_split("train")}
    assert trained == set(index.classes)
    assert divided(index, used_in, share=share, seed=seed) == done


@given(st.integers(0, 50), st.sampled_from(["same", "new"]))
@settings(max_examples=20, deadline=None)
def test_adding_pictures_moves_few_others(seed: int, used_in: str) -> None:
    rows = [("ab"[n % 2], n // 8, 0, 0) for n in range(320)]
    before = divided(make_index(picture(n, row) for n, row in enumerate(rows)), used_in, seed=seed)
    more = [*rows, *(("ab"[n % 2], 90 + n // 8, 0, 0) for n in range(16))]
    after = divided(make_index(picture(n, row) for n, row in enumerate(more)), used_in, seed=seed)
    side = {record.path: record.split for record in after.records}
    moved = sum(side[record.path] != record.split for record in before.records)
    assert moved <= 32  # a tenth


def grid(groups: int, each: int = 6, classes: str = "ab") -> ImageIndex:
    rows = [(label, group, 0, 0) for label in classes for group in range(groups) for _ in range(each)]
    return make_index(picture(number, row) for number, row in enumerate(rows))


def test_whole_groups_judge_for_new_places_and_single_pictures_for_the_same() -> None:
    new, same = divided(grid(10)), divided(grid(10), "same")
    assert new.counts() == {"a": {"train": 48, "val": 12}, "b": {"train": 48, "val": 12}}
    trained = {record.group for record in new.of_split("train")}
    assert trained.isdisjoint({record.group for record in new.of_split("val")})
    assert len({record.group for record in same.of_split("val")}) > 5
    assert places(new) == Places("new", "table", 10, ())
    assert places(same, "same", None) == Places("same", "none", 0, ())


def test_where_groups_are_big_one_is_kept_out_and_the_share_is_said() -> None:
    done = divided(grid(2, each=20))
    assert done.counts() == {"a": {"train": 20, "val": 20}, "b": {"train": 20, "val": 20}}
    assert places(done).cautions == ("Whole groups were set aside, and so 50 % of the pictures instead of 20 %.",)


def test_a_class_that_lives_in_one_group_alone_is_said_and_trains() -> None:
    rows = [("a", n % 5, 0, 0) for n in range(30)] + [("b", 0, 0, 0) for _ in range(10)]
    index = make_index(picture(n, row) for n, row in enumerate(rows))
    done = divided(index)
    assert done.counts()["b"] == {"train": 10}
    assert places(done).cautions == (
        "All pictures of 'b' are one group: none could be set aside, so the score says nothing of that.",
    )
    in_folds = ImageIndex.of(index.columns.with_(split=np.zeros(len(rows), dtype=np.int8)))
    assert places(in_folds).cautions == (
        "All pictures of 'b' are one group: where they judge, nothing of their kind was learned.",
    )


def test_for_new_places_without_any_group_the_number_is_called_what_it_is() -> None:
    done = assign_splits(
        make_index(ImageRecord(f"{'ab'[n % 2]}/{n}.png", "ab"[n % 2], None, f"{n:064x}", 9, 9, 1) for n in range(40)),
        validation_share=0.2,
        seed=0,
        used_in="new",
    )
    for group_by in ("auto", "camera", "none"):
        assert places(done, group_by=group_by).kept_out == "none"
        assert places(done, group_by=group_by).cautions[0].endswith("new places may score lower.")
    assert places(done, "same", "auto").cautions == ()


def test_a_grouping_of_one_group_keeps_nothing_apart() -> None:
    told = places(divided(grid(1, each=20)))
    assert (told.kept_out, told.cautions[0].endswith("new places may score lower.")) == ("none", True)


def test_classes_of_one_look_each_are_judged_all_the_same_and_it_is_said() -> None:
    rows = [(label, 0, near, 0) for near, label in enumerate("ab", start=1) for _ in range(10)]
    index = make_index(picture(number, row) for number, row in enumerate(rows))
    assert len(np.unique(kept_together(index))) == 2
    assert len(np.unique(judged_together(index))) == 20
    in_folds = ImageIndex.of(index.columns.with_(split=np.zeros(len(rows), dtype=np.int8)))
    caution = "All pictures of 'a' and 'b' are nearly the same or of one burst: any that judge flatter the number."
    assert places(in_folds, "same", None).cautions == (caution,)
    varied = divided(make_index([*index.records, *(picture(n, ("b", 0, 0, 0)) for n in range(20, 30))]), "same")
    assert "val" not in varied.counts()["a"]
    assert places(varied, "same", None).cautions == ()


def test_pictures_without_a_group_are_no_groups_in_the_number_and_said() -> None:
    told = places(divided(make_index([*grid(10).records, *(loose(n) for n in range(3))])))
    assert (told.kept_out, told.groups) == ("table", 10)
    assert told.cautions == (
        "No group is known of 3 pictures: each is taken for one by itself, so the number may flatter a little.",
    )


def loose(number: int) -> ImageRecord:
    return ImageRecord(f"a/loose{number}.png", "a", None, f"{number:064x}", 40, 36, 1)


def test_a_split_of_the_persons_own_that_parts_groups_is_for_places_like_these() -> None:
    index = make_index(
        ImageRecord(f"{side}/{n}.png", "ab"[n % 2], side, f"{at}{n:063x}", 9, 9, 1, group=f"p{n % 4}")
        for at, side in enumerate(SPLITS)
        for n in range(8)
    )
    told = places(divided(index))
    assert told.kept_out == "none"
    assert told.cautions[0].startswith("4 groups lie on both sides of the split that came with the pictures")


def test_a_group_that_the_persons_own_test_set_shares_never_validates() -> None:
    rows = [("ab"[n % 2], n % 10, 0, 0) for n in range(60)]
    records = [picture(n, row) for n, row in enumerate(rows)]
    tested = [ImageRecord("t/0.png", "a", "test", "f" * 64, 9, 9, 1, group="p3")]
    done = divided(make_index([*records, *tested]))
    assert "p3" not in {record.group for record in done.of_split("val")}
    assert len(done.of_split("test")) == 1


def test_one_picture_over_and_over_stops_before_training() -> None:
    index = make_index(ImageRecord(f"{'ab'[n % 2]}/{n}.png", "ab"[n % 2], None, "e" * 64, 9, 9, 1) for n in range(6))
    with pytest.raises(DataError, match=r"All 6 pictures are the same one.* Bring other pictures"):
        assign_splits(index, validation_share=0.2, seed=0)


def test_crops_resizes_and_recompressions_do_not_leak_across_the_automatic_split(tmp_path: Path, bring: Bring) -> None:
    """30 photographs, each with eight changed copies: every family is on one side, whatever the seed."""
    files = {}
    for seed in range(30):
        image: Image.Image = photo(seed)
        label = "ab"[seed % 2]
        files[f"{label}/{seed:02d} as it is.png"] = encoded(image)
        for change in CHANGES:
            files[f"{label}/{seed:02d} {change}.jpg"] = encoded(CHANGES[change](image), "JPEG", quality=85)
    index = bring(write_files(tmp_path / "families", files)).index
    for seed in range(5):
        sides: dict[str, set[str | None]] = {}
        for record in assign_splits(index, validation_share=0.25, seed=seed).records:
            sides.setdefault(record.path[2:4], set()).add(record.split)
        assert [family for family, side in sides.items() if len(side) > 1] == []
        assert len({side for both in sides.values() for side in both}) == 2
