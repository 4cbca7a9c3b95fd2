"""Two to five runs side by side: what differs in their settings, and which is truly better on the same pictures.

Knows runs' folders and no words.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tl_core.config import RunConfig
from tl_core.errors import ConfigError, UserError
from tl_core.evaluation.answers import ANSWERS, Answers, read_answers
from tl_core.evaluation.comparing import Compared, compare
from tl_core.jobs.rundir import RunDir
from tl_core.jobs.view import RunView, read_view

FEWEST, MOST = 2, 5
OTHER_WORDS = ("batch_norm", "measure", "preset", "start")  # the plan says these in words of its own
EXTENDED = "epochs"  # may be more by now than was chosen
OWN = ("name",)  # of each run, and no setting that changes anything


@dataclass(frozen=True, slots=True)
class Member:
    """One of the runs. `answers` is None where it kept none, `problem` then says why."""

    id: str
    config: RunConfig
    dataset: str
    view: RunView
    answers: Answers | None = None
    problem: UserError | None = None

    @property
    def result(self) -> dict[str, Any]:
        """Empty until it was measured."""
        return self.view.result or {}

    def planned(self, field: str) -> Any:
        """What a setting came to; None where no plan says so."""
        return None if field in OTHER_WORDS else (self.view.plan or {}).get(field)

    def chosen(self, field: str) -> Any:
        """None where it was left to the plan."""
        if field == EXTENDED and self.config.epochs is not None and self.planned(field) is not None:
            return self.planned(field)
        return getattr(self.config, field)


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that is not the same in all: for each run what was chosen (None: automatic) and what it came to."""

    field: str
    chosen: tuple[Any, ...]
    planned: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Duel:
    """Two of the runs, by their places, on the pictures that both were measured on; `compared` None: not possible."""

    first: int
    second: int
    compared: Compared | None
    problem: UserError | None = None


def members(runs: Sequence[RunDir]) -> tuple[Member, ...]:
    """Raises ConfigError for too few or too many."""
    if not FEWEST <= len({run.id for run in runs}) == len(runs) <= MOST:
        raise ConfigError(f"{len(runs)} runs cannot be compared.", f"Choose {FEWEST} to {MOST} different ones.")
    return tuple(_member(run) for run in runs)


def differences(compared: Sequence[Member]) -> tuple[Difference, ...]:
    """In the order of the settings; what was left to the plan and came to the same is no difference."""
    found = []
    for field in dataclasses.fields(RunConfig):
        if field.name in OWN:
            continue
        chosen = tuple(member.chosen(field.name) for member in compared)
        planned = tuple(member.planned(field.name) for member in compared)
        meant = [was if was is not None else plan for was, plan in zip(chosen, planned, strict=True)]
        if any(value != meant[0] for value in meant):
            found.append(Difference(field.name, chosen, planned))
    return tuple(found)


def duels(compared: Sequence[Member]) -> tuple[Duel, ...]:
    """The run with the highest accuracy against each of the others; none where fewer than two were measured."""
    measured = [at for at, member in enumerate(compared) if member.result.get("accuracy") is not None]
    if len(measured) < FEWEST:
        return ()
    best = max(measured, key=lambda at: float(compared[at].result["accuracy"]))
    return tuple(_duel(compared, best, other) for other in measured if other != best)


def _duel(compared: Sequence[Member], first: int, second: int) -> Duel:
    one, other = compared[first], compared[second]
    if one.answers is None or other.answers is None:
        return Duel(first, second, None, one.problem or other.problem)
    try:
        return Duel(first, second, compare(one.answers, other.answers))
    except UserError as error:
        return Duel(first, second, None, error)


def _member(run: RunDir) -> Member:
    view = read_view(run.path)
    config, dataset = run.config, run.dataset_folder.name
    if view.result is None:
        return Member(run.id, config, dataset, view)
    try:
        return Member(run.id, config, dataset, view, answers=read_answers(run.path / ANSWERS))
    except UserError as error:
        return Member(run.id, config, dataset, view, problem=error)
