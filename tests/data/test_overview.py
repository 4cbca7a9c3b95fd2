from __future__ import annotations

from tl_core.data.building import ColumnsBuilder
from tl_core.data.columns import Columns
from tl_core.data.overview import extremes, formats
from tl_core.data.record import ImageRecord


def test_the_smallest_the_largest_and_the_formats_are_found() -> None:
    builder = ColumnsBuilder()
    for number, (width, height, kind) in enumerate([(9, 9, "PNG"), (50, 2, "JPEG"), (3, 20, ""), (8, 8, "JPEG")]):
        record = ImageRecord(f"a/{number}", "a", None, f"{number:064x}", width, height, 1)
        builder.append(record, format=kind)
    assert extremes(builder.columns()) == (2, 1)
    assert formats(builder.columns()) == [("JPEG", 2), ("", 1), ("PNG", 1)]


def test_an_empty_set_has_neither() -> None:
    assert extremes(Columns.of([])) is None
    assert formats(Columns.of([])) == []
