"""Real workers killed at random moments: no job without a state, none undecided for long, no row lost that was told.

Their work is an import, the quickest that there is; the log is written after the row that it tells of.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest

from tests.jobs.jobs_for_tests import wait_until, write_pictures
from tl_core.jobs.journal import read_records
from tl_core.jobs.launcher import launch
from tl_core.jobs.liveness import ENDED, state_of
from tl_core.jobs.rundir import JobDir, create_import
from tl_core.jobs.workspace import Workspace

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills by POSIX signals")
FEW, MANY = 5, 200
DECIDED_SECONDS = 15.0
LATEST_SECONDS = 1.5  # most imports of this size are done by then
PICTURES = 100


def kill_at_random(pictures: Path, workspace: Workspace, chance: random.Random) -> str:
    """One more import, killed somewhere between its start and its end; how it ended."""
    job = JobDir(create_import(workspace.person().datasets, pictures))
    process = launch(job.path)
    moment = time.monotonic() + chance.uniform(0.0, LATEST_SECONDS)
    wait_until(lambda: time.monotonic() >= moment)
    if process.exit_status is None:
        os.kill(process.pid, 9)
    state = str(wait_until(lambda: (now := state_of(job.path)) in ENDED and now, seconds=DECIDED_SECONDS))
    records, _offset = read_records(job.journal)
    kinds = [record["kind"] for record in records]
    assert [record["n"] for record in records] == list(range(len(records)))
    assert (kinds[-1:] == [state]) == (state != "lost")
    told = [word.removeprefix("kind=") for word in job.log.read_text().split() if word.startswith("kind=")]
    assert all(kinds.count(kind) >= told.count(kind) for kind in told)
    return state


def survived(tmp_path: Path, times: int) -> list[str]:
    pictures = write_pictures(tmp_path / "pictures", of_each=PICTURES)
    chance = random.Random(20)
    return [kill_at_random(pictures, Workspace(tmp_path / "workspace"), chance) for _ in range(times)]


def test_a_few_kills_leave_every_job_with_a_state_and_every_told_row(tmp_path: Path) -> None:
    assert set(survived(tmp_path, FEW)) <= {"lost", "finished"}


@pytest.mark.long
def test_two_hundred_kills_do(tmp_path: Path) -> None:
    """About seven minutes on two cores."""
    ends = survived(tmp_path, MANY)
    assert ends.count("lost") > MANY / 4
