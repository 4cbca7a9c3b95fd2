"""Checkpoints on the disk, killed at every step of a save, cut, damaged and without room: the last good one is used."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.one_save import PINNED, content_of, save_next
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder

ROOT = Path(__file__).resolve().parents[2]
SAVED = 4
posix_only = pytest.mark.skipif(os.name == "nt", reason="kills by a POSIX signal")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Some checkpoints, the first one pinned."""
    path = tmp_path / "checkpoints"
    for _ in range(SAVED):
        save_next(path)
    return path


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def files_of(*numbers: int) -> set[str]:
    return {
        name
        for number in numbers
        for name in (f"{number:06d}.json", f"{number:06d}-state.safetensors", f"{number:06d}-best.safetensors")
    }


def assert_holds(folder: Path, found: Checkpoint | None, number: int) -> None:
    """A checkpoint is what was saved under its number, to the byte."""
    assert found is not None
    assert (found.number, found.state) == (number, {"epoch": number, "batch": 0})
    assert {role: (folder / name).read_bytes() for role, name in found.files.items()} == {
        role: content_of(number, role) for role in ("state", "best")
    }


def one_save(folder: Path, call: int) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tests.faults.one_save", str(folder), str(call)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_last_two_are_kept_and_the_pinned_one(folder: Path) -> None:
    assert files(folder) == files_of(PINNED, SAVED - 1, SAVED)
    assert_holds(folder, CheckpointFolder(folder).last_sound()[0], SAVED)
    assert [found.number for found in CheckpointFolder(folder).listed()] == [SAVED, SAVED - 1, PINNED]


@posix_only
def test_killed_at_every_file_changing_call_of_a_save_the_old_one_or_the_new_one_is_whole(folder: Path) -> None:
    whole = shutil.copytree(folder, folder.with_name("whole"))
    calls = int(one_save(whole, 0).stdout)
    assert (
        calls > 12
    )  # two files and a manifest, each opened, synced and moved; the folder synced; the old ones removed
    found_numbers = Counter[int]()
    for call in range(1, calls + 1):
        place = shutil.copytree(folder, folder.with_name(f"killed at {call}"))
        assert one_save(place, call).returncode == -signal.SIGKILL
        found, damaged = CheckpointFolder(place).last_sound()
        number = SAVED if found is None else found.number
        assert_holds(place, found, number)
        assert damaged == 0
        found_numbers[number] += 1
        save_next(place)  # the next one takes its place, and nothing of what was begun is left
        assert_holds(place, CheckpointFolder(place).last_sound()[0], number + 1)
        assert files(place) == files_of(PINNED, number, number + 1)
    assert set(found_numbers) == {SAVED, SAVED + 1}


@pytest.mark.parametrize("name", sorted(files_of(SAVED)))
def test_a_flipped_byte_or_a_cut_is_noticed_anywhere_and_the_one_before_is_used(folder: Path, name: str) -> None:
    path = folder / name
    content = path.read_bytes()
    step = max(1, len(content) // 40)
    for place in range(0, len(content), step):
        flipped = bytearray(content)
        flipped[place] ^= 1
        for damaged in (bytes(flipped), content[:place]):
            path.write_bytes(damaged)
            found, count = CheckpointFolder(folder).last_sound()
            assert_holds(folder, found, SAVED - 1)
            assert count == 1
    path.unlink()
    found, _count = CheckpointFolder(folder).last_sound()
    assert_holds(folder, found, SAVED - 1)


def test_a_damaged_one_does_not_push_out_the_sound_one_before_it(folder: Path) -> None:
    (folder / f"{SAVED:06d}-state.safetensors").write_bytes(b"half")
    kept = CheckpointFolder(folder)
    found, _damaged = kept.last_sound()
    assert found is not None
    kept.discard_after(found.number)
    save_next(folder)
    assert [one.number for one in CheckpointFolder(folder).listed()] == [SAVED, SAVED - 1, PINNED]
    assert all(kept.is_sound(one) for one in CheckpointFolder(folder).listed())


def test_what_a_newer_version_wrote_is_passed_over_and_not_taken_for_ours(folder: Path) -> None:
    path = folder / f"{SAVED:06d}.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    assert_holds(folder, CheckpointFolder(folder).last_sound()[0], SAVED - 1)


def test_without_room_on_the_disk_the_last_one_stays_and_nothing_is_left_behind(folder: Path) -> None:
    def full(path: Path) -> None:
        path.write_bytes(b"as much as fits")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left on device"):
        CheckpointFolder(folder).save({"epoch": 9}, {"state": full}, pinned=PINNED)
    assert files(folder) == files_of(PINNED, SAVED - 1, SAVED)
    assert_holds(folder, CheckpointFolder(folder).last_sound()[0], SAVED)


def test_going_back_to_an_earlier_one_makes_it_the_last(folder: Path) -> None:
    kept = CheckpointFolder(folder)
    earlier = list(kept.listed())[-1]
    again = kept.go_back_to(earlier)
    found, _damaged = CheckpointFolder(folder).last_sound()
    assert found is not None
    assert (found.number, found.state, found.files) == (again.number, earlier.state, earlier.files)
    save_next(folder)
    assert (folder / earlier.files["state"]).exists()


@pytest.mark.long  # half a minute
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
@pytest.mark.parametrize("call", ["write", "fsync", "rename", "unlink", "ftruncate"])
def test_killed_by_the_system_at_every_call_of_a_kind(folder: Path, call: str) -> None:
    for when in range(1, 200):
        place = shutil.copytree(folder, folder.with_name(f"{call} {when}"))
        inject = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"inject={call}:signal=KILL:when={when}"]
        line = [*inject, sys.executable, "-m", "tests.faults.one_save", str(place), "0"]
        status = subprocess.run(line, cwd=ROOT, capture_output=True, check=False).returncode
        found, damaged = CheckpointFolder(place).last_sound()
        assert damaged == 0
        assert_holds(place, found, SAVED if found is None else found.number)
        shutil.rmtree(place)
        if status == 0:
            assert found is not None
            assert found.number == SAVED + 1
            break
    else:
        raise AssertionError("it was killed every time")
