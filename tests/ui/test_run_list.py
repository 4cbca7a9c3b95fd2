"""The list of runs: what a line says, and that a run which has ended is not read again for nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.jobs.fake_workers import dead
from tests.ui.conftest import new_run
from tl_core.events import Finished, Planned, Stopped
from tl_core.jobs.journal import JournalWriter
from tl_core.jobs.pausing import PAUSE
from tl_core.jobs.rundir import Label, RunDir
from tl_core.jobs.tickets import Ticket
from tl_ui import run_list
from tl_ui.present_runs import called, drawer_rows
from tl_ui.run_list import RunRow
from tl_ui.services import Services
from tl_ui.words import words_for

PLANNED = Planned(plan={})
MEASURED = {"accuracy": 0.75, "accuracy_low": 0.6, "accuracy_high": 0.85, "measured_on": "test", "images": 96}
FINISHED = Finished(epochs=4, seconds=61.5, result=MEASURED)


def only(services: Services) -> RunRow:
    (row,) = services.list_runs("me")
    return row


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs whose files were read, in order."""
    seen: list[str] = []
    real = run_list.row_of

    def counted(run: RunDir) -> RunRow:
        seen.append(run.id)
        return real(run)

    monkeypatch.setattr(run_list, "row_of", counted)
    return seen


def test_a_line_has_the_rate_with_its_interval_the_time_and_the_note(services: Services) -> None:
    run = new_run(services, name="foxes", events=(PLANNED, FINISHED))
    run.write_label(Label("foxes", "with the new camera"))
    row = only(services)
    assert (row.accuracy, row.accuracy_low, row.accuracy_high, row.images) == (0.75, 0.6, 0.85, 96)
    assert (row.seconds, row.epochs, row.note, row.sign) == (61.5, 4, "with the new camera", "finished")


@pytest.mark.parametrize(
    ("ending", "is_paused", "sign"),
    [
        (Stopped(3, 2.0, MEASURED), False, "stopped"),
        (Stopped(3, 2.0, MEASURED), True, "paused"),
        (Stopped(0, 0.0, {}), False, "cancelled"),
        (Stopped(3, 2.0, {}, forced=True), True, "forced"),
    ],
)
def test_how_it_was_stopped_is_told_apart(services: Services, ending: Stopped, is_paused: bool, sign: str) -> None:
    run = new_run(services, events=(PLANNED, ending))
    if is_paused:
        run.stop.write_bytes(PAUSE)
    assert only(services).sign == sign


def test_a_lost_run_says_why(services: Services) -> None:
    run = new_run(services, events=(PLANNED,))
    dead().write(run.identity)
    row = only(services)
    assert row.state == "lost"
    (line,) = drawer_rows(words_for("zh-CN"), [row], {})
    assert line["why"] == "它的进程在开始之前就结束了。请重新训练；日志中可能有更多信息。"


def test_a_run_that_has_ended_is_read_once(services: Services, read: list[str]) -> None:
    ended = new_run(services, events=(PLANNED, FINISHED))
    first = only(services)
    assert only(services) == first
    assert read == [ended.id]


def test_a_run_under_way_is_read_every_time(
    services: Services, read: list[str], busy_run: Callable[[Path], RunDir]
) -> None:
    busy_run(Path("/nowhere"))
    assert [only(services).state, only(services).state] == ["running", "running"]
    assert len(read) == 2


def test_another_name_and_going_on_are_seen_at_once(services: Services) -> None:
    run = new_run(services, name="old", events=(PLANNED, FINISHED))
    assert only(services).name == "old"
    services.rename_run("me", run.id, "a new name")
    assert only(services).name == "a new name"
    Ticket(1).write(run.ticket)
    assert only(services).state == "queued"
    run.ticket.unlink()
    with JournalWriter(run.journal) as journal:
        journal.append(Finished(epochs=9, seconds=90.0, result={**MEASURED, "accuracy": 0.9}))
    assert (only(services).accuracy, only(services).epochs) == (0.9, 9)


def test_a_deleted_run_is_gone_and_its_line_is_not_kept(services: Services) -> None:
    gone, kept = (new_run(services, events=(PLANNED, FINISHED)) for _ in range(2))
    assert len(services.list_runs("me")) == 2
    services.runs("me").delete(gone.id)
    assert only(services).id == kept.id


def test_two_runs_of_one_name_are_told_apart(services: Services) -> None:
    one, other = (new_run(services, name="foxes", events=(PLANNED, FINISHED)) for _ in range(2))
    os.utime(one.config_file, (1, 1))
    lonely = new_run(services, events=(PLANNED, FINISHED))
    names = called(services.list_runs("me"), {"a" * 26: "garden"})
    assert names[one.id] == f"foxes ({one.id[:4]})"
    assert names[other.id] == f"foxes ({other.id[:4]})"
    assert names[lonely.id] == "garden · EfficientNet-Lite0"
