"""What may be asked of a run that has ended: to go on, to have more epochs, from which of them. Asks for nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tl_core.errors import UserError
from tl_core.jobs.liveness import state_of
from tl_core.jobs.resuming import UNDER_WAY, check_pictures, check_wish, kept_epochs
from tl_core.jobs.rundir import RunDir
from tl_core.training.checkpoint_files import CheckpointFolder
from tl_core.training.extending import Asked
from tl_core.training.kept_plans import read_plans


@dataclass(frozen=True, slots=True)
class WaysOn:
    """`epochs` are those after whose end it can go on; none where it can have no more. `obstacle`: why it cannot.

    `is_anew`: there is no checkpoint yet, so going on means to begin once more.
    """

    can_resume: bool = False
    can_extend: bool = False
    epochs: tuple[int, ...] = ()
    is_anew: bool = False
    obstacle: UserError | None = None


def ways_on(run: RunDir) -> WaysOn:
    """Of a run under way there are none, and no obstacle either."""
    state = state_of(run.path)
    if state in UNDER_WAY:
        return WaysOn()
    try:
        plans = read_plans(run.path)
        check_pictures(run, plans)
    except UserError as error:
        return WaysOn(obstacle=error)
    found = list(CheckpointFolder(run.checkpoints).listed())
    try:
        check_wish(run, Asked(more=1), plans, found, state)
    except UserError:  # nothing that a person could put right: it is a training of another kind
        return WaysOn(can_resume=state != "finished", is_anew=not found)
    return WaysOn(can_resume=state != "finished", can_extend=True, epochs=kept_epochs(run.path))
