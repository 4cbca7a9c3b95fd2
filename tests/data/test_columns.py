from __future__ import annotations

import dataclasses
import hashlib
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tl_core.data.building import CHUNK, ColumnsBuilder
from tl_core.data.columns import NOTES, Columns
from tl_core.data.columns_file import read_columns, write_built, write_columns
from tl_core.data.index import SPLITS, ImageIndex, ImageRecord
from tl_core.data.looking import Looked

FINITE = st.floats(0, 255, width=32)
RECORDS = st.builds(
    ImageRecord,
    path=st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=9),
    label=st.sampled_from(["cats", "dogs", "犬", "byte\udcff"]),
    split=st.sampled_from([None, *SPLITS]),
    sha256=st.binary(min_size=32, max_size=32).map(bytes.hex),
    width=st.integers(1, 16_384),
    height=st.integers(1, 16_384),
    bytes=st.integers(1, 2**40),
    group=st.sampled_from(["", "North/Camera 1", "South"]),
    taken=st.none() | st.floats(0, 2e9),
    camera=st.sampled_from(["", "A camera"]),
    near=st.integers(0, 2**31 - 1),
    stored=st.booleans(),
    brightness=FINITE,
    contrast=FINITE,
)


def record(number: int) -> ImageRecord:
    content = hashlib.sha256(str(number).encode()).hexdigest()
    return ImageRecord(f"kind {number % 3}/{number}.jpg", f"kind {number % 3}", None, content, 40, 36, 1000 + number)


@settings(deadline=None)
@given(st.lists(RECORDS, max_size=8))
def test_records_come_back_from_columns_and_from_their_file_as_they_were(records: list[ImageRecord]) -> None:
    columns = Columns.of(records)
    assert [columns.record(position) for position in range(len(columns))] == records
    with tempfile.TemporaryDirectory() as folder:
        write_columns(Path(folder) / "columns", columns)
        read = read_columns(Path(folder) / "columns")
        assert [read.record(position) for position in range(len(read))] == records


@settings(deadline=None)
@given(st.lists(RECORDS, min_size=1, max_size=8), st.data())
def test_chosen_rows_are_those_records(records: list[ImageRecord], data: st.DataObject) -> None:
    positions = data.draw(st.lists(st.integers(0, len(records) - 1), max_size=9))
    chosen = Columns.of(records).select(np.array(positions, dtype=np.int64))
    assert [chosen.record(at) for at in range(len(chosen))] == [records[position] for position in positions]
    mask = np.array([item.stored for item in records])
    assert [item.path for item in records if item.stored] == list(Columns.of(records).select(mask).paths())


def test_what_a_builder_writes_is_in_the_order_asked_and_holds_what_was_seen(tmp_path: Path) -> None:
    builder = ColumnsBuilder()
    count = 2 * CHUNK + 5
    for number in range(count):
        builder.append(record(number), format="JPEG", notes=("CMYK",) if number == 3 else ())
    builder.look(CHUNK + 1, Looked(2**64 - 1, bytes(range(192)), 100.5, 20.25, 0.5), ("turned",))
    order = np.arange(count)[::-7].copy()
    write_built(tmp_path / "columns", builder, order)
    columns = read_columns(tmp_path / "columns")
    assert list(columns.paths()) == [record(int(number)).path for number in order]
    assert [columns.record(at) for at in (0, 1)] == [record(int(order[0])), record(int(order[1]))]
    seen = int(np.flatnonzero(order == CHUNK + 1)[0]) if CHUNK + 1 in order else None
    whole = builder.columns()
    for some, at in ((whole, CHUNK + 1), *([(columns, seen)] if seen is not None else [])):
        assert some.difference_hash[at] == 2**64 - 1
        assert some.signature[at].tobytes() == bytes(range(192))
        assert (some.brightness[at], some.contrast[at], some.detail[at]) == (100.5, 20.25, 0.5)
        assert some.notes[at] == 1 << NOTES.index("turned")
        assert some.formats[some.format[at]] == "JPEG"
    assert whole.notes[3] == 1 << NOTES.index("CMYK")


def test_rows_of_the_same_content_share_a_code_and_no_others_do() -> None:
    numbers = [5, 1, 5, 2, 1, 3]
    columns = Columns.of([dataclasses.replace(record(0), sha256=record(number).sha256) for number in numbers])
    codes = columns.content_codes()
    assert {
        (one == two) == (codes[i] == codes[j]) for i, one in enumerate(numbers) for j, two in enumerate(numbers)
    } == {True}
    assert sorted(set(codes)) == [0, 1, 2, 3]


def test_other_columns_and_labels_make_a_copy() -> None:
    columns = Columns.of(map(record, range(6)))
    changed = columns.with_(near=[0, 1, 1, 0, 0, 0], split=[0, 1, 2, -1, 0, 0])
    assert (changed.record(1).near, changed.record(2).split, changed.record(3).split) == (1, "test", None)
    assert columns.record(1).near == 0
    renamed = changed.with_labels(("a", "kind 2", "kind 1", "kind 0"))
    assert [item.label for item in map(renamed.record, range(3))] == ["kind 0", "kind 1", "kind 2"]
    with pytest.raises(ValueError, match="'kind 2' is not among the classes"):
        columns.with_labels(("kind 0", "kind 1"))
    with pytest.raises(ValueError, match="the column near has 1 rows, not 6"):
        columns.with_(near=[1])


def test_a_hash_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'ab' is no SHA-256"):
        Columns.of([dataclasses.replace(record(1), sha256="ab")])


@pytest.mark.parametrize("keep", [0, 5, 16, 60, -1])
def test_a_file_cut_anywhere_is_refused(tmp_path: Path, keep: int) -> None:
    write_columns(tmp_path / "columns", Columns.of(map(record, range(3))))
    (tmp_path / "columns").write_bytes((tmp_path / "columns").read_bytes()[:keep])
    with pytest.raises(ValueError, match=r"cut off|does not start|Unterminated|Expecting"):
        read_columns(tmp_path / "columns")


def test_an_index_shows_its_columns_as_records() -> None:
    records = [dataclasses.replace(record(number), split=SPLITS[number % 3]) for number in range(6)]
    index = ImageIndex(("kind 0", "kind 1", "kind 2"), records)
    assert index.records == records
    assert [item.path for item in index.records[1:3]] == ["kind 1/1.jpg", "kind 2/2.jpg"]
    assert index.records[-1] == records[-1]
    assert index.of_split("val") == [records[1], records[4]]
    assert index.counts()["kind 2"] == {"test": 2}
    assert index.columns.labels == index.classes
    with pytest.raises(IndexError, match="record 6 of 6"):
        index.records[6]
