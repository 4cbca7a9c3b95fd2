"""Rows kept on disk: found again, shared between sets, and made again where they were damaged."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest

from tl_core.caching import rows
from tl_core.caching.features import FeatureKey, feature_rows
from tl_core.caching.rows import RowFile, RowKind
from tl_core.caching.squares import square_rows
from tl_core.data.preprocessing import Preprocessing
from tl_core.errors import RunError

KIND = RowKind("squares", "any", (3, 2), "uint8")
PREPROCESSING = Preprocessing(8, 10, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def row(key: str) -> np.ndarray:
    return np.full((3, 2), ord(key), dtype=np.uint8)


def fill(cache: Path, keys: str) -> tuple[np.ndarray, list[int]]:
    """All rows of the keys, and which of them had to be made."""
    with RowFile(cache, KIND, list(keys)) as file:
        made = list(file.missing)
        for position in made:
            file.put(position, row(keys[position]))
        return np.array(file.finish()), made


def stored_file(cache: Path) -> Path:
    (path,) = cache.rglob("*.rows")
    return path


def test_a_kept_set_is_found_again_and_nothing_is_made(tmp_path: Path) -> None:
    first, made = fill(tmp_path, "abc")
    again, made_again = fill(tmp_path, "abc")
    assert (made, made_again) == ([0, 1, 2], [])
    assert np.array_equal(first, again)
    assert first[:, 0, 0].tolist() == [97, 98, 99]


def test_a_larger_set_makes_only_the_new_rows(tmp_path: Path) -> None:
    fill(tmp_path, "abc")
    values, made = fill(tmp_path, "xcab")
    assert made == [0]
    assert values[:, 0, 0].tolist() == [120, 99, 97, 98]


@pytest.mark.parametrize("position", [0, 6, 17])
def test_a_damaged_row_is_noticed_and_only_that_one_is_made_again(tmp_path: Path, position: int) -> None:
    fill(tmp_path, "abc")
    path = stored_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[position] ^= 255
    path.write_bytes(bytes(data))
    values, made = fill(tmp_path, "abc")
    assert made == [position // 6]
    assert values[:, 0, 0].tolist() == [97, 98, 99]
    assert fill(tmp_path, "abc")[1] == []


def test_a_file_cut_off_at_any_byte_is_made_again(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    path = stored_file(tmp_path)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        values, made = fill(tmp_path, "ab")
        assert made == [0, 1]
        assert values[:, 0, 0].tolist() == [97, 98]


def test_a_damaged_footer_is_made_again(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    path = stored_file(tmp_path)
    path.write_bytes(path.read_bytes().replace(b'"checksums"', b'"chocksums"'))
    assert fill(tmp_path, "ab")[1] == [0, 1]


def test_an_interrupted_writer_leaves_nothing_behind(tmp_path: Path) -> None:
    with RowFile(tmp_path, KIND, ["a", "b"]) as file:
        file.put(0, row("a"))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_what_a_killed_writer_left_is_cleared_after_a_day(tmp_path: Path) -> None:
    folder = KIND.folder(tmp_path)
    folder.mkdir(parents=True)
    for name, seconds in (("old.part", 1_000_000.0), ("new.part", time.time())):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (seconds, seconds))
    fill(tmp_path, "a")
    assert [path.name for path in folder.glob("*.part")] == ["new.part"]


def test_two_writers_of_one_set_do_not_disturb_each_other(tmp_path: Path) -> None:
    with RowFile(tmp_path, KIND, ["a"]) as first, RowFile(tmp_path, KIND, ["a"]) as second:
        first.put(0, row("a"))
        second.put(0, row("a"))
        kept = first.finish()
        second.finish()
        assert kept[0, 0, 0] == 97
    assert fill(tmp_path, "a")[1] == []


def test_what_was_put_before_a_stop_is_kept_and_the_rest_is_missing_the_next_time(tmp_path: Path) -> None:
    with RowFile(tmp_path, KIND, ["a", "b", "c"]) as file:
        file.put(1, row("b"))
        assert file.finish()[:, 0, 0].tolist() == [0, 98, 0]
    values, made = fill(tmp_path, "abc")
    assert made == [0, 2]
    assert values[:, 0, 0].tolist() == [97, 98, 99]


def test_rows_put_so_far_can_be_read_before_the_end(tmp_path: Path) -> None:
    with RowFile(tmp_path, KIND, ["a", "b"]) as file:
        file.put(1, row("b"))
        assert file.so_far()[:, 0, 0].tolist() == [0, 98]


def test_a_row_of_the_wrong_shape_is_refused(tmp_path: Path) -> None:
    with RowFile(tmp_path, KIND, ["a"]) as file, pytest.raises(ValueError, match=r"a row of uint8 \(2, 2\)"):
        file.put(0, np.zeros((2, 2), dtype=np.uint8))


def test_a_full_disk_is_said_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "SPARE_BYTES", 2**60)
    with pytest.raises(RunError, match=r"GB free; the prepared pictures need 0\.0 GB"):
        fill(tmp_path, "ab")
    assert list(tmp_path.rglob("*.part")) == []


def test_squares_of_another_size_are_another_entry(tmp_path: Path) -> None:
    other = Preprocessing(8, 12, "bicubic", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as file:
        file.put(0, np.ones((10, 10, 3), dtype=np.uint8))
        file.finish()
    with square_rows(tmp_path, PREPROCESSING, ["a"]) as file:
        assert file.missing == []
    with square_rows(tmp_path, other, ["a"]) as file:
        assert file.missing == [0]


@pytest.mark.parametrize("change", [{"weights": "w2"}, {"cut": "blocks.3"}, {"precision": "bf16"}, {"backbone": "b2"}])
def test_features_of_other_weights_cut_or_precision_are_another_entry(tmp_path: Path, change: dict[str, str]) -> None:
    values = {"backbone": "b", "weights": "w", "cut": "head", "precision": "fp32"}
    with feature_rows(tmp_path, FeatureKey(preprocessing=PREPROCESSING, **values), (4,), ["a"], stored="fp32") as file:
        file.put(0, np.arange(4, dtype=np.float32))
        file.finish()
    key = FeatureKey(preprocessing=PREPROCESSING, **{**values, **change})
    with feature_rows(tmp_path, key, (4,), ["a"], stored="fp32") as file:
        assert file.missing == [0]
