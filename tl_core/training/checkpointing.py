"""When a training keeps a checkpoint, and what goes into it beside a fine-tuning's own state. Knows no step.

Keeping may cost one part in a hundred of the time: after a save that took a second, the next is a hundred away.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch

from tl_core.events import Event, Warned
from tl_core.training.checkpoint import Weights, load_tensors
from tl_core.training.checkpoint_files import Checkpoint, CheckpointFolder, Write
from tl_core.training.metrics import Clock

SECONDS_BETWEEN = 60.0  # within an epoch
TIMES_ITS_COST = 125.0  # between two, so that they take less than one hundredth
ROLE_STATE, ROLE_BEST, ROLE_LEADER = "state", "best", "leader"

Capture = Callable[[], tuple[dict[str, Any], Weights]]


@dataclass(frozen=True, slots=True)
class KeptTuning:
    """What a checkpoint holds of the fine-tuning that was under way."""

    state: dict[str, Any]
    tensors: Weights
    best: Weights
    files: dict[str, str] = field(default_factory=dict)


class Checkpointing:
    """Owns the folder, the time of the last save and what goes along with each: `around`, and files by role."""

    def __init__(self, folder: Path, clock: Clock, *, started: float | None = None) -> None:
        """`started`: the clock's time of the run's beginning, so that what goes on counts its seconds on."""
        self.folder = CheckpointFolder(folder)
        self.started = clock() if started is None else started
        self.around: dict[str, Any] = {}
        self._files: dict[str, Write | str] = {}
        self.clock, self._ended, self._cost = clock, clock(), 0.0
        self._is_told = False

    def due(self, *, in_epoch: bool) -> bool:
        """Whether it is time for another one; within an epoch only by the clock."""
        least = max(TIMES_ITS_COST * self._cost, SECONDS_BETWEEN if in_epoch else 0.0)
        return self.clock() - self._ended >= least

    def carry(self, role: str, what: Weights | str | None) -> None:
        """From the next one on these weights go along, written once, or a file that is there; None: no longer."""
        if what is None:
            self._files.pop(role, None)
        else:
            self._files[role] = what if isinstance(what, str) else writing(what)

    def save(self, capture: Capture, *, pinned: int | None) -> Iterator[Event]:
        """Keeps the state that `capture` gives. A disk that refuses is told, once, and training goes on."""
        started = self.clock()
        state, tensors = capture()
        parts: dict[str, Write | str] = {ROLE_STATE: writing(tensors), **self._files}
        try:
            state = {**state, **self.around, "seconds": started - self.started}
            kept = self.folder.save(state, parts, pinned=pinned)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                yield Warned(
                    f"A checkpoint could not be written ({error.strerror}), so after a breakdown the run would go on "
                    "from an earlier one."
                )
        else:
            self._files = {role: name for role, name in kept.files.items() if role != ROLE_STATE}
        self._ended = self.clock()
        self._cost = self._ended - started

    def load(self, checkpoint: Checkpoint) -> KeptTuning:
        """What `checkpoint` holds; from now on its files go along. Raises RunError for a damaged one."""
        path = self.folder.path
        self._files = {role: name for role, name in checkpoint.files.items() if role != ROLE_STATE}
        tensors = load_tensors(path / checkpoint.files[ROLE_STATE])
        best = load_tensors(path / checkpoint.files[ROLE_BEST]) if ROLE_BEST in checkpoint.files else {}
        return KeptTuning(checkpoint.state, tensors, best, dict(checkpoint.files))

    def load_file(self, name: str) -> Weights:
        """Raises RunError for a damaged one."""
        return load_tensors(self.folder.path / name)


def writing(weights: Weights) -> Write:
    """Writes them into a file; raises OSError where the disk refuses."""

    def write(path: Path) -> None:
        try:
            safetensors.torch.save_file(weights, path)
        except safetensors.SafetensorError as error:  # its own word for whatever the system said
            raise OSError(errno.EIO, str(error)) from error

    return write


def copied(value: torch.Tensor) -> torch.Tensor:
    """As a file wants it: on the CPU, of its own, in one row."""
    return value.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)
