"""`resume`: a run that was killed goes on to its end, and one that has finished goes on to another."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.jobs_for_tests import wait_until
from tests.test_command_line import LONG, ROOT, command, digits, training, worker_of, workspace
from tl_core.__main__ import main
from tl_core.events import checked, from_dict
from tl_core.jobs.journal import read_records
from tl_core.jobs.liveness import state_of
from tl_core.jobs.resuming import kept_epochs
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import read_view
from tl_core.jobs.workspace import Workspace

__all__ = ["digits", "workspace"]  # fixtures
posix_only = pytest.mark.skipif(os.name == "nt", reason="kills by a POSIX signal")


def resumed(workspace: Workspace, run: RunDir, *words: str) -> list[dict[str, Any]]:
    """The records that `resume --json` prints."""
    line = command(workspace, "resume", run.id, "--json", *words)
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@posix_only
def test_a_killed_run_goes_on_and_a_finished_one_gets_more_epochs(
    workspace: Workspace, digits: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with training(workspace, digits, *LONG) as (process, run):
        wait_until(lambda: kept_epochs(run.path))
        worker_of(run).kill()
        process.communicate()
    assert state_of(run.path) == "lost"
    done = max(kept_epochs(run.path))
    records = resumed(workspace, run, "--epochs", str(done + 2))
    assert [record["kind"] for record in records[:2]] == ["resumed", "planned"]
    assert records[0]["epoch"] >= done
    assert (records[-1]["kind"], records[-1]["epochs"]) == ("finished", done + 2)
    assert [epoch.epoch for epoch in read_view(run.path).epochs] == list(range(done + 3))
    assert not run.resume_request.exists()

    place = ["--workspace", str(workspace.root)]
    assert main([*place, "resume", run.id]) == 2
    assert "has finished. Say how many more epochs it shall have." in " ".join(capsys.readouterr().err.split())
    assert main([*place, "resume", run.id, "--from-epoch", "999"]) == 2
    assert "There is no checkpoint at the end of epoch 999." in capsys.readouterr().err
    assert main([*place, "resume", run.id, "--epochs", "1"]) == 2
    assert "leave nothing to train" in capsys.readouterr().err

    records = resumed(workspace, run, "--more", "1")
    assert (records[0]["epoch"], records[-1]["epochs"]) == (done + 2, done + 3)
    assert "It goes on to" in " ".join(record.get("message", "") for record in records)
    events = [from_dict(record) for record in read_records(run.journal)[0]]
    assert list(checked(event for event in events if event is not None)) == events
    assert state_of(run.path) == "finished"
