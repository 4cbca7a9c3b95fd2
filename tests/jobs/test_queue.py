"""The queue of a workspace: who starts, who waits, who gives up; with workers that cost nothing and one real keeper."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.jobs.fake_workers import FakeWorkers, dead, new_run
from tests.jobs.jobs_for_tests import edit_json, kinds, wait_until
from tl_core.errors import RunError
from tl_core.jobs.launcher import keep_queue
from tl_core.jobs.liveness import state_of
from tl_core.jobs.queue import ATTEMPTS, RunQueue
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.tickets import QueueFiles, Ticket, queue_held, read_policy, took_turn, write_policy
from tl_core.jobs.turns import Policy
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Workspace
from tl_core.platform import is_locked

posix_only = pytest.mark.skipif(os.name == "nt", reason="kills by POSIX signals")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(workspace)
    yield workers
    workers.leave()


@pytest.fixture
def queue(workspace: Workspace, workers: FakeWorkers) -> RunQueue:
    return RunQueue(workspace, workers.launch)


def queued(queue: RunQueue, workspace: Workspace, count: int, owner: str = "me") -> list[RunDir]:
    runs = [new_run(workspace, owner) for _ in range(count)]
    for run in runs:
        queue.add(run.path)
    return runs


def test_one_starts_and_the_others_wait_in_their_order(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    first, second, third = queued(queue, workspace, 3)
    assert queue.look() == [first.path]
    assert queue.look() == []
    assert [state_of(run.path) for run in (first, second, third)] == ["starting", "queued", "queued"]
    workers.begins(first)
    assert [run.path for run in queue.now().order] == [second.path, third.path]
    assert queue.look() == []
    workers.ends(first, "finished")
    assert queue.look() == [second.path]


@pytest.mark.parametrize("ending", ["finished", "stopped", "failed", "killed"])
def test_the_queue_goes_on_however_a_run_ends(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers, ending: str
) -> None:
    first, second = queued(queue, workspace, 2)
    queue.look()
    workers.begins(first)
    if ending == "killed":
        workers.is_killed(first)
    else:
        workers.ends(first, ending)
    assert queue.look() == [second.path]


def test_a_run_started_by_hand_counts_too(queue: RunQueue, workspace: Workspace, workers: FakeWorkers) -> None:
    by_hand = new_run(workspace)
    workers.launch(by_hand.path)
    workers.begins(by_hand)
    queued(queue, workspace, 1)
    assert queue.look() == []
    assert [run.path for _owner, run in queue.now().under_way] == [by_hand.path]


def test_more_run_beside_each_other_where_that_is_set(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    write_policy(workspace, Policy(2))
    first, second, _third = queued(queue, workspace, 3)
    assert queue.look() == [first.path, second.path]
    assert queue.look() == []


def test_hosted_a_person_with_many_runs_leaves_the_next_turn_to_others(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    write_policy(workspace, Policy(is_fair=True))
    many = queued(queue, workspace, 3, "ana")
    (other,) = queued(queue, workspace, 1, "ben")
    assert queue.look() == [many[0].path]
    workers.begins(many[0])
    workers.ends(many[0], "finished")
    assert queue.look() == [other.path]
    workers.begins(other)
    workers.ends(other, "finished")
    assert queue.look() == [many[1].path]


def test_a_run_that_waits_keeps_its_settings_whatever_is_chosen_later(queue: RunQueue, workspace: Workspace) -> None:
    run = new_run(workspace, epochs=3, seed=7)
    before = run.config_file.read_bytes()
    queue.add(run.path)
    new_run(workspace, epochs=9)
    queue.look()
    assert run.config_file.read_bytes() == before
    assert run.config.epochs == 3


def test_a_cancelled_run_never_starts_and_says_so(queue: RunQueue, workspace: Workspace) -> None:
    first, second, third = queued(queue, workspace, 3)
    queue.look()
    assert queue.cancel(second.path)
    assert not queue.cancel(second.path)
    assert not queue.cancel(first.path)  # it is starting: that is a matter of Stop
    view = read_view(second.path)
    assert (view.state, view.result, view.plan) == ("stopped", None, None)
    assert [run.path for run in queue.now().order] == [third.path]


def test_a_worker_that_dies_each_time_before_it_begins_is_tried_three_times_and_then_failed(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    poison, other = queued(queue, workspace, 2)
    for _ in range(ATTEMPTS):
        assert queue.look() == [poison.path]
        workers.dies_before_it_begins(poison)
    assert queue.look() == [other.path]
    assert workers.launched.count(poison.path) == ATTEMPTS == 3
    failure = read_view(poison.path).failure
    assert failure is not None
    assert "was started 3 times and ended each time before it could begin" in failure.message
    assert not poison.ticket.exists()


def test_a_run_that_cannot_be_started_fails_in_words_and_the_next_one_has_its_turn(workspace: Workspace) -> None:
    started: list[Path] = []

    def launch(folder: Path) -> None:
        if not started:
            started.append(folder)
            raise RunError("No worker could be had.", "Try again.")
        started.append(folder)

    queue = RunQueue(workspace, launch)
    bad, good = queued(queue, workspace, 2)
    assert queue.look()[0] == good.path
    failure = read_view(bad.path).failure
    assert failure is not None
    assert (failure.message, failure.by_user) == ("No worker could be had.", True)


def test_a_run_that_is_at_work_is_not_queued_again_and_one_that_waits_keeps_its_place(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    first, second, third = queued(queue, workspace, 3)
    queue.look()
    queue.add(second.path)
    assert [run.path for run in queue.now().order] == [second.path, third.path]
    workers.begins(first)
    with pytest.raises(RunError, match="is under way already"):
        queue.add(first.path)


def test_a_damaged_ticket_stands_at_the_end_and_a_damaged_setting_is_the_usual_one(
    queue: RunQueue, workspace: Workspace
) -> None:
    first, second = queued(queue, workspace, 2)
    first.ticket.write_text('{"number": "x"')
    assert [run.path for run in queue.now().order] == [second.path, first.path]
    write_policy(workspace, Policy(2, is_fair=True))
    assert read_policy(workspace) == Policy(2, is_fair=True)
    for damage in ('{"most_running": 0}', '{"most_running": "many"}', "[]", "{"):
        QueueFiles(workspace.queue).policy.write_text(damage)
        assert read_policy(workspace) == Policy()


def test_the_turns_of_so_many_people_are_kept_and_no_more() -> None:
    turns: dict[str, int] = {}
    for number in range(1500):
        turns = took_turn(turns, f"visitor{number}")
    assert len(turns) == 1000
    assert "visitor0" not in turns
    assert max(turns, key=lambda owner: turns[owner]) == "visitor1499"


def test_a_queue_that_somebody_holds_for_too_long_says_so(
    queue: RunQueue, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tl_core.jobs.tickets.LOCK_SECONDS", 0.05)
    run = new_run(workspace)
    with queue_held(workspace), pytest.raises(RunError, match="The queue of trainings does not answer"):
        queue.add(run.path)


def quick(workspace: Workspace) -> RunDir:
    """A run whose real worker refuses it at once, in words, without loading torch."""
    run = new_run(workspace)
    edit_json(run.config_file, kind="distil")
    return run


def test_the_keeper_starts_who_waits_one_after_the_other_without_a_screen_and_ends(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    blocking = new_run(workspace)
    workers.launch(blocking.path)
    workers.begins(blocking)
    waiting = [quick(workspace) for _ in range(2)]
    for run in waiting:
        queue.add(run.path)
    files = QueueFiles(workspace.queue)
    keep_queue(workspace)
    wait_until(lambda: is_locked(files.keeper))
    keep_queue(workspace)  # there is one
    assert [state_of(run.path) for run in waiting] == ["queued", "queued"]
    workers.is_killed(blocking)
    wait_until(lambda: all(state_of(run.path) == "failed" for run in waiting))
    assert [kinds(run.journal) for run in waiting] == [["failed"], ["failed"]]
    begun = [run.journal.stat().st_mtime_ns for run in waiting]
    assert begun == sorted(begun)
    wait_until(lambda: not is_locked(files.keeper))


@posix_only
def test_a_keeper_that_was_killed_is_replaced_and_no_place_is_lost(
    queue: RunQueue, workspace: Workspace, workers: FakeWorkers
) -> None:
    blocking = new_run(workspace)
    workers.launch(blocking.path)
    workers.begins(blocking)
    waiting = quick(workspace)
    queue.add(waiting.path)
    files = QueueFiles(workspace.queue)
    keep_queue(workspace)
    wait_until(lambda: is_locked(files.keeper))
    keeper = next(pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if is_keeper(pid, workspace))
    os.kill(keeper, signal.SIGKILL)
    wait_until(lambda: not is_locked(files.keeper))
    assert state_of(waiting.path) == "queued"
    workers.ends(blocking, "finished")
    keep_queue(workspace)
    wait_until(lambda: state_of(waiting.path) == "failed")
    wait_until(lambda: not is_locked(files.keeper))


def is_keeper(pid: int, workspace: Workspace) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"tl_core.jobs.queue_keeper" in words and str(workspace.root).encode() in words


def test_an_empty_queue_needs_no_keeper(workspace: Workspace) -> None:
    keep_queue(workspace)
    assert not workspace.queue.exists()


def test_a_ticket_whose_worker_died_counts_as_waiting(queue: RunQueue, workspace: Workspace) -> None:
    (run,) = queued(queue, workspace, 1)
    queue.look()
    dead().write(run.launched)
    assert state_of(run.path) == "queued"
    assert Ticket.read(run.ticket) == Ticket(1, attempts=1)
