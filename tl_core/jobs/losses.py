"""Why a run was lost, as far as traces tell: its memory, the machine's start, the disk. Knows no screen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tl_core.jobs.heartbeat import Pulse
from tl_core.jobs.memory_kills import kills_in
from tl_core.jobs.rundir import JobDir
from tl_core.processes import boot_id

LESS_MEMORY = "Choose a smaller batch size or picture size, freeze more of the network, or close other programs."
GO_ON = "Go on with it, or train again."


@dataclass(frozen=True, slots=True)
class Loss:
    message: str
    hint: str


def loss_of(folder: Path) -> Loss:
    """Of a run whose worker is gone without an ending. What nobody can know is not claimed."""
    pulse = Pulse.read(JobDir(folder).heartbeat)
    if pulse is None:
        return Loss("Its process ended before it had begun.", "Train again; the log may say more.")
    if pulse.boot != boot_id():
        return Loss("The computer was switched off or restarted while it trained.", GO_ON)
    if was_out_of_memory(pulse):
        return Loss(f"It ran out of memory at {pulse.peak / 1e9:.1f} GB: the system ended it.", LESS_MEMORY)
    if pulse.needs:
        return Loss("It was ended while it waited for room on the disk.", "Free some space, then go on with it.")
    return Loss("Its process ended without a word: somebody or something ended it, or it crashed.", GO_ON)


def was_out_of_memory(pulse: Pulse) -> bool:
    """Whether the system has ended a process of its group for want of memory since it began."""
    now = kills_in(Path(pulse.counter)) if pulse.counter else None
    return now is not None and pulse.kills is not None and now > pulse.kills
