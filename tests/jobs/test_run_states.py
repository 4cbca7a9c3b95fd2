"""The states of runs under everything that can happen to them: queued -> starting -> running -> an end, and lost ->
queued. What the folders say is compared with a table kept beside them, after every step.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, precondition, rule

from tests.jobs.fake_workers import FakeWorkers, new_run
from tl_core.errors import RunError
from tl_core.jobs.deleting import delete_run
from tl_core.jobs.liveness import state_of
from tl_core.jobs.queue import ATTEMPTS, RunQueue
from tl_core.jobs.rundir import RunDir, list_runs
from tl_core.jobs.stopping import request_stop
from tl_core.jobs.tickets import write_policy
from tl_core.jobs.turns import Policy
from tl_core.jobs.workspace import Workspace

OWNERS = ("ana", "ben", "chi")
ACTIVE = ("starting", "running")


class RunStates(RuleBasedStateMachine):
    """`states` is the table; `queue` has the waiting runs as they were put in."""

    runs = Bundle("runs")

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="thaw-states-"))
        self.workspace = Workspace(self.root)
        self.workers = FakeWorkers(self.workspace)
        self.line = RunQueue(self.workspace, self.workers.launch)
        self.policy = Policy()
        self.states: dict[Path, str] = {}
        self.before: dict[Path, str] = {}  # what a waiting run was before it was put into the queue
        self.attempts: dict[Path, int] = {}
        self.queue: list[Path] = []
        self.wishes: list[Path] = []  # in the order in which they were put into the queue, last wishes last

    def teardown(self) -> None:
        self.workers.leave()
        shutil.rmtree(self.root)

    @rule(target=runs, owner=st.sampled_from(OWNERS))
    def create_and_queue(self, owner: str) -> RunDir:
        run = new_run(self.workspace, owner)
        self.put(run, "new")
        return run

    def put(self, run: RunDir, before: str) -> None:
        self.line.add(run.path)
        self.states[run.path], self.before[run.path], self.attempts[run.path] = "queued", before, 0
        self.queue.append(run.path)
        self.wishes = [path for path in self.wishes if path != run.path] + [run.path]

    @rule(most=st.integers(1, 3), fair=st.booleans())
    def set_policy(self, most: int, fair: bool) -> None:
        self.policy = Policy(most, is_fair=fair)
        write_policy(self.workspace, self.policy)

    @rule()
    def start(self) -> None:
        """Whoever looks: the keeper of the queue, or whoever pressed Train."""
        free = self.policy.most_running - len(self.of_state(*ACTIVE))
        line = list(self.queue)
        given_up = [path for path in self.queue if self.attempts[path] == ATTEMPTS]
        started = self.line.look()
        assert len(started) <= max(0, free)
        for path in given_up:
            if state_of(path) != "queued":  # its turn came, and it was not started a fourth time
                assert path not in started
                self.leave_queue(path, "failed" if self.before[path] in ("new", "lost") else self.before[path])
        for path in started:
            self.leave_queue(path, "starting")
            self.attempts[path] += 1
        assert len(started) == max(0, free) or not self.queue
        if not self.policy.is_fair:
            assert started == [path for path in line if path in started]
            assert all(line.index(path) < line.index(left) for path in started for left in self.queue)

    def leave_queue(self, path: Path, state: str) -> None:
        self.queue.remove(path)
        self.states[path] = state

    @rule(run=runs)
    def worker_begins(self, run: RunDir) -> None:
        if self.is_in(run, "starting"):
            self.workers.begins(run)
            self.states[run.path] = "running"

    @rule(run=runs)
    def worker_dies_before_it_begins(self, run: RunDir) -> None:
        if self.is_in(run, "starting"):
            self.workers.dies_before_it_begins(run)
            self.states[run.path] = "queued"
            self.queue.append(run.path)
            self.queue.sort(key=self.wishes.index)  # it keeps its place

    @rule(run=runs, ending=st.sampled_from(["finished", "stopped", "failed"]))
    def worker_ends(self, run: RunDir, ending: str) -> None:
        if self.is_in(run, "running"):
            self.workers.ends(run, ending)
            self.states[run.path] = ending

    @rule(run=runs)
    def kill(self, run: RunDir) -> None:
        if self.is_in(run, "running"):
            self.workers.is_killed(run)
            self.states[run.path] = "lost"

    @rule(run=runs)
    def stop(self, run: RunDir) -> None:
        """Asks; only a worker's own ending changes the state."""
        if run.path in self.states:
            request_stop(run.path)
            assert run.stop.exists() or self.states[run.path] not in ACTIVE

    @rule(run=runs)
    def cancel(self, run: RunDir) -> None:
        if run.path not in self.states:
            return
        waited = self.is_in(run, "queued")
        assert self.line.cancel(run.path) == waited
        if waited:
            before = self.before[run.path]
            self.leave_queue(run.path, "stopped" if before == "new" else before)

    @rule(run=runs)
    def resume(self, run: RunDir) -> None:
        if self.is_in(run, *ACTIVE):
            with pytest.raises(RunError, match="is under way already"):
                self.line.add(run.path)
        elif self.is_in(run, "lost", "stopped", "failed", "finished"):
            self.put(run, self.states[run.path])
            assert not run.stop.exists()

    @rule(run=runs)
    def delete(self, run: RunDir) -> None:
        if self.is_in(run, *ACTIVE):
            with pytest.raises(RunError, match="is under way"):
                delete_run(run.path)
        elif run.path in self.states:
            delete_run(run.path)
            if self.states.pop(run.path) == "queued":
                self.queue.remove(run.path)

    @rule()
    def restart(self) -> None:
        """The screen's process goes and comes: nothing of the queue was in its memory."""
        self.line = RunQueue(self.workspace, self.workers.launch)

    @precondition(lambda self: self.states)
    @invariant()
    def the_folders_say_what_the_table_says(self) -> None:
        assert {path: state_of(path) for path in self.states} == self.states

    @invariant()
    def no_run_is_lost_from_the_list_and_none_comes_back(self) -> None:
        listed = [run.path for owner in OWNERS for run in list_runs(self.workspace.person(owner).runs)]
        assert sorted(listed) == sorted(self.states)

    @invariant()
    def everybody_who_waits_has_a_place(self) -> None:
        now = self.line.now()
        assert sorted(run.path for run in now.order) == sorted(self.queue)
        assert sorted(run.path for _owner, run in now.under_way) == sorted(self.of_state(*ACTIVE))

    def of_state(self, *states: str) -> list[Path]:
        return [path for path, state in self.states.items() if state in states]

    def is_in(self, run: RunDir, *states: str) -> bool:
        return self.states.get(run.path) in states


RunStates.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRunStates = RunStates.TestCase
