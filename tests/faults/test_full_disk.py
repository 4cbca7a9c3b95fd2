"""A disk that is full when a row is written: the work waits, says how much is needed, and no row is torn or lost."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.jobs.fake_workers import new_run
from tl_core.errors import RunError
from tl_core.events import Planned, StepDone, Stopped, Warned
from tl_core.jobs.journal import JournalWriter, read_records
from tl_core.jobs.room import MARGIN_BYTES, room_for, written
from tl_core.jobs.workspace import Workspace

WRITE = os.write


class Disk:
    """`os.write` of a disk with so much room; `free` makes more. What does not fit is written in part, then refused."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, descriptor: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = WRITE(descriptor, data[: self.room])
        self.room -= done
        return done


@given(room=st.integers(0, 400), more=st.lists(st.integers(1, 300), max_size=5))
def test_every_row_is_there_once_and_whole_however_the_room_comes(
    tmp_path_factory: pytest.TempPathFactory, room: int, more: list[int]
) -> None:
    journal, disk, told = tmp_path_factory.mktemp("disk") / "events.jsonl", Disk(room), []
    gifts = [*more, 10**6]

    def pause(seconds: float) -> None:
        whole = journal.read_bytes()
        assert whole == b"" or whole.endswith(b"\n")  # a reader that looks just now sees whole rows alone
        disk.room = gifts.pop(0)

    events = [Planned({}), *(Warned("x" * at * 10) for at in range(6))]
    with pytest.MonkeyPatch.context() as patch, JournalWriter(journal) as writer:
        patch.setattr("tl_core.jobs.journal.os.write", disk.write)
        for event in events:
            append: Callable[[], object] = lambda event=event: writer.append(event)  # type: ignore[misc] # noqa: E731
            written(append, needs=told.append, bytes_needed=lambda: 5_000_000, pause=pause)
    records, _offset = read_records(journal)
    assert [record["n"] for record in records] == list(range(7))
    assert [record["kind"] for record in records] == ["planned", *["warned"] * 6]
    assert set(told) <= {5_000_000, 0}
    assert not told or told[-1] == 0


def test_a_sync_that_finds_no_room_leaves_no_row_to_be_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network drives notice a full disk only then."""
    journal, refused = tmp_path / "events.jsonl", [True]

    def sync(descriptor: int) -> None:
        if refused.pop() if refused else False:
            raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr("tl_core.jobs.journal.os.fsync", sync)
    with JournalWriter(journal) as writer:
        written(
            lambda: writer.append(Stopped(1, 2.0, {})),
            needs=lambda count: None,
            bytes_needed=lambda: 1,
            pause=lambda seconds: None,
        )
    assert [record["n"] for record in read_records(journal)[0]] == [0]


def test_another_error_is_no_full_disk(tmp_path: Path) -> None:
    def fails() -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output error"):
        written(fails, needs=lambda count: None, bytes_needed=lambda: 1)


def test_what_is_needed_is_what_the_run_will_save_again(tmp_path: Path) -> None:
    run = new_run(Workspace(tmp_path / "workspace"))
    assert room_for(run) == MARGIN_BYTES
    run.model.mkdir()
    (run.model / "model.safetensors").write_bytes(b"x" * 3000)
    run.checkpoints.mkdir()
    (run.checkpoints / "last").write_bytes(b"x" * 2000)
    assert room_for(run) == MARGIN_BYTES + 5000


def test_a_step_that_was_told_before_the_disk_was_full_stays_told(tmp_path: Path) -> None:
    journal = tmp_path / "events.jsonl"
    with JournalWriter(journal) as writer:
        writer.append(Planned({}))
        writer.append(StepDone(1, 2, 1, 1, 0.5, 0.1, 10.0, 1.0))
        before = journal.read_bytes()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tl_core.jobs.journal.os.write", Disk(7).write)
            with pytest.raises(OSError, match="No space left"):
                writer.append(Warned("more"))
        assert journal.read_bytes() == before


def test_a_run_that_finds_no_room_is_refused_in_words_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace(tmp_path / "workspace")
    runs = workspace.person().runs

    def sync(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tl_core.platform.os.fsync", sync)
    with pytest.raises(RunError, match="The disk is full: no training can begin"):
        new_run(workspace)
    assert list(runs.iterdir()) == []
