"""A run as a reader sees it: the fold of its journal. Knows no screen; what it holds is values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tl_core.events import (
    CandidateDone,
    EpochDone,
    Event,
    Failed,
    Finished,
    ModelReady,
    Phase,
    Planned,
    RepeatDone,
    Resumed,
    StepDone,
    Stopped,
    Thawed,
    Warned,
    from_dict,
)
from tl_core.jobs.journal import DAMAGED, read_records
from tl_core.jobs.liveness import State, state_of
from tl_core.jobs.rundir import JobDir


@dataclass(frozen=True, slots=True)
class RunView:
    """Everything that the records so far say. Times are seconds since 1970 by the worker's clock.

    `seconds` come with `finished` and `stopped`, `result` too where it was measured; `failure` with `failed`. `phase`
    is the last one told; `model` says that there is a first model to try; `is_forced`, that it gave Stop no answer;
    `resumed` counts how often it went on from a checkpoint.
    """

    state: State
    plan: dict[str, Any] | None = None
    phase: Phase | None = None
    model: ModelReady | None = None
    steps: tuple[StepDone, ...] = ()
    epochs: tuple[EpochDone, ...] = ()
    thawed: tuple[Thawed, ...] = ()
    candidates: tuple[CandidateDone, ...] = ()
    repeats: tuple[RepeatDone, ...] = ()
    warnings: tuple[str, ...] = ()
    result: dict[str, Any] | None = None
    seconds: float | None = None
    failure: Failed | None = None
    resumed: int = 0
    is_forced: bool = False
    started: float | None = None
    updated: float | None = None

    @property
    def is_active(self) -> bool:
        return self.state in ("queued", "starting", "running")


def fold(records: Iterable[dict[str, Any]], state: State) -> RunView:
    """Records of kinds that this version does not know are passed over; damaged lines become a warning."""
    steps: list[StepDone] = []
    epochs: list[EpochDone] = []
    candidates: list[CandidateDone] = []
    repeats: list[RepeatDone] = []
    warnings: list[str] = []
    view = RunView(state)
    damaged = 0
    for record in records:
        damaged += record.get("kind") == DAMAGED
        view = _with_time(view, record.get("t"))
        match _event(record):
            case StepDone() as step:
                steps.append(step)
            case EpochDone() as epoch:
                epochs.append(epoch)
            case CandidateDone() as candidate:
                candidates.append(candidate)
            case RepeatDone() as repeat:
                repeats.append(repeat)
            case Warned(message):
                if not (view.resumed and message in warnings):  # whoever goes on says some things again
                    warnings.append(message)
            case Resumed() as resumed:
                steps = [event for event in steps if resumed.keeps(event)]
                epochs = [event for event in epochs if resumed.keeps(event)]
                candidates = [event for event in candidates if resumed.keeps(event)]
                repeats = [event for event in repeats if resumed.keeps(event)]
                view = _going_on(view, resumed)
            case None:
                pass
            case event:
                view = _with_event(view, event)
    if damaged:
        warnings.append(f"Damaged lines of the journal that were left out: {damaged}.")
    compared = replace(view, candidates=tuple(candidates), repeats=tuple(repeats))
    return replace(compared, steps=tuple(steps), epochs=tuple(epochs), warnings=tuple(warnings))


def read_view(folder: Path) -> RunView:
    """The view of the job in `folder`, its state looked up before the journal is read."""
    state = state_of(folder)
    records, _offset = read_records(JobDir(folder).journal)
    return fold(records, state)


def _event(record: dict[str, Any]) -> Event | None:
    """None also for a record that lacks a field this version asks for."""
    try:
        return from_dict(record)
    except TypeError:
        return None


def _with_time(view: RunView, moment: Any) -> RunView:
    if not isinstance(moment, int | float):
        return view
    return replace(view, started=moment if view.started is None else view.started, updated=moment)


def _going_on(view: RunView, resumed: Resumed) -> RunView:
    """Without what is made and told again after a checkpoint, and without the ending that was none."""
    thawed = tuple(event for event in view.thawed if resumed.keeps(event))
    return replace(
        view, thawed=thawed, result=None, seconds=None, failure=None, is_forced=False, resumed=view.resumed + 1
    )


def _with_event(view: RunView, event: Event) -> RunView:
    match event:
        case Planned(plan):
            return replace(view, plan=plan)
        case Phase():
            return replace(view, phase=event)
        case ModelReady():
            return replace(view, model=event)
        case Thawed():
            return replace(view, thawed=(*view.thawed, event))
        case Finished():
            return replace(view, result=event.result or None, seconds=event.seconds)
        case Stopped():
            return replace(view, result=event.result or None, seconds=event.seconds, is_forced=event.forced)
        case Failed():
            return replace(view, failure=event)
        case _:
            return view
