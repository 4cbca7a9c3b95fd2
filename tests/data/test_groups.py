from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tl_core.data.groups import (
    Grouping,
    automatic,
    group_keys,
    grouping_in_use,
    kept_together,
    proposals,
    with_groups,
)
from tl_core.data.index import ImageIndex, ImageRecord
from tl_core.data.store import make_index

DAY = 86_400.0


def picture(path: str, label: str = "", **known: object) -> ImageRecord:
    content = hashlib.sha256(path.encode()).hexdigest()
    return ImageRecord(path, label or path.split("/")[-2], None, content, 40, 36, 1000, **known)  # type: ignore[arg-type]


def by(index: ImageIndex) -> dict[str, Grouping]:
    return {grouping.by: grouping for grouping in proposals(index)}


def together(index: ImageIndex, keys: np.ndarray) -> set[frozenset[str]]:
    """The paths of each group of two or more."""
    paths = [record.path for record in index.records]
    groups = [frozenset(np.array(paths)[keys == key].tolist()) for key in np.unique(keys)]
    return {group for group in groups if len(group) > 1}


def test_outer_folders_are_a_grouping_and_inner_ones_the_classes() -> None:
    index = make_index(
        picture(f"site{site}/{kind}/{n}.jpg", group=f"site{site}")
        for site in "ABCD"
        for kind in ("fox", "dog")
        for n in range(5)
    )
    found = by(index)["folder"]
    assert found.groups == 4
    assert found.sentence == "The outer folders make 4 groups, such as 'siteA', 'siteB' and 'siteC'."
    assert automatic(index) == "folder"
    assert len(together(index, group_keys(index, "folder"))) == 4
    assert "table" not in by(index)


def test_a_tables_groups_are_known_from_folders() -> None:
    index = make_index(
        picture(f"{kind}/{n}.jpg", group=f"patient {n % 4}") for kind in ("ill", "well") for n in range(8)
    )
    assert by(index)["table"].sentence == (
        "The table names 4 groups, such as 'patient 0', 'patient 1' and 'patient 2'."
    )
    assert automatic(index) == "table"


def test_cameras_and_days_are_groupings_where_they_vary_within_classes() -> None:
    index = make_index(
        picture(f"{kind}/{n}.jpg", camera=f"cam {n % 3}", taken=(20_000 + n % 5) * DAY + 40_000 + 100 * n)
        for kind in ("fox", "dog")
        for n in range(20)
    )
    found = by(index)
    assert found["camera"].sentence == "3 cameras took the pictures, such as 'cam 0', 'cam 1' and 'cam 2'."
    assert found["day"].groups == 5
    assert "'2024-10-04'" in found["day"].sentence
    one_each = make_index(picture(f"{kind}/{n}.jpg", camera=kind) for kind in ("fox", "dog", "cat") for n in range(20))
    assert not proposals(one_each)
    assert automatic(one_each) == "none"


def test_a_series_over_midnight_is_one_day() -> None:
    start = 20_000 * DAY - 100
    index = make_index(
        picture(f"{'ab'[n % 2]}/{n:02d}.jpg", camera="X", taken=start + 50 * n if n < 6 else start + n * DAY)
        for n in range(12)
    )
    series = next(group for group in together(index, group_keys(index, "day")) if len(group) > 2)
    assert {path[2:] for path in series} == {f"{n:02d}.jpg" for n in range(6)}


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("clip{group:02d}_{n:04d}.jpg", "clip03"),
        ("{group:02d}_cam frame{n}.png", "03_cam"),
        ("SN{group}77-{view}.png", "SN377"),
        ("leaf{group}_jpg.rf.{n:032x}.jpg", "leaf3"),
        ("leaf{group} aug{n}.jpg", "leaf3"),
        ("IMG_2024050{group}_09301{n}.jpg", "20240503"),
        ("PXL 2024-05-0{group} {n}.jpg", "2024-05-03"),
    ],
)
def test_file_names_that_tell_groups_are_understood(name: str, group: str) -> None:
    index = make_index(
        picture(f"{kind}/" + name.format(group=g, n=n, view=["top", "left", "back"][n]))
        for at, kind in enumerate(("ok", "bad"))
        for g in range(at * 4 + 1, at * 4 + 5)
        for n in range(3)
    )
    found = by(index)["name"]
    assert found.groups == 8
    assert group in found.examples
    assert "such as" in found.sentence


