"""The album's pages: what is asked for is made, and nothing else, however many kinds and pictures there are."""

from __future__ import annotations

import pytest

from tl_core.data.columns import Columns
from tl_core.data.index import ImageIndex, ImageRecord
from tl_ui.album import MOST_ON_A_PAGE, Album

KINDS = 10_000


def record(number: int, label: str, split: str | None = None, side: int = 8) -> ImageRecord:
    path = f"{label}/{number:06d}.png"
    return ImageRecord(path, label, split, f"{number:064x}", side, side, 100)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def many() -> Album:
    """Two pictures of each of ten thousand kinds."""
    records = [record(2 * kind + n, f"kind {kind:05d}") for kind in range(KINDS) for n in (0, 1)]
    return Album(ImageIndex.of(Columns.of(records)).columns)


def test_ten_thousand_kinds_come_a_page_at_a_time(many: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    real = Columns.record
    monkeypatch.setattr(Columns, "record", lambda self, at: (made.append(at), real(self, at))[1])
    page = many.classes(9_990, 24)
    assert (page.total, len(page.items)) == (KINDS, 10)
    assert [item["name"] for item in page.items][-1] == "kind 09999"
    assert len(made) == 20
    assert len(many.classes(0, 10**9).items) == MOST_ON_A_PAGE
    assert [item["name"] for item in many.classes(query="KIND 00042").items] == ["kind 00042"]


def test_a_picture_is_found_by_its_content_and_by_its_path(many: Album) -> None:
    found = many.record_of(f"{12_345:064x}")
    assert found is not None
    assert found.path == "kind 06172/012345.png"
    assert many.record_of("f" * 64) is None
    assert [item.path for item in many.records_of(["kind 06172/012345.png", "no/such.png"])] == [found.path]


def test_counts_are_by_side_and_pictures_without_one_count_as_training() -> None:
    records = [record(1, "fox"), record(2, "fox", "test"), record(3, "fox", "train"), record(4, "hen", "val", 99)]
    album = Album(ImageIndex.of(Columns.of(records)).columns)
    fox, hen = album.classes().items
    assert (fox["images"], fox["splits"]) == (3, {"train": 2, "test": 1})
    assert (hen["images"], hen["splits"]) == (1, {"val": 1})
    assert album.largest_class == 3
    assert album.extremes is not None
    assert [item.path for item in album.extremes] == ["fox/000001.png", "hen/000004.png"]


def test_the_samples_of_a_kind_are_spread_over_its_pictures() -> None:
    album = Album(ImageIndex.of(Columns.of([record(n, "fox") for n in range(80)])).columns)
    (fox,) = album.classes().items
    assert [item["path"] for item in fox["samples"]] == [f"fox/{n:06d}.png" for n in range(0, 80, 10)]


def test_an_empty_set_has_no_kinds_and_no_extremes() -> None:
    album = Album(ImageIndex.of(Columns.of([])).columns)
    assert (album.classes().total, album.extremes, album.largest_class, album.spread(3)) == (0, None, 0, [])
