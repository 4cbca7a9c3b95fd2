"""A workspace that cannot be worked in is refused at the start, in words; what kills left behind is swept."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.jobs.fake_workers import FakeWorkers, new_run
from tests.ui.conftest import FakeAssistant
from tl_core.errors import RunError
from tl_core.jobs.sweeping import YOUNG_SECONDS, sweep_runs
from tl_core.jobs.tickets import read_policy, write_policy
from tl_core.jobs.turns import Policy
from tl_core.jobs.workspace import Workspace
from tl_core.jobs.workspace_check import check_workspace, claim_screen
from tl_core.platform import Lock
from tl_ui.quotas import Quotas
from tl_ui.server import serve
from tl_ui.services import Services
from tl_ui.settings import Settings
from tl_ui.words import words_for


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "workspace")


@pytest.fixture
def workers(workspace: Workspace) -> Iterator[FakeWorkers]:
    workers = FakeWorkers(workspace)
    yield workers
    workers.leave()


def test_a_workspace_that_can_be_used_is_left_as_it_was(workspace: Workspace) -> None:
    check_workspace(workspace)
    assert list(workspace.root.iterdir()) == []


def test_a_read_only_workspace_is_said_with_its_path(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(path: Any, flags: int, *others: Any, **named: Any) -> int:
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, "Read-only file system", str(path))
        return opened(path, flags, *others, **named)

    opened = os.open
    workspace.root.mkdir()
    monkeypatch.setattr("tl_core.platform.os.open", refuses)
    with pytest.raises(RunError, match="cannot be used: Read-only file system") as refused:
        check_workspace(workspace)
    assert str(workspace.root) in refused.value.message
    assert "--workspace" in refused.value.hint


def test_a_path_below_a_file_is_no_workspace_and_the_program_does_not_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunError, match="cannot be used: Not a directory"):
        serve(Settings(tmp_path / "file" / "workspace"), open_browser=False)


def test_a_drive_where_locks_do_not_hold_is_noticed_by_trying(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lock, "acquire", lambda self, **named: True)
    with pytest.raises(RunError, match="Locks on files do not hold in the workspace") as refused:
        check_workspace(workspace)
    told = words_for("zh-CN").said(refused.value.message)
    assert str(workspace.root) in told
    assert "网络驱动器" in told


def test_a_second_screen_on_one_workspace_is_told_and_joins(workspace: Workspace) -> None:
    check_workspace(workspace)
    first = claim_screen(workspace)
    assert first is not None
    assert claim_screen(workspace) is None
    first.release()
    second = claim_screen(workspace)
    assert second is not None
    second.release()


def test_parts_of_files_drafts_and_deleted_runs_are_swept_and_nothing_that_somebody_writes(
    workspace: Workspace, workers: FakeWorkers
) -> None:
    ended, busy = new_run(workspace), new_run(workspace)
    for run in (ended, busy):
        workers.launch(run.path)
        workers.begins(run)
    workers.ends(ended, "finished")
    runs = workspace.person().runs
    old = [
        ended.path / ".label.json.abc.tmp",
        ended.path / "checkpoints" / ".last.abc.tmp",
        runs / f".{'a' * 26}" / "config.json",
        runs / f".{'b' * 26}.deleted" / "events.jsonl",
    ]
    kept = [busy.path / ".label.json.abc.tmp"]
    for path in (*old, *kept):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * 1000)
    before = sorted(path.name for path in ended.path.iterdir() if not path.name.endswith(".tmp"))
    newest = max(path.stat().st_mtime for path in (*old, *kept, *(path.parent for path in old)))
    assert sweep_runs(runs, clock=lambda: newest + YOUNG_SECONDS - 5) == []
    sweep_runs(runs, clock=lambda: newest + YOUNG_SECONDS + 1)
    assert [path for path in old if path.exists()] == []
    assert all(path.exists() for path in kept)
    assert sorted(path.name for path in ended.path.iterdir()) == before


def test_how_many_train_at_once_is_kept_until_it_is_set_again(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for settings, expected in (
        (Settings(tmp_path), Policy(1)),
        (Settings(tmp_path, running=3), Policy(3)),
        (Settings(tmp_path), Policy(3)),
        (Settings(tmp_path, shared=True), Policy(3, is_fair=True)),
        (Settings(tmp_path, shared=True, quotas=Quotas()), Policy(1, is_fair=True, most_of_one=1)),
    ):
        write_policy(workspace, settings.policy(read_policy(workspace)))
        assert read_policy(workspace) == expected
    services = Services(Settings(tmp_path, running=2), FakeAssistant())
    services.open()
    services.close()
    assert read_policy(workspace) == Policy(2)
