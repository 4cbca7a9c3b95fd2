"""Signs of life: who gives them, how long silence may last, and what they tell of a worker that is gone."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path

import pytest

from tl_core.jobs.heartbeat import BEAT_SECONDS, LINE_BYTES, QUIET_SECONDS, Heartbeat, Pulse
from tl_core.jobs.losses import loss_of
from tl_core.jobs.memory_kills import counter_file, kills_in
from tl_core.jobs.rundir import JobDir
from tl_core.processes import boot_id


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return JobDir(tmp_path).heartbeat


def pulse_of(path: Path) -> Pulse:
    pulse = Pulse.read(path)
    assert pulse is not None
    return pulse


def test_a_beat_is_written_about_once_a_second_however_often_the_work_comes_by(path: Path, clock: Clock) -> None:
    with Heartbeat(path, clock=clock) as heart:
        for _ in range(5):
            clock.now += BEAT_SECONDS / 10
            heart.beat()
        assert pulse_of(path).beat == 1000.0
        clock.now += BEAT_SECONDS
        heart.beat()
        pulse = pulse_of(path)
        assert pulse.beat == pytest.approx(clock.now)
        assert pulse.longest == BEAT_SECONDS
        assert 0 < pulse.memory <= pulse.peak
        assert path.stat().st_size == LINE_BYTES


def test_silence_is_worrying_by_what_this_work_is_used_to(path: Path, clock: Clock) -> None:
    with Heartbeat(path, clock=clock) as heart:
        assert not pulse_of(path).is_overdue(clock.now + QUIET_SECONDS)
        assert pulse_of(path).is_overdue(clock.now + QUIET_SECONDS + 1)
        clock.now += 20  # one long step
        heart.beat()
        assert not pulse_of(path).is_overdue(clock.now + 100)
        assert pulse_of(path).is_overdue(clock.now + 101)
        assert not pulse_of(path).is_overdue(clock.now + 100, at_least=10.0)


def test_a_thread_beside_the_work_keeps_nothing_alive(path: Path, clock: Clock) -> None:
    with Heartbeat(path, clock=clock) as heart:
        clock.now += 100
        beside = threading.Thread(target=heart.beat)
        beside.start()
        beside.join()
        assert pulse_of(path).beat == 1000.0


def test_silence_before_a_restart_of_the_machine_is_no_number(path: Path, clock: Clock) -> None:
    with Heartbeat(path, clock=clock):
        pulse = dataclasses.replace(pulse_of(path), boot="another")
    assert pulse.silent_seconds() is None
    assert not pulse.is_overdue()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"boot": 1}', b'{"boot": "x", "beat": "y"}', b"\xff"])
def test_a_damaged_one_is_none(path: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    assert Pulse.read(path) is None


def test_without_a_place_for_it_the_work_goes_on(tmp_path: Path) -> None:
    with Heartbeat(tmp_path / "missing" / "heartbeat.json") as heart:
        heart.beat()
        heart.needs(5)
    assert not (tmp_path / "missing").exists()


def group(root: Path, line: str, kills: dict[str, int]) -> Path:
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(f"9:name=systemd:/\n{line}\n")
    for name, count in kills.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"low 0\noom 7\noom_kill {count}\nunder_oom 0\n")
    return root


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("0::/thaw.slice", "sys/fs/cgroup/thaw.slice/memory.events"),
        ("0::/../elsewhere", "sys/fs/cgroup/memory.events"),
        ("4:cpu,memory:/docker/abc", "sys/fs/cgroup/memory/docker/abc/memory.oom_control"),
        ("4:memory:/docker/abc", "sys/fs/cgroup/memory/memory.oom_control"),
        ("2:cpu:/x", "proc/vmstat"),
    ],
)
def test_kills_are_counted_by_the_workers_own_group_else_by_the_machine(tmp_path: Path, line: str, where: str) -> None:
    root = group(tmp_path, line, {"proc/vmstat": 1, where: 3})
    found = counter_file(root)
    assert found is not None
    assert found.resolve() == (root / where).resolve()
    assert kills_in(found) == 3


def test_where_nothing_is_counted_nothing_is_claimed(tmp_path: Path) -> None:
    assert counter_file(tmp_path) is None
    (tmp_path / "empty").write_text("oom_kill many\n")
    assert kills_in(tmp_path / "empty") is None


def lost(folder: Path, **values: object) -> Path:
    job = JobDir(folder)
    with Heartbeat(job.heartbeat):
        pass
    pulse = dataclasses.replace(pulse_of(job.heartbeat), **values)  # type: ignore[arg-type]
    import json

    job.heartbeat.write_text(json.dumps(dataclasses.asdict(pulse)))
    return folder


def test_a_kill_for_want_of_memory_is_told_with_the_memory_that_it_had(tmp_path: Path) -> None:
    counter = tmp_path / "memory.events"
    counter.write_text("oom_kill 4\n")
    folder = lost(tmp_path, counter=str(counter), kills=4, peak=3_100_000_000)
    assert "ended without a word" in loss_of(folder).message
    counter.write_text("oom_kill 5\n")
    assert loss_of(folder).message == "It ran out of memory at 3.1 GB: the system ended it."
    assert "smaller batch size" in loss_of(folder).hint


def test_other_ends_are_told_apart(tmp_path: Path) -> None:
    assert "before it had begun" in loss_of(tmp_path).message
    assert "switched off or restarted" in loss_of(lost(tmp_path, boot="another")).message
    assert "waited for room on the disk" in loss_of(lost(tmp_path, boot=boot_id(), needs=5, kills=None)).message
    assert "ended without a word" in loss_of(lost(tmp_path, kills=None)).message
