"""The beginning of a training that goes on: the same as before, told to nobody twice. Knows no step and no file."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from typing import TypeVar

from torch import nn

from tl_core.events import EpochDone, Event, Warned
from tl_core.training.checkpoint_files import Checkpoint
from tl_core.training.checkpointing import Checkpointing

Value = TypeVar("Value")
NO_LONGER_THE_SAME = (
    "What was kept of the pictures had to be computed again and came out a little different, so the run is no longer "
    "exactly what it would have been without the interruption."
)


def never() -> bool:
    """What nobody may stop."""
    return False


def in_silence(events: Generator[Event, None, Value]) -> Generator[Event, None, Value]:
    """Only progress is told: the first model has its epoch in the journal."""
    while True:
        try:
            event = next(events)
        except StopIteration as ended:
            value: Value = ended.value
            return value
        if not isinstance(event, EpochDone):
            yield event


def same_beginning(checkpoints: Checkpointing, kept: Checkpoint | None, mark: str) -> Iterator[Event]:
    """Says so where the first model is not the one that the checkpoint goes on from."""
    checkpoints.around["first_head"] = mark
    if kept is not None and kept.state["first_head"] != mark:
        yield Warned(NO_LONGER_THE_SAME)


def head_mark(classifier: nn.Linear) -> str:
    """Equal for heads that are the same to the bit."""
    digest = hashlib.sha256()
    for value in (classifier.weight, classifier.bias):
        digest.update(value.detach().cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()
