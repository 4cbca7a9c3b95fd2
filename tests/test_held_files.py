"""Files that several hold and one deletes: held ones stay, whoever dies lets go, bytes are read from any place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tl_core import held_files, platform
from tl_core.held_files import HeldFile, delete_unless_held

posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows refuses by itself to delete what is open")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows"
    path.write_bytes(b"0123456789")
    return path


def test_a_held_file_stays_until_its_last_holder_lets_go(path: Path) -> None:
    one, other = HeldFile.open(path), HeldFile.open(path)
    assert not delete_unless_held(path)
    one.close()
    assert not delete_unless_held(path)
    del other
    assert delete_unless_held(path)
    assert not path.exists()


def test_what_is_gone_already_needs_no_deleting(tmp_path: Path) -> None:
    assert delete_unless_held(tmp_path / "nothing")


def test_a_file_is_read_from_any_place_and_as_far_as_it_goes(path: Path) -> None:
    file, buffer = HeldFile.open(path), bytearray(4)
    assert (file.read_at(memoryview(buffer), 3), bytes(buffer)) == (4, b"3456")
    assert (file.read_at(memoryview(buffer), 8), bytes(buffer[:2])) == (2, b"89")
    assert file.read_at(memoryview(buffer), 10) == 0
    assert file.size == 10


def test_a_file_can_be_read_while_it_grows_and_after_it_was_moved(tmp_path: Path) -> None:
    old, new = tmp_path / "new.part", tmp_path / "rows"
    file = HeldFile(os.open(old, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)))
    buffer = bytearray(3)
    file.append(memoryview(b"abc"))
    assert (file.read_at(memoryview(buffer), 0), bytes(buffer)) == (3, b"abc")
    file.append(memoryview(b"def"))
    moved = file.moved(old, new)
    assert (moved.read_at(memoryview(buffer), 3), bytes(buffer)) == (3, b"def")
    assert (old.exists(), new.read_bytes()) == (False, b"abcdef")


def test_where_reading_has_to_seek_what_is_written_later_still_comes_to_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_files, "read_once", held_files.read_by_seeking)
    file, buffer = (
        HeldFile(os.open(tmp_path / "rows", os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0))),
        bytearray(2),
    )
    file.append(memoryview(b"abcdef"))
    assert (file.read_at(memoryview(buffer), 1), bytes(buffer)) == (2, b"bc")
    file.append(memoryview(b"ghi"))
    assert (tmp_path / "rows").read_bytes() == b"abcdefghi"


def test_a_finished_file_waits_until_readers_of_the_old_one_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[Path] = []
    really = os.replace

    def refused_twice(old: Path, new: Path) -> None:
        tries.append(new)
        if len(tries) < 3:
            raise PermissionError("in use")
        really(old, new)

    old, new = tmp_path / "new.part", tmp_path / "rows"
    file = HeldFile(os.open(old, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)))
    file.append(memoryview(b"abc"))
    monkeypatch.setattr(platform, "RETRIES", True)
    monkeypatch.setattr(platform, "REPLACE_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(os, "replace", refused_twice)
    file.moved(old, new)
    assert (len(tries), new.read_bytes()) == (3, b"abc")


@posix_only
def test_a_file_that_is_being_deleted_is_not_opened_any_more(path: Path) -> None:
    import fcntl

    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with pytest.raises(FileNotFoundError, match="is being deleted"):
            HeldFile.open(path)
    finally:
        os.close(descriptor)
