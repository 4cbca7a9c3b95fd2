"""The closed set of things that a training says. Values only: no time, no identifier, no path, no tensor.

The journal adds `n` and `t`. Readers pass over kinds and fields that they do not know, so that an old screen can
read a newer run.
"""

from __future__ import annotations

import dataclasses
import math
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Planned:
    """Always first: every number made concrete. `plan` is `TrainingPlan.to_dict()`, its reasons included."""

    kind: ClassVar[str] = "planned"
    plan: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Phase:
    """Progress of a phase, counted in pictures (or files; megabytes where it is "fetching"). `name`: one of PHASES."""

    kind: ClassVar[str] = "phase"
    name: str
    done: int
    total: int
    images_per_second: float | None = None
    seconds_left: float | None = None


PHASES = ("fetching", "loading", "reading", "looking", "features", "head", "training", "scoring", "saving")


@dataclass(frozen=True, slots=True)
class StepDone:
    """A point on the loss chart, a few a second at most. `epoch` counts from 1 and is the one under way."""

    kind: ClassVar[str] = "step_done"
    step: int
    steps: int
    epoch: int
    epochs: int
    train_loss: float
    learning_rate: float
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True, slots=True)
class EpochDone:
    """An epoch's end. Epoch 0 is the closed-form head before any fine-tuning."""

    kind: ClassVar[str] = "epoch_done"
    epoch: int
    epochs: int
    train_loss: float
    train_accuracy: float
    val_loss: float | None
    val_accuracy: float | None
    learning_rate: float
    images_per_second: float
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The first usable model lies in the run's folder and can be tried, while the rest goes on.

    `measured_on` is "validation" or "cross-validation": its result, measured as others will use it, comes at the end.
    """

    kind: ClassVar[str] = "model_ready"
    measured_on: str
    images: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float


@dataclass(frozen=True, slots=True)
class CandidateDone:
    """One of the freezings that a preset compares was tried; the first is the head in closed form.

    `freeze` is its ice line as RunConfig takes it ("all" for the head alone). `is_best` says that it leads so far by
    validation. The epochs of all candidates are counted on: the second's first epoch follows the first's last.
    """

    kind: ClassVar[str] = "candidate_done"
    number: int
    candidates: int
    freeze: str
    trainable_parameters: int
    val_accuracy: float
    val_loss: float
    seconds: float
    is_best: bool


@dataclass(frozen=True, slots=True)
class RepeatDone:
    """The same training with another seed was measured; `number` counts from 1, the run's own training being the first.

    Its model is not kept. `accuracy` is measured where the run's result is.
    """

    kind: ClassVar[str] = "repeat_done"
    number: int
    repeats: int
    seed: int
    accuracy: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Thawed:
    """These stages learn from `epoch` on (gradual unfreezing)."""

    kind: ClassVar[str] = "thawed"
    epoch: int
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the person should know; training goes on."""

    kind: ClassVar[str] = "warned"
    message: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """A worker went on from a checkpoint made after `epoch` whole epochs and `step` steps; Planned follows.

    What was told of later epochs and steps, and of more candidates and repeats than these, is made and told again.
    `epoch` -1: there was no checkpoint, so all begins anew.
    """

    kind: ClassVar[str] = "resumed"
    epoch: int
    step: int | None = None
    candidates: int | None = None
    repeats: int | None = None

    def keeps(self, event: Event) -> bool:
        """Whether what was told before still holds."""
        match event:
            case EpochDone() | Thawed():
                return event.epoch <= self.epoch
            case StepDone():
                return event.epoch <= self.epoch if self.step is None else event.step <= self.step
            case CandidateDone():
                return self.candidates is None or event.number <= self.candidates
            case RepeatDone():
                return self.repeats is None or event.number <= self.repeats
            case Planned() | Finished() | Stopped() | Failed():
                return False
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Finished:
    """The normal end. `result` is `RunResult.to_dict()`; `seconds` count from the first event."""

    kind: ClassVar[str] = "finished"
    epochs: int
    seconds: float
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stopped:
    """Somebody asked to stop. A usable model was kept; `result` says how good it is.

    `result` is empty where nothing was measured: it had not begun, or it was `forced`, because it gave no answer. A
    model that was saved before that is there.
    """

    kind: ClassVar[str] = "stopped"
    epochs: int
    seconds: float
    result: dict[str, Any]
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not go on. `by_user` tells what the person can put right from a fault in the program."""

    kind: ClassVar[str] = "failed"
    message: str
    hint: str
    by_user: bool


Event = (
    Planned | Phase | StepDone | EpochDone | ModelReady | Thawed | CandidateDone | RepeatDone | Warned | Resumed
    | Finished | Stopped | Failed
)  # fmt: skip
ENDINGS = (Finished, Stopped, Failed)
KINDS: dict[str, type[Event]] = {cls.kind: cls for cls in typing.get_args(Event)}
ENDING_KINDS = frozenset(cls.kind for cls in ENDINGS)


def to_dict(event: Event) -> dict[str, Any]:
    """The wire form: the event's fields with `kind` before them."""
    return {"kind": event.kind, **dataclasses.asdict(event)}


def from_dict(record: dict[str, Any]) -> Event | None:
    """The event of a journal record, or None for a kind this version does not know."""
    cls = KINDS.get(str(record.get("kind")))
    if cls is None:
        return None
    names = {field.name for field in dataclasses.fields(cls)}
    # JSON knows no tuples
    known = {name: _tupled(value) for name, value in record.items() if name in names}
    return cls(**known)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def checked(events: Iterable[Event]) -> Iterator[Event]:
    """Passes a stream on and holds its grammar: planned first, epochs rise by one, one ending, numbers finite.

    A journal may go on with Resumed, after an ending or without one; then a stream follows that begins with Planned
    again, at the epoch after the checkpoint's. Raises ValueError at the first event that breaks it, or at the end when
    no ending came.
    """
    ended, waits_for_plan = False, True
    last_epoch: int | None = None
    for position, event in enumerate(events):
        if isinstance(event, Resumed):
            ended, waits_for_plan, last_epoch = False, True, event.epoch
        elif ended:
            raise ValueError(f"event after the ending: {event.kind}")
        elif waits_for_plan != isinstance(event, Planned):
            raise ValueError(f"a stream starts with 'planned', once; event {position} is '{event.kind}'")
        else:
            waits_for_plan = False
        if isinstance(event, EpochDone):
            if last_epoch is not None and event.epoch != last_epoch + 1:
                raise ValueError(f"epoch {event.epoch} follows epoch {last_epoch}")
            last_epoch = event.epoch
        _check_finite(dataclasses.asdict(event), event.kind)
        ended = isinstance(event, ENDINGS)
        yield event
    if not ended:
        raise ValueError("the stream has no ending")


def _check_finite(value: Any, where: str) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where} is {value}")
    if isinstance(value, dict):
        for name, item in value.items():
            _check_finite(item, f"{where}.{name}")
    elif isinstance(value, list | tuple):
        for item in value:
            _check_finite(item, where)
