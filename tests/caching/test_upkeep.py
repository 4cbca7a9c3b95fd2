"""The cache stays small and tidy: what was used longest ago goes first, what is in use stays, small shards merge."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.caching.rows_for_tests import KIND, ROW_BYTES, fill, first_bytes, flip, row, shards
from tl_core.caching.kept import KeptRows
from tl_core.caching.limits import CacheLimit
from tl_core.caching.rows import RowRequest, shards_of
from tl_core.caching.shards import RowKind
from tl_core.caching.upkeep import MANY_SHARDS, clear_leftovers, make_room
from tl_core.errors import RunError
from tl_core.held_files import HeldFile

ROOT = Path(__file__).resolve().parents[2]
BIG = RowKind("features", "big", (1000,), "uint8")
posix_only = pytest.mark.skipif(os.name == "nt", reason="limits of a process and deleting open files are POSIX's")


def big(cache: Path, key: str, limit: int, *, parts: str = "big") -> KeptRows:
    """One row of 1,000 bytes, in a shard of 1,064."""
    kind = RowKind("features", parts, (1000,), "uint8")
    with RowRequest(cache, kind, [key], limit=CacheLimit(limit, "")) as request:
        for position in request.missing:
            request.put(int(position), np.full(1000, ord(key), dtype=np.uint8))
        return request.finish()


def used_at(path: Path, seconds: float) -> None:
    os.utime(path, (seconds, seconds))


def keys_in(cache: Path) -> str:
    return "".join(sorted(chr(path.read_bytes()[0]) for path in shards(cache)))


def test_what_was_used_longest_ago_makes_room_for_what_is_new(tmp_path: Path) -> None:
    for number, key in enumerate("abc"):
        big(tmp_path, key, 10_000, parts=key)
        used_at(next(path for path in shards(tmp_path) if path.read_bytes()[0] == ord(key)), 1000.0 + number)
    big(tmp_path, "a", 10_000, parts="a")
    big(tmp_path, "d", 3_500)
    assert keys_in(tmp_path) == "acd"


def test_what_a_run_uses_stays_even_above_the_limit_and_can_still_be_read(tmp_path: Path) -> None:
    used = big(tmp_path, "a", 10_000)
    big(tmp_path, "b", 0)
    big(tmp_path, "c", 0)
    assert keys_in(tmp_path) == "ac"
    assert used[0][0] == ord("a")
    del used
    big(tmp_path, "d", 0)
    assert keys_in(tmp_path) == "d"


@posix_only
def test_what_another_process_reads_stays_until_it_ends(tmp_path: Path) -> None:
    fill(tmp_path, "abc")
    command = [sys.executable, "-m", "tests.caching.another_run", str(tmp_path), "abc"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "missing 0\n"
        make_room(tmp_path, 0, CacheLimit(0, ""))
        assert len(shards(tmp_path)) == 1
        print("go", file=other.stdin, flush=True)
        assert other.stdout.readline() == "read abc\n"
        other.stdin.close()
    make_room(tmp_path, 0, CacheLimit(0, ""))
    assert shards(tmp_path) == []


@posix_only
def test_two_runs_at_once_each_keep_their_rows_and_either_is_found(tmp_path: Path) -> None:
    keys = "abcdefghijklmnopqrstuvwxyz"
    command = [sys.executable, "-m", "tests.caching.another_run", str(tmp_path), keys]
    runs = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for run in runs:
        assert run.stdout is not None
        assert run.stdout.readline() == "missing 26\n"
    for run in runs:
        assert run.stdin is not None
        print("go", file=run.stdin, flush=True)
    answers = [run.communicate()[0] for run in runs]
    assert answers == [f"read {keys}\n"] * 2
    assert [run.returncode for run in runs] == [0, 0]
    assert len(shards(tmp_path)) == 2
    rows, maker = fill(tmp_path, keys[::-1])
    assert (first_bytes(rows), maker.made) == (keys[::-1], [])


@posix_only
def test_a_killed_run_leaves_no_row_that_is_not_whole_and_its_leftover_goes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.caching.another_run", str(tmp_path), "abc", "unfinished"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert [other.stdout.readline() for _ in range(2)] == ["missing 3\n", "written\n"]
        (left,) = tmp_path.rglob("*.part")
        used_at(left, 1000.0)
        clear_leftovers(tmp_path)
        assert left.exists()  # its writer lives
        other.kill()
    rows, maker = fill(tmp_path, "abc")
    assert (first_bytes(rows), maker.made) == ("abc", [0, 1, 2])
    assert not left.exists()


def test_a_young_leftover_may_be_a_beginning(tmp_path: Path) -> None:
    folder, engines = KIND.folder(tmp_path), tmp_path / "engines"
    for path in (folder / "{}.part", engines / ".{}.compiled.1a2b.tmp"):
        path.parent.mkdir(parents=True)
        for age, seconds in (("old", 1_000_000.0), ("new", time.time())):
            named = path.with_name(path.name.format(age))
            named.write_bytes(b"half")
            used_at(named, seconds)
    fill(tmp_path, "a")
    assert [path.name for path in folder.glob("*.part")] == ["new.part"]
    assert [path.name for path in engines.iterdir()] == [".new.compiled.1a2b.tmp"]


def test_a_disk_without_room_is_said_before_anything_is_written_or_deleted(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    full = CacheLimit(10**12, "", spare=2**60)
    with (
        pytest.raises(RunError, match=r"GB free; the prepared pictures need 0\.0 GB\. Free some space, choose"),
        RowRequest(tmp_path, KIND, ["c"], limit=full),
    ):
        pass
    assert list(tmp_path.rglob("*.part")) == []
    assert len(shards(tmp_path)) == 1


def test_what_is_not_in_use_makes_room_on_a_full_disk(tmp_path: Path) -> None:
    big(tmp_path, "a", 10_000)
    big(tmp_path, "b", 10_000)
    used_at(shards(tmp_path)[0], 1000.0)
    make_room(tmp_path, 500, CacheLimit(10**12, "", spare=0), free=lambda cache: 2_200 - 1_064 * len(shards(cache)))
    assert len(shards(tmp_path)) == 1
    make_room(tmp_path, 500, CacheLimit(10**12, "", spare=0), free=lambda cache: 2_200 - 1_064 * len(shards(cache)))
    assert keys_in(tmp_path) == "b"


@posix_only
def test_a_disk_that_fills_up_while_rows_are_written_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.caching.another_run", str(tmp_path), "abcdefgh", "little room"]
    done = subprocess.run(command, cwd=ROOT, input="go\n", capture_output=True, text=True, check=False)
    assert done.stdout.startswith("missing 8\n")
    assert f"The disk of '{KIND.folder(tmp_path)}' is full: " in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_many_small_shards_become_few_and_a_large_one_is_not_copied(tmp_path: Path) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    fill(tmp_path, letters)
    (large,) = shards(tmp_path)
    for number in range(60):
        fill(tmp_path, letters + "".join(chr(130 + at) for at in range(number)))
    assert len(shards(tmp_path)) <= MANY_SHARDS + 1
    assert large in shards(tmp_path)
    every = letters + "".join(chr(130 + at) for at in range(55))
    rows, maker = fill(tmp_path, every)
    assert maker.made == []
    assert rows[:][:, 0, 0].tolist() == [ord(key) for key in every]


def test_small_shards_that_others_read_are_merged_once_and_go_when_these_let_go(tmp_path: Path) -> None:
    keys = "abcdefghijklmnopq"
    for key in keys:
        fill(tmp_path, key)
    readers = [HeldFile.open(path) for path in shards(tmp_path)]
    assert len(readers) == MANY_SHARDS + 1
    fill(tmp_path, keys)
    once = shards(tmp_path)
    assert len(once) == MANY_SHARDS + 2
    for _ in range(3):
        rows, maker = fill(tmp_path, keys)
        assert (first_bytes(rows), maker.made) == (keys, [])
        assert shards(tmp_path) == once
    readers.clear()
    fill(tmp_path, keys)
    assert len(shards(tmp_path)) == len(once) - MANY_SHARDS // 2


def test_what_an_engine_made_ready_goes_in_its_turn(tmp_path: Path) -> None:
    for name, seconds in (("old", 1000.0), ("new", 3000.0)):
        path = tmp_path / "engines" / f"{name}.compiled"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(1000))
        used_at(path, seconds)
    big(tmp_path, "a", 10_000)
    used_at(shards(tmp_path)[0], 2000.0)
    big(tmp_path, "b", 3_100)
    assert [path.name for path in (tmp_path / "engines").iterdir()] == ["new.compiled"]
    assert keys_in(tmp_path) == "ab"


def test_merging_leaves_damaged_rows_behind(tmp_path: Path) -> None:
    for key in "abcdefghijklmnopqr":
        with RowRequest(tmp_path, KIND, [key]) as request:
            request.put(0, row(key))
            if key == "q":
                for path in shards(tmp_path):
                    flip(path, ROW_BYTES - 1)
            request.finish()
    _, maker = fill(tmp_path, "abcdefghijklmnopqr")
    assert 4 <= len(maker.made) < 18


def test_a_folder_that_changes_while_it_is_looked_through_is_looked_through_again(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    folder = KIND.folder(tmp_path)
    (folder / "9-gone.shard").symlink_to(tmp_path / "nowhere")
    found = shards_of(folder, KIND)
    assert [len(shard.keys) for shard in found] == [2]
