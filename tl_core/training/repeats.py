"""The same training with other seeds: how far the number depends on chance. Keeps the first seed's model alone.

Knows streams of events and folders; what a training does, `session` knows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from tl_core.config import RunConfig
from tl_core.errors import RunError, TrainingError
from tl_core.evaluation.scores import RunResult
from tl_core.events import Event, Finished, Phase, Planned, RepeatDone, Resumed, StepDone, Stopped, Warned
from tl_core.platform import atomic_write_json
from tl_core.training.extending import Asked
from tl_core.training.kept_plans import read_plans
from tl_core.training.metrics import Clock

FOLDER = "repeats"  # in the run's folder, gone when it ends
KEPT = "repeats.json"
Train = Callable[[RunConfig, Path, Asked | None], Iterator[Event]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What is known between two repeats: the first seed's ending, and every seed that was measured."""

    epochs: int
    result: dict[str, Any]
    seeds: tuple[int, ...]
    accuracies: tuple[float, ...]
    next: int = 2  # the number of the repeat that follows

    def with_one(self, seed: int, accuracy: float, number: int) -> Measured:
        seeds, accuracies = (*self.seeds, seed), (*self.accuracies, accuracy)
        return replace(self, seeds=seeds, accuracies=accuracies, next=number + 1)

    def write(self, run_folder: Path) -> None:
        atomic_write_json(run_folder / KEPT, asdict(self))

    @classmethod
    def read(cls, run_folder: Path) -> Measured | None:
        """None where the first seed is not measured yet. Raises RunError for a damaged one."""
        try:
            values = json.loads((run_folder / KEPT).read_text("utf-8"))
            return cls(**{**values, "seeds": tuple(values["seeds"]), "accuracies": tuple(values["accuracies"])})
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise RunError(f"'{KEPT}' of the run cannot be read ({error}).", "Train again.") from error


def repeated(
    config: RunConfig, run_folder: Path, train: Train, *, clock: Clock, asked: Asked | None = None
) -> Iterator[Event]:
    """The events of the run's own training, then one RepeatDone a seed; the ending has all their accuracies.

    `train` carries out one training in a folder, or goes on with it. The last is the one ending; a stop keeps what was
    measured so far, and what was under way, to go on from.
    """
    started, known = clock(), None if asked is None else Measured.read(run_folder)
    under_way = 0 if known is None else known.next
    if known is None:
        own = yield from until_ended(train(config, run_folder, asked))
        if not isinstance(own, Finished):
            yield own
            return
        accuracy = RunResult.from_dict(own.result).accuracy
        known = Measured(own.epochs, own.result, (config.seed,), (accuracy,))
        yield RepeatDone(1, config.repeats, config.seed, accuracy, clock() - started)
        known.write(run_folder)
    else:
        yield from went_on(run_folder, known)
    stopped = False
    for number in range(known.next, config.repeats + 1):
        seed = (config.seed + number - 1) % 2**32
        begun, folder = clock(), folder_of(run_folder, seed)
        goes_on = Asked() if number == under_way else None
        try:
            ending = yield from measured_again(train(replace(config, seed=seed), folder, goes_on))
        except TrainingError as error:
            yield Warned(f"With the seed {seed}: {error.message}")
            shutil.rmtree(folder, ignore_errors=True)
            continue
        if isinstance(ending, Stopped):
            stopped = True
            break
        accuracy = RunResult.from_dict(ending.result).accuracy
        known = known.with_one(seed, accuracy, number)
        yield RepeatDone(number, config.repeats, seed, accuracy, clock() - begun)
        known.write(run_folder)
        shutil.rmtree(folder, ignore_errors=True)
    result = RunResult.from_dict(known.result)
    whole = replace(result, seeds=known.seeds, seed_accuracies=known.accuracies).to_dict()
    if not stopped:
        shutil.rmtree(run_folder / FOLDER, ignore_errors=True)
        (run_folder / KEPT).unlink(missing_ok=True)
    kind = Stopped if stopped else Finished
    yield kind(epochs=known.epochs, seconds=clock() - started, result=whole)


def went_on(run_folder: Path, known: Measured) -> Iterator[Event]:
    """The run's own training is told already: only the repeats go on."""
    plans = read_plans(run_folder)
    if plans is None:
        raise RunError("The run does not say what it was to do.", "Train again.")
    yield Resumed(plans.plan.epochs, plans.plan.steps, len(plans.candidates), len(known.seeds))
    yield Planned(plans.plan.to_dict())


def until_ended(events: Iterator[Event]) -> Generator[Event, None, Finished | Stopped]:
    """Passes everything on but the ending, which it gives back."""
    for event in events:
        if isinstance(event, Finished | Stopped):
            return event
        yield event
    raise TypeError("a training ended without a word")


def measured_again(events: Iterator[Event]) -> Generator[Event, None, Finished | Stopped]:
    """Of another seed's training only the progress is told: its epochs belong to no chart."""
    for event in events:
        if isinstance(event, Finished | Stopped):
            return event
        if isinstance(event, Phase):
            yield event
        elif isinstance(event, StepDone):
            yield Phase("training", event.step, event.steps, event.images_per_second, event.seconds_left)
    raise TypeError("a training ended without a word")


def folder_of(run_folder: Path, seed: int) -> Path:
    folder = run_folder / FOLDER / str(seed)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
