"""Rows kept on disk: found again in whichever shard they lie, read like an array, kept at every end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.caching.rows_for_tests import KIND, ROW_BYTES, fill, first_bytes, row, shards
from tl_core.caching.rows import RowRequest


def test_a_kept_set_is_found_again_and_nothing_is_made(tmp_path: Path) -> None:
    first, maker = fill(tmp_path, "abc")
    again, second = fill(tmp_path, "abc")
    assert (maker.made, second.made) == ([0, 1, 2], [])
    assert first_bytes(first) == first_bytes(again) == "abc"
    assert len(shards(tmp_path)) == 1


def test_a_larger_set_writes_only_the_new_rows_and_copies_none(tmp_path: Path) -> None:
    fill(tmp_path, "abcdefghijklmnopqrstuvwxyz")
    (first,) = shards(tmp_path)
    untouched = (first.read_bytes(), first.stat().st_ino)
    rows, maker = fill(tmp_path, "XcaYbz")
    assert maker.made == [0, 3]
    assert first_bytes(rows) == "XcaYbz"
    assert (first.read_bytes(), first.stat().st_ino) == untouched
    (added,) = set(shards(tmp_path)) - {first}
    assert added.stat().st_size < 2 * ROW_BYTES + 2 * 36 + 64


def test_rows_are_read_like_an_array(tmp_path: Path) -> None:
    fill(tmp_path, "bd")
    rows, _ = fill(tmp_path, "abcde")
    whole = np.stack([row(key) for key in "abcde"])
    assert (len(rows), rows.shape, rows.dtype) == (5, (5, 3, 2), np.dtype("uint8"))
    none: np.ndarray = np.zeros(0, dtype=np.int64)
    choices: list[Any] = [3, -1, slice(1, 4), np.array([4, 0, 0, 3]), np.array([True, False, False, True, True]), none]
    for chosen in choices:
        assert np.array_equal(rows[chosen], whole[chosen])
    assert np.array_equal(np.asarray(rows), whole)
    with pytest.raises(IndexError, match="index 5 is out of bounds"):
        rows[5]


def test_what_was_put_before_an_error_is_kept(tmp_path: Path) -> None:
    def interrupted() -> None:
        with RowRequest(tmp_path, KIND, ["a", "b"]) as request:
            request.put(0, row("a"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    rows, maker = fill(tmp_path, "ab")
    assert (first_bytes(rows), maker.made) == ("ab", [1])
    assert list(tmp_path.rglob("*.part")) == []


def test_a_request_that_puts_nothing_leaves_no_file(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["a", "b"]) as request:
        request.finish()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_two_writers_of_the_same_rows_do_not_disturb_each_other(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["a"]) as first, RowRequest(tmp_path, KIND, ["a"]) as second:
        first.put(0, row("a"))
        second.put(0, row("a"))
        kept, other = first.finish(), second.finish()
        assert first_bytes(kept) == first_bytes(other) == "a"
    assert fill(tmp_path, "a")[1].made == []


def test_what_was_put_before_a_stop_is_kept_and_the_rest_is_missing_the_next_time(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["a", "b", "c"]) as request:
        request.put(1, row("b"))
        assert [request.lacks(position) for position in range(3)] == [True, True, True]
        assert request.finish()[:][:, 0, 0].tolist() == [0, 98, 0]
    rows, maker = fill(tmp_path, "abc")
    assert maker.made == [0, 2]
    assert first_bytes(rows) == "abc"


def test_rows_put_so_far_can_be_read_before_the_end(tmp_path: Path) -> None:
    fill(tmp_path, "c")
    with RowRequest(tmp_path, KIND, ["a", "b", "c"]) as request:
        rows = request.so_far()
        assert rows[:][:, 0, 0].tolist() == [0, 0, 99]
        request.put(1, row("b"))
        assert rows[:][:, 0, 0].tolist() == [0, 98, 99]
        request.put(0, row("a"))
        request.finish()
    assert first_bytes(rows) == "abc"


def test_a_row_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["a"]) as request, pytest.raises(ValueError, match=r"a row of uint8 \(2, 2\)"):
        request.put(0, np.zeros((2, 2), dtype=np.uint8))
