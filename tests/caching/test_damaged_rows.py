"""Rows that were damaged on the disk: noticed when they are read, and made again once."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tests.caching.rows_for_tests import KIND, ROW_BYTES, fill, first_bytes, flip, row, shards
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import checksum
from tl_core.errors import RunError
from tl_core.held_files import HeldFile


@pytest.mark.parametrize("at", [0, 6, 17])
def test_a_flipped_byte_is_noticed_when_its_row_is_read_and_only_that_row_is_made_again(
    tmp_path: Path, at: int
) -> None:
    fill(tmp_path, "abc")
    flip(shards(tmp_path)[0], at)
    rows, maker = fill(tmp_path, "abc")
    assert maker.made == []
    assert first_bytes(rows) == "abc"
    assert maker.made == [at // ROW_BYTES]
    later, nobody = fill(tmp_path, "abc")
    assert first_bytes(later) == "abc"
    assert nobody.made == []


def test_what_was_made_again_counts_also_where_the_clock_was_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "abc")
    flip(shards(tmp_path)[0], 0)
    monkeypatch.setattr(time, "time_ns", lambda: 5)
    rows, maker = fill(tmp_path, "abc")
    assert first_bytes(rows) == "abc"
    assert maker.made == [0]
    later, nobody = fill(tmp_path, "abc")
    assert first_bytes(later) == "abc"
    assert nobody.made == []


def test_all_damage_of_a_shard_is_made_good_at_once_and_in_one_shard(tmp_path: Path) -> None:
    fill(tmp_path, "abcdef")
    for at in (1, 8, 33):
        flip(shards(tmp_path)[0], at)
    rows, maker = fill(tmp_path, "abcdef")
    assert rows[0][0, 0] == ord("a")
    assert maker.made == [0, 1, 5]
    assert first_bytes(rows) == "abcdef"
    assert len(shards(tmp_path)) == 2


def test_damage_that_cannot_be_made_good_is_said(tmp_path: Path) -> None:
    fill(tmp_path, "abc")
    flip(shards(tmp_path)[0], 7)
    with RowRequest(tmp_path, KIND, ["a", "b", "c"]) as request:
        rows = request.finish()
    assert rows[0][0, 0] == ord("a")
    with pytest.raises(RunError, match=r"is damaged and could not be made again\. Delete that folder"):
        rows[np.array([0, 1])]


def test_a_shard_cut_off_at_any_byte_is_made_again(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    whole = shards(tmp_path)[0].read_bytes()
    for length in range(len(whole)):
        for path in shards(tmp_path):
            path.unlink()
        torn = KIND.folder(tmp_path) / "1-torn.shard"
        torn.write_bytes(whole[:length])
        rows, maker = fill(tmp_path, "ab")
        assert maker.made == [0, 1]
        assert first_bytes(rows) == "ab"
        assert not torn.exists()


@pytest.mark.parametrize("from_end", [1, 9, 13, 20, 30, 36, 37, 70, 100])
def test_a_damaged_footer_is_made_again(tmp_path: Path, from_end: int) -> None:
    fill(tmp_path, "ab")
    flip(shards(tmp_path)[0], -from_end)
    rows, maker = fill(tmp_path, "ab")
    assert maker.made == [0, 1]
    assert first_bytes(rows) == "ab"


def test_a_shard_that_shrinks_while_it_is_read_is_made_again(tmp_path: Path) -> None:
    fill(tmp_path, "abc")
    rows, maker = fill(tmp_path, "abc")
    assert first_bytes(rows) == "abc"
    os.truncate(shards(tmp_path)[0], ROW_BYTES)
    assert first_bytes(rows) == "abc"
    assert maker.made == [1, 2]


def test_a_sector_that_cannot_be_read_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, "abc")
    rows, maker = fill(tmp_path, "abc")
    healthy = HeldFile.read_at

    def read(file: HeldFile, buffer: memoryview, offset: int) -> int:
        if offset < 2 * ROW_BYTES <= offset + len(buffer) and not maker.made:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return healthy(file, buffer, offset)

    monkeypatch.setattr(HeldFile, "read_at", read)
    assert first_bytes(rows) == "abc"
    assert maker.made == [1]


def test_several_threads_read_damaged_rows_and_each_is_made_once(tmp_path: Path) -> None:
    keys = "abcdefghijklmnop"
    fill(tmp_path, keys)
    for at in range(0, len(keys), 2):
        flip(shards(tmp_path)[0], at * ROW_BYTES)
    rows, maker = fill(tmp_path, keys)
    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(lambda position: rows[position][0, 0], list(range(len(keys))) * 4))
    assert bytes(read).decode() == keys * 4
    assert sorted(maker.made) == list(range(0, len(keys), 2))


class Interrupted(HeldFile):
    """Somebody else comes between the first reading of its bytes and whoever asked for them."""

    def between(self, other: Callable[[], object]) -> None:
        self.other: Callable[[], object] | None = other

    def read_at(self, buffer: memoryview, offset: int) -> int:
        count = super().read_at(buffer, offset)
        other, self.other = self.other, None
        if other is not None:
            other()
        return count


def test_bytes_that_were_read_before_somebody_else_mended_the_row_are_not_taken_for_mended(tmp_path: Path) -> None:
    fill(tmp_path, "a")
    flip(shards(tmp_path)[0], 0)
    rows, maker = fill(tmp_path, "a")
    file = Interrupted.open(shards(tmp_path)[0])
    assert isinstance(file, Interrupted)
    nowhere = np.array([0])
    rows.add(file, nowhere, nowhere, np.array([checksum(row("a"))], dtype=np.uint32), is_checked=False)
    file.between(lambda: rows[0])
    assert first_bytes(rows) == "a"
    assert maker.made == [0]
