"""Rows kept on disk: found again in whichever shard they lie, and made again where they were damaged."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.kept import KeptRows
from tl_core.caching.rows import RowRequest
from tl_core.caching.shards import RowKind, checksum, keys_of, open_shard, places_in
from tl_core.caching.squares import square_rows
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import RunError
from tl_core.held_files import HeldFile

KIND = RowKind("squares", "any", (3, 2), "uint8")
ROW_BYTES = 6
PREPROCESSING = Preprocessing(8, 10, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def row(key: str) -> np.ndarray:
    return np.full((3, 2), ord(key), dtype=np.uint8)


class Maker:
    """Makes rows, and notes which."""

    def __init__(self, keys: str) -> None:
        self.keys = keys
        self.made: list[int] = []

    def __call__(self, positions: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        for position in positions.tolist():
            self.made.append(position)
            yield position, row(self.keys[position])


def fill(cache: Path, keys: str) -> tuple[KeptRows, Maker]:
    """All rows of the keys, and who makes them: those that were missing, and later those that are damaged."""
    maker = Maker(keys)
    with RowRequest(cache, KIND, list(keys)) as request:
        for position, made in maker(request.missing):
            request.put(position, made)
        return request.finish(maker), maker


def first_bytes(rows: KeptRows) -> str:
    return bytes(rows[:][:, 0, 0]).decode()


def shards(cache: Path) -> list[Path]:
    return sorted(cache.rglob("*.shard"))


def flip(path: Path, at: int) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 255
    path.write_bytes(bytes(data))


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


def test_a_row_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    with RowRequest(tmp_path, KIND, ["a"]) as request, pytest.raises(ValueError, match=r"a row of uint8 \(2, 2\)"):
        request.put(0, np.zeros((2, 2), dtype=np.uint8))


def test_keys_that_begin_alike_are_told_apart(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    shard = open_shard(shards(tmp_path)[0], KIND)
    assert shard is not None
    alike = keys_of(["a", "b"]).copy()
    alike[0, 31] ^= 1
    assert places_in(shard, alike).tolist() == [-1, 1]


def test_squares_of_another_size_are_another_entry(tmp_path: Path) -> None:
    other = Preprocessing(8, 12, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as request:
        request.put(0, np.ones((10, 10, 3), dtype=np.uint8))
        request.finish()
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as request:
        assert request.missing.tolist() == []
    with square_rows(tmp_path, other, ["a"]) as request:
        assert request.missing.tolist() == [0]


FEATURES = FeatureKey("b", "w", "head", PREPROCESSING, "fp32")


def missing_features(cache: Path, key: FeatureKey, view: str = "") -> list[int]:
    with feature_rows(cache, key, (4,), ["a", "b"], stored="fp32", view=view) as request:
        missing = [int(position) for position in request.missing]
        for position in missing:
            request.put(position, np.arange(4, dtype=np.float32))
        request.finish()
        return missing


@pytest.mark.parametrize("change", [{"weights": "w2"}, {"cut": "blocks.3"}, {"precision": "bf16"}, {"backbone": "b2"}])
def test_features_of_other_weights_cut_or_precision_are_another_entry(tmp_path: Path, change: dict[str, Any]) -> None:
    assert missing_features(tmp_path, FEATURES) == [0, 1]
    assert missing_features(tmp_path, replace(FEATURES, **change)) == [0, 1]
    assert missing_features(tmp_path, FEATURES) == []


def test_every_view_of_a_picture_is_a_row_of_its_own(tmp_path: Path) -> None:
    assert missing_features(tmp_path, FEATURES) == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 1") == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 2") == [0, 1]
    assert missing_features(tmp_path, FEATURES, view="seed 0, view 1") == []
