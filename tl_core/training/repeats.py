"""The same training with other seeds: how far the number depends on chance. Keeps the first seed's model alone.

Knows streams of events and folders; what a training does, `session` knows.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

from tl_core.config import RunConfig
from tl_core.errors import TrainingError
from tl_core.evaluation.scores import RunResult
from tl_core.events import Event, Finished, Phase, RepeatDone, StepDone, Stopped, Warned
from tl_core.training.metrics import Clock

FOLDER = "repeats"  # in the run's folder, gone when it ends
Train = Callable[[RunConfig, Path], Iterator[Event]]


def repeated(config: RunConfig, run_folder: Path, train: Train, *, clock: Clock) -> Iterator[Event]:
    """The events of the run's own training, then one RepeatDone a seed; the ending has all their accuracies.

    `train` carries out one training in a folder. The last is the one ending; a stop keeps what was measured so far.
    """
    started = clock()
    own = yield from until_ended(train(config, run_folder))
    if not isinstance(own, Finished):
        yield own
        return
    result = RunResult.from_dict(own.result)
    seeds, accuracies, stopped = [config.seed], [result.accuracy], False
    yield RepeatDone(1, config.repeats, config.seed, result.accuracy, clock() - started)
    for number in range(2, config.repeats + 1):
        seed = (config.seed + number - 1) % 2**32
        begun = clock()
        try:
            ending = yield from measured_again(train(replace(config, seed=seed), folder_of(run_folder, seed)))
        except TrainingError as error:
            yield Warned(f"With the seed {seed}: {error.message}")
            continue
        finally:
            shutil.rmtree(run_folder / FOLDER, ignore_errors=True)
        if isinstance(ending, Stopped):
            stopped = True
            break
        accuracy = RunResult.from_dict(ending.result).accuracy
        seeds.append(seed)
        accuracies.append(accuracy)
        yield RepeatDone(number, config.repeats, seed, accuracy, clock() - begun)
    whole = replace(result, seeds=tuple(seeds), seed_accuracies=tuple(accuracies)).to_dict()
    kind = Stopped if stopped else Finished
    yield kind(epochs=own.epochs, seconds=clock() - started, result=whole)


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