@pytest.mark.parametrize(
    "name", ["IMG_{n:04d}.jpg", "{kind}_{n}.jpg", "{n:05d}.png", "DSC{n:05d}.JPG", "{kind} ({n}).jpg"]
)
def test_numbers_that_every_camera_and_every_person_gives_tell_no_groups(name: str) -> None:
    index = make_index(picture(f"{kind}/" + name.format(n=n, kind=kind)) for kind in ("fox", "dog") for n in range(30))
    assert proposals(index) == ()
    assert len(np.unique(group_keys(index, "name"))) == 60


def test_the_groups_in_use_are_written_into_the_column_of_groups() -> None:
    index = make_index(picture(f"{'ab'[n % 2]}/{n}.jpg", camera="X" if n < 4 else "", group="g") for n in range(8))
    assert [record.group for record in with_groups(index, "camera").records] == ["X", "X", "", ""] * 2
    assert [record.group for record in with_groups(index, "table").records] == ["g"] * 8
    assert with_groups(index, "none") is index


def test_a_picture_without_a_group_is_one_by_itself() -> None:
    index = make_index(picture(f"{'ab'[n % 2]}/{n}.jpg", camera="X" if n < 4 else "") for n in range(8))
    keys = group_keys(index, "camera")
    assert len(together(index, keys)) == 1
    assert len(np.unique(keys)) == 5


def test_copies_near_duplicates_and_bursts_are_together_in_every_grouping() -> None:
    base = [picture(f"{'ab'[n % 2]}/{n}.jpg", camera="X", taken=1000.0 * n) for n in range(8)]
    copies = [
        ImageRecord("a/copy.jpg", "a", None, base[0].sha256, 40, 36, 1000),
        picture("b/near.jpg", near=7),
        picture("b/near too.jpg", near=7),
        picture("a/burst.jpg", camera="X", taken=6001.0),
        picture("a/other camera.jpg", camera="Y", taken=6001.0),
    ]
    index = make_index([*base, *copies])
    assert together(index, kept_together(index)) == {
        frozenset({"a/0.jpg", "a/copy.jpg"}),
        frozenset({"b/near.jpg", "b/near too.jpg"}),
        frozenset({"a/6.jpg", "a/burst.jpg"}),
    }


def test_groups_that_meet_in_a_copy_become_one() -> None:
    index = make_index(
        picture(f"site{site}/{kind}/{n}.jpg", group=f"site{site}", near=1 if n == 0 and site < "C" else 0)
        for site in "ABCD"
        for kind in ("fox", "dog")
        for n in range(3)
    )
    assert sorted(len(group) for group in together(index, kept_together(index, used_in="new"))) == [6, 6, 12]


@pytest.mark.parametrize(
    ("used_in", "group_by", "used"),
    [
        (None, None, "none"), ("same", "auto", "none"), ("new", None, "folder"), ("new", "auto", "folder"),
        ("new", "camera", "camera"), ("same", "camera", "camera"), ("new", "none", "none"),
    ],
)  # fmt: skip
def test_whole_groups_are_kept_out_for_new_places_or_by_choice(
    used_in: str | None, group_by: str | None, used: str
) -> None:
    index = make_index(
        picture(f"site{site}/{kind}/{n}.jpg", group=f"site{site}", camera=f"cam{n}")
        for site in "ABCD"
        for kind in ("fox", "dog")
        for n in range(3)
    )
    assert grouping_in_use(index, used_in=used_in, group_by=group_by) == used


def test_a_chosen_grouping_of_which_nothing_is_known_is_none() -> None:
    index = make_index(picture(f"{kind}/{n}.jpg") for kind in ("fox", "dog") for n in range(8))
    assert grouping_in_use(index, used_in="new", group_by="camera") == "none"


def test_a_tables_groups_count_as_said_until_somebody_says_otherwise() -> None:
    index = make_index(
        picture(f"{kind}/{n}.jpg", group=f"patient {n % 4}") for kind in ("ill", "well") for n in range(8)
    )
    assert grouping_in_use(index, used_in=None, group_by=None) == "table"
    assert grouping_in_use(index, used_in="same", group_by=None) == "none"
    assert grouping_in_use(index, used_in=None, group_by="none") == "none"
