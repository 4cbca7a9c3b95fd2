"""The fold of a journal: what a reader sees, also of a journal that is newer than the reader, or damaged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tl_core import events
from tl_core.events import (
    CandidateDone,
    EpochDone,
    Event,
    Failed,
    ModelReady,
    Phase,
    StepDone,
    Stopped,
    Thawed,
    Warned,
    to_dict,
)
from tl_core.jobs.journal import DAMAGED, JournalWriter
from tl_core.jobs.view import fold, read_view

STEP = StepDone(1, 4, 1, 2, train_loss=0.7, learning_rate=1e-3, images_per_second=50.0, seconds_left=1.5)
EPOCH = EpochDone(1, 2, 0.6, 0.8, None, None, learning_rate=1e-3, images_per_second=50.0)
READY = ModelReady("validation", 50, accuracy=0.8, accuracy_low=0.7, accuracy_high=0.9)
STREAM: tuple[Event, ...] = (
    events.Planned(plan={"epochs": 2}),
    Phase("reading", 5, 10),
    Warned("few pictures"),
    Phase("training", 0, 4),
    READY,
    STEP,
    EPOCH,
    events.Resumed(1),
    Thawed(2, ("blocks.5",)),
    events.Finished(2, 9.5, result={"accuracy": 0.9}),
)


def records(*stream: Event) -> list[dict[str, Any]]:
    return [{"n": number, "t": 100.0 + number, **to_dict(event)} for number, event in enumerate(stream)]


def test_a_finished_run_shows_its_whole_history() -> None:
    view = fold(records(*STREAM), "finished")
    assert view.plan == {"epochs": 2}
    assert view.phase == Phase("training", 0, 4)
    assert view.model == READY
    assert view.steps == (STEP,)
    assert view.epochs == (EPOCH,)
    assert view.warnings == ("few pictures",)
    assert (view.result, view.seconds) == ({"accuracy": 0.9}, 9.5)
    assert view.thawed == (Thawed(2, ("blocks.5",)),)
    assert (view.started, view.updated) == (100.0, 109.0)
    assert not view.is_active


def test_every_beginning_of_a_stream_can_be_shown() -> None:
    for length in range(len(STREAM)):
        view = fold(records(*STREAM[:length]), "running")
        assert view.is_active
        assert view.result is None
        assert (view.plan is None) == (length == 0)


def test_a_stopped_run_has_a_result_and_a_failed_one_a_reason() -> None:
    assert fold(records(Stopped(1, 3.0, result={"accuracy": 0.5})), "stopped").result == {"accuracy": 0.5}
    failure = Failed("The disk is full.", "Free some space.", by_user=True)
    assert fold(records(failure), "failed").failure == failure


def test_what_a_newer_version_wrote_is_passed_over() -> None:
    newer = [{"n": 0, "t": 1.0, "kind": "heat_map", "x": 1}, {"n": 1, "t": 2.0, **to_dict(Warned("w")), "level": 3}]
    lacking = [{"n": 2, "t": 3.0, "kind": "phase", "name": "reading"}]
    view = fold(newer + lacking, "running")
    assert view.warnings == ("w",)
    assert view.phase is None
    assert view.updated == 3.0


def test_damaged_lines_are_counted_and_said() -> None:
    view = fold([{"kind": DAMAGED, "bytes": 3}, *records(EPOCH)], "running")
    assert view.warnings == ("Damaged lines of the journal that were left out: 1.",)
    assert view.epochs == (EPOCH,)


def test_a_view_is_read_from_a_folder(tmp_path: Path) -> None:
    with JournalWriter(tmp_path / "events.jsonl") as journal:
        for event in STREAM:
            journal.append(event)
    view = read_view(tmp_path)
    assert view.state == "finished"
    assert view.result == {"accuracy": 0.9}


def test_what_a_preset_compared_and_what_was_repeated_stand_in_the_view() -> None:
    head = CandidateDone(1, 2, "all", 12_810, val_accuracy=0.9, val_loss=0.3, seconds=4.0, is_best=True)
    later = CandidateDone(2, 2, "blocks.4", 2_700_000, val_accuracy=0.95, val_loss=0.2, seconds=60.0, is_best=True)
    again = events.RepeatDone(2, 3, seed=1, accuracy=0.93, seconds=70.0)
    view = fold(records(events.Planned(plan={}), head, later, again), "running")
    assert view.candidates == (head, later)
    assert view.repeats == (again,)


def step(number: int, epoch: int) -> StepDone:
    return replace(STEP, step=number, epoch=epoch)


def test_what_was_told_after_the_checkpoint_is_told_again_and_stands_there_once() -> None:
    first = (step(2, 1), replace(EPOCH, epoch=1), Thawed(2, ("head",)), step(4, 2), step(6, 2), replace(EPOCH, epoch=2))
    again = (Thawed(2, ("head",)), step(5, 2), replace(EPOCH, epoch=2, val_loss=0.5, val_accuracy=0.8))
    ending = (Warned("few"), Stopped(2, 3.0, result={"accuracy": 0.5}))
    resumed = events.Resumed(1, step=4, candidates=0, repeats=0)
    stream = (events.Planned({"epochs": 2}), *first, *ending, resumed, events.Planned({"epochs": 4}), *again)
    view = fold(records(*stream, Warned("few")), "running")
    assert [one.step for one in view.steps] == [2, 4, 5]
    assert view.epochs == (replace(EPOCH, epoch=1), again[-1])
    assert view.thawed == (Thawed(2, ("head",)),)
    assert (view.plan, view.warnings, view.resumed) == ({"epochs": 4}, ("few",), 1)
    assert (view.result, view.seconds, view.failure) == (None, None, None)


def test_a_journal_that_goes_on_has_its_grammar(tmp_path: Path) -> None:
    plan, end = events.Planned({}), events.Stopped(1, 1.0, {})
    on = [plan, replace(EPOCH, epoch=1), end, events.Resumed(1), plan, replace(EPOCH, epoch=2), end]
    assert list(events.checked(on)) == on
    with pytest.raises(ValueError, match="event after the ending: warned"):
        list(events.checked([plan, end, Warned("x")]))
    with pytest.raises(ValueError, match="event 2 is 'epoch_done'"):
        list(events.checked([plan, events.Resumed(0), replace(EPOCH, epoch=1)]))
    with pytest.raises(ValueError, match="epoch 3 follows epoch 1"):
        list(events.checked([plan, events.Resumed(1), plan, replace(EPOCH, epoch=3)]))
